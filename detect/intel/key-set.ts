import { createHash } from 'node:crypto'
import { closeSync, fstatSync, openSync, readSync } from 'node:fs'
import { join } from 'node:path'
import { crc32 } from 'node:zlib'
import { z } from 'zod'
import { type FuseFilter, mayHold } from './fuse-filter.ts'
import { blockRecords, keyStart, word } from './write-key-set.ts'

const indexHead = z.object({
  format: z.literal('davylamp-key-set'),
  version: z.literal(1),
  keyBytes: z.int().min(8).max(64),
  recordBytes: z.int().min(8).max(128),
  records: z.int().min(0),
  filters: z.array(
    z.object({
      seed: z.int().min(0),
      segmentLength: z.int().min(1),
      spread: z.int().min(1),
      from: z.number().min(0),
    }),
  ),
})

/** A set on the disk is not as it was written. The message says where and what to do. */
export class BrokenSetError extends Error {
  override readonly name = 'BrokenSetError'
}

/** The part that lies in memory; it may be handed to other threads, which share it. */
export interface LoadedIndex {
  readonly records: string
  readonly bytes: SharedArrayBuffer
}

/** Reads and checks an index: some 9 bits for each key. */
export function loadIndex(folder: string, name: string, sha256: string): LoadedIndex {
  const path = join(folder, `${name}.index`)
  const descriptor = openSync(path, 'r')
  try {
    const bytes = new SharedArrayBuffer(fstatSync(descriptor).size)
    const view = Buffer.from(bytes)
    for (let at = 0; at < view.length; ) {
      const read = readSync(descriptor, view, at, Math.min(view.length - at, 1 << 24), at)
      if (read === 0) throw new BrokenSetError(`${path} became shorter while it was read`)
      at += read
    }
    if (createHash('sha256').update(view).digest('hex') !== sha256)
      throw new BrokenSetError(`${path} was changed or is damaged: its checksum is another`)
    return { records: join(folder, `${name}.records`), bytes }
  } finally {
    closeSync(descriptor)
  }
}

/** Sorted records of which only an index lies in memory. A miss seldom reads the disk; a hit reads one block. */
export class KeySet {
  readonly recordBytes: number
  readonly count: number
  /** Of its index. */
  readonly memoryBytes: number
  readonly #path: string
  readonly #keyBytes: number
  readonly #fences: Float64Array
  readonly #sums: Uint32Array
  readonly #filters: (FuseFilter & { readonly from: number })[] = []
  readonly #starts: Float64Array
  #descriptor: number | undefined
  readonly #block: Buffer

  constructor(index: LoadedIndex) {
    const whole = Buffer.from(index.bytes)
    const line = whole.indexOf(10)
    const head = indexHead.parse(JSON.parse(whole.toString('utf8', 0, Math.max(0, line))))
    this.recordBytes = head.recordBytes
    this.count = head.records
    this.memoryBytes = index.bytes.byteLength
    this.#path = index.records
    this.#keyBytes = head.keyBytes
    const blocks = Math.ceil(head.records / blockRecords)
    this.#fences = new Float64Array(index.bytes, line + 1, blocks)
    this.#sums = new Uint32Array(index.bytes, line + 1 + blocks * 8, blocks)
    let at = line + 1 + blocks * 12
    for (const { from, ...shape } of head.filters) {
      const size = shape.spread + 2 * shape.segmentLength
      this.#filters.push({ from, ...shape, bytes: new Uint8Array(index.bytes, at, size) })
      at += size
    }
    this.#starts = Float64Array.from(this.#filters, filter => filter.from)
    this.#block = Buffer.allocUnsafe(blockRecords * head.recordBytes)
  }

  has(key: Uint8Array): boolean {
    return this.#mayHold(key) && this.find(key) !== undefined
  }

  /** The record of a key; valid until the next call. Throws `BrokenSetError` where the disk has something else than was written. */
  find(key: Uint8Array): Buffer | undefined {
    if (!this.#mayHold(key)) return undefined
    const start = keyStart(key, 0)
    // Blocks before the first that begins at or behind the key end before it, all but the last of them.
    for (let at = Math.max(0, lowerBound(this.#fences, start) - 1); (this.#fences[at] ?? Infinity) <= start; at++) {
      const found = this.#inBlock(at, key)
      if (found !== undefined) return found
    }
    return undefined
  }

  /** Every record in order; each valid until the next is asked for. */
  *all(): Generator<Buffer> {
    for (let at = 0; at < this.#fences.length; at++) {
      const block = Buffer.from(this.#readBlock(at))
      for (let from = 0; from < block.length; from += this.recordBytes)
        yield block.subarray(from, from + this.recordBytes)
    }
  }

  /** Reads all of it once against its checksums. */
  verify(): void {
    for (let at = 0; at < this.#fences.length; at++) this.#readBlock(at)
  }

  close(): void {
    if (this.#descriptor !== undefined) closeSync(this.#descriptor)
    this.#descriptor = undefined
  }

  #mayHold(key: Uint8Array): boolean {
    const { length } = this.#starts
    if (length === 0) return false
    let at = 0
    if (length > 1) {
      const start = keyStart(key, 0)
      while (at + 1 < length && (this.#starts[at + 1] ?? 0) <= start) at++
    }
    const filter = this.#filters[at]
    return filter !== undefined && mayHold(filter, word(key, 0), word(key, 4))
  }

  #inBlock(at: number, key: Uint8Array): Buffer | undefined {
    const block = this.#readBlock(at)
    let [low, high] = [0, block.length / this.recordBytes]
    while (low < high) {
      const middle = (low + high) >>> 1
      const from = middle * this.recordBytes
      const order = block.compare(key, 0, this.#keyBytes, from, from + this.#keyBytes)
      if (order === 0) return block.subarray(from, from + this.recordBytes)
      if (order < 0) low = middle + 1
      else high = middle
    }
    return undefined
  }

  #readBlock(at: number): Buffer {
    this.#descriptor ??= openSync(this.#path, 'r')
    const first = at * blockRecords
    const wanted = Math.min(blockRecords, this.count - first) * this.recordBytes
    let read = 0
    for (let more = -1; more !== 0 && read < wanted; read += more)
      more = readSync(this.#descriptor, this.#block, read, wanted - read, first * this.recordBytes + read)
    const bytes = this.#block.subarray(0, read)
    if (read !== wanted || crc32(bytes) !== this.#sums[at])
      throw new BrokenSetError(`${this.#path} was changed or is damaged: block ${at} has another checksum`)
    return bytes
  }
}

/** The first place whose value is not below. */
function lowerBound(values: Float64Array, wanted: number): number {
  let [low, high] = [0, values.length]
  while (low < high) {
    const middle = (low + high) >>> 1
    if ((values[middle] ?? 0) < wanted) low = middle + 1
    else high = middle
  }
  return low
}
