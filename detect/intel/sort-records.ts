import { closeSync, openSync, readSync, rmSync, writeSync } from 'node:fs'
import { join } from 'node:path'

/** Records that are sorted in memory at once: 20 bits, so that their number fits beside 32 bits of the key into one double. */
const runRecords = 1 << 19
const readAhead = 256 * 1024

/**
 * Sorts any number of records of one size by their first bytes, with little memory: runs are written to a folder and merged. Of
 * records with the same key the one that was added last is given.
 */
export class RecordSorter {
  readonly #size: number
  readonly #keyBytes: number
  readonly #folder: string
  readonly #name: string
  readonly #atOnce: number
  #run: Buffer = Buffer.alloc(0)
  #count = 0
  readonly #runs: { path: string; records: number }[] = []

  constructor(options: { size: number; keyBytes: number; folder: string; name: string; atOnce?: number }) {
    this.#atOnce = Math.min(options.atOnce ?? runRecords, runRecords)
    this.#size = options.size
    this.#keyBytes = options.keyBytes
    this.#folder = options.folder
    this.#name = options.name
  }

  add(record: Buffer): void {
    if (this.#count === this.#atOnce) this.#writeRun()
    const at = this.#count * this.#size
    if (at + this.#size > this.#run.length) this.#grow()
    record.copy(this.#run, at, 0, this.#size)
    this.#count++
  }

  /** Each record is valid until the next is asked for. May be called once. */
  *sorted(): Generator<Buffer> {
    if (this.#runs.length === 0) {
      yield* this.#inOrder()
      this.#run = Buffer.alloc(0)
      return
    }
    if (this.#count > 0) this.#writeRun()
    this.#run = Buffer.alloc(0)
    try {
      yield* this.#merged()
    } finally {
      for (const { path } of this.#runs) rmSync(path, { force: true })
    }
  }

  #grow(): void {
    const larger = Buffer.allocUnsafe(Math.min(runRecords, Math.max(1_024, this.#count * 2)) * this.#size)
    this.#run.copy(larger)
    this.#run = larger
  }

  /** The records of the run in memory, each key once. */
  *#inOrder(): Generator<Buffer> {
    const [run, size, keyBytes] = [this.#run, this.#size, this.#keyBytes]
    const keys = new Float64Array(this.#count)
    for (let at = 0; at < this.#count; at++) keys[at] = run.readUInt32BE(at * size) * runRecords + at
    keys.sort()
    const order = Uint32Array.from(keys, key => key % runRecords)
    sortTies(
      keys,
      order,
      (a, b) => run.compare(run, b * size, b * size + keyBytes, a * size, a * size + keyBytes) || a - b,
    )
    for (let at = 0; at < order.length; at++) {
      const here = (order[at] ?? 0) * size
      const next = (order[at + 1] ?? 0) * size
      const repeated = at + 1 < order.length && run.compare(run, next, next + keyBytes, here, here + keyBytes) === 0
      if (!repeated) yield run.subarray(here, here + size)
    }
  }

  #writeRun(): void {
    const path = join(this.#folder, `${this.#name}.run-${this.#runs.length}`)
    const output = openSync(path, 'wx', 0o600)
    let records = 0
    try {
      const chunk = Buffer.allocUnsafe(4_096 * this.#size)
      let filled = 0
      for (const record of this.#inOrder()) {
        record.copy(chunk, filled)
        filled += this.#size
        records++
        if (filled < chunk.length) continue
        writeAll(output, chunk)
        filled = 0
      }
      writeAll(output, chunk.subarray(0, filled))
    } finally {
      closeSync(output)
    }
    this.#runs.push({ path, records })
    this.#count = 0
  }

  *#merged(): Generator<Buffer> {
    const readers = this.#runs.map(({ path }, age) => new RunReader(path, this.#size, age))
    try {
      const queue = readers.filter(reader => reader.next())
      let pending: Buffer | undefined
      const last = Buffer.alloc(this.#size)
      while (queue.length > 0) {
        // Tens of runs at most: looking at each beats keeping a heap.
        let least = queue[0]
        for (const reader of queue) if (least === undefined || this.#before(reader, least)) least = reader
        if (least === undefined) break
        if (pending !== undefined && pending.compare(least.record, 0, this.#keyBytes, 0, this.#keyBytes) !== 0)
          yield pending
        least.record.copy(last)
        pending = last
        if (!least.next()) queue.splice(queue.indexOf(least), 1)
      }
      if (pending !== undefined) yield pending
    } finally {
      for (const reader of readers) reader.close()
    }
  }

  #before(one: RunReader, other: RunReader): boolean {
    if (one === other) return false
    const order = one.record.compare(other.record, 0, this.#keyBytes, 0, this.#keyBytes)
    return order < 0 || (order === 0 && one.age < other.age)
  }
}

/** The keys begin alike for 32 bits: those few are compared whole. */
function sortTies(keys: Float64Array, order: Uint32Array, compare: (a: number, b: number) => number): void {
  for (let from = 0; from < keys.length; ) {
    const head = Math.floor((keys[from] ?? 0) / runRecords)
    let to = from + 1
    while (to < keys.length && Math.floor((keys[to] ?? 0) / runRecords) === head) to++
    if (to - from > 1) order.set([...order.subarray(from, to)].sort(compare), from)
    from = to
  }
}

class RunReader {
  readonly age: number
  record: Buffer = Buffer.alloc(0)
  readonly #descriptor: number
  readonly #size: number
  readonly #buffer: Buffer
  #filled = 0
  #at = 0

  constructor(path: string, size: number, age: number) {
    this.age = age
    this.#size = size
    this.#descriptor = openSync(path, 'r')
    this.#buffer = Buffer.allocUnsafe(Math.max(1, Math.floor(readAhead / size)) * size)
  }

  next(): boolean {
    if (this.#at + this.#size > this.#filled) {
      this.#filled = 0
      this.#at = 0
      for (let read = -1; read !== 0 && this.#filled < this.#buffer.length; this.#filled += read)
        read = readSync(this.#descriptor, this.#buffer, this.#filled, this.#buffer.length - this.#filled, null)
      if (this.#filled < this.#size) return false
    }
    this.record = this.#buffer.subarray(this.#at, this.#at + this.#size)
    this.#at += this.#size
    return true
  }

  close(): void {
    closeSync(this.#descriptor)
  }
}

export function writeAll(descriptor: number, bytes: Uint8Array): void {
  for (let at = 0; at < bytes.length; ) at += writeSync(descriptor, bytes, at)
}
