import { createHash } from 'node:crypto'
import { closeSync, fsyncSync, openSync } from 'node:fs'
import { join } from 'node:path'
import { crc32 } from 'node:zlib'
import { buildFilter, type FuseFilter } from './fuse-filter.ts'
import { writeAll } from './sort-records.ts'

/** Records that are read, and checked, at once. */
export const blockRecords = 256
/** Keys of one filter: making it takes some 30 MB, and its bytes stay near each other in a processor's cache. */
const filterKeys = 1 << 20

/** Head of an index file: one line of JSON, then the fences, the checksums and the filters' bytes. */
export interface IndexHead {
  readonly format: 'davylamp-key-set'
  readonly version: 1
  readonly keyBytes: number
  readonly recordBytes: number
  readonly records: number
  readonly filters: readonly {
    readonly seed: number
    readonly segmentLength: number
    readonly spread: number
    /** First six bytes of its first key, as a number. */
    readonly from: number
  }[]
}

/**
 * Writes sorted records, each key once, as `NAME.records`, and beside them `NAME.index`: a filter that answers nearly every miss from
 * memory, the beginning of each block, and its checksum. Both are on the disk when it returns.
 */
export function writeKeySet(
  folder: string,
  name: string,
  sizes: { readonly keyBytes: number; readonly recordBytes: number },
  records: Iterable<Buffer>,
): { count: number; indexSha256: string } {
  const output = openSync(join(folder, `${name}.records`), 'wx', 0o600)
  const index = new IndexBuilder()
  const block = Buffer.allocUnsafe(blockRecords * sizes.recordBytes)
  let [filled, count] = [0, 0]
  const flush = (): void => {
    if (filled === 0) return
    const bytes = block.subarray(0, filled)
    writeAll(output, bytes)
    index.addBlock(keyStart(block, 0), crc32(bytes))
    filled = 0
  }
  try {
    for (const record of records) {
      record.copy(block, filled, 0, sizes.recordBytes)
      filled += sizes.recordBytes
      index.addKey(record)
      if (++count % blockRecords === 0) flush()
    }
    flush()
    fsyncSync(output)
  } finally {
    closeSync(output)
  }
  const bytes = index.bytes({ ...sizes, records: count })
  const indexOutput = openSync(join(folder, `${name}.index`), 'wx', 0o600)
  try {
    writeAll(indexOutput, bytes)
    fsyncSync(indexOutput)
  } finally {
    closeSync(indexOutput)
  }
  return { count, indexSha256: createHash('sha256').update(bytes).digest('hex') }
}

/** The first six bytes of a key as a number, which keeps their order. */
export function keyStart(bytes: Uint8Array, at: number): number {
  return word(bytes, at) * 65_536 + (((bytes[at + 4] ?? 0) << 8) | (bytes[at + 5] ?? 0))
}

export function word(bytes: Uint8Array, at: number): number {
  return (
    (((bytes[at] ?? 0) << 24) | ((bytes[at + 1] ?? 0) << 16) | ((bytes[at + 2] ?? 0) << 8) | (bytes[at + 3] ?? 0)) >>> 0
  )
}

class IndexBuilder {
  readonly #fences: number[] = []
  readonly #sums: number[] = []
  readonly #filters: (FuseFilter & { from: number })[] = []
  #high = new Uint32Array(1_024)
  #low = new Uint32Array(1_024)
  #keys = 0
  #from = 0
  #lastStart = -1

  addBlock(start: number, sum: number): void {
    this.#fences.push(start)
    this.#sums.push(sum)
  }

  addKey(record: Buffer): void {
    const start = keyStart(record, 0)
    // Cut only where the beginning changes, so that one comparison finds the filter of a key.
    if (this.#keys >= filterKeys && start !== this.#lastStart) this.#closeFilter()
    if (this.#keys === 0) this.#from = start
    this.#lastStart = start
    const [high, low] = [word(record, 0), word(record, 4)]
    // Sorted, so that keys which agree in 64 bits follow each other; a filter takes them once.
    if (this.#keys > 0 && this.#high[this.#keys - 1] === high && this.#low[this.#keys - 1] === low) return
    if (this.#keys === this.#high.length) {
      this.#high = larger(this.#high)
      this.#low = larger(this.#low)
    }
    this.#high[this.#keys] = high
    this.#low[this.#keys++] = low
  }

  bytes(head: Pick<IndexHead, 'keyBytes' | 'recordBytes' | 'records'>): Buffer {
    if (this.#keys > 0) this.#closeFilter()
    const text = JSON.stringify({
      format: 'davylamp-key-set',
      version: 1,
      ...head,
      filters: this.#filters.map(({ seed, segmentLength, spread, from }) => ({ seed, segmentLength, spread, from })),
    } satisfies IndexHead)
    // So that the numbers behind it lie where typed arrays may begin.
    const line = `${text}${' '.repeat(7 - (Buffer.byteLength(text) % 8))}\n`
    return Buffer.concat([
      Buffer.from(line),
      Buffer.from(Float64Array.from(this.#fences).buffer),
      Buffer.from(Uint32Array.from(this.#sums).buffer),
      ...this.#filters.map(({ bytes }) => bytes),
    ])
  }

  #closeFilter(): void {
    this.#filters.push({ ...buildFilter(this.#high, this.#low, this.#keys), from: this.#from })
    this.#keys = 0
  }
}

function larger(array: Uint32Array<ArrayBuffer>): Uint32Array<ArrayBuffer> {
  const copy = new Uint32Array(array.length * 2)
  copy.set(array)
  return copy
}
