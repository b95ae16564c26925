import { zstdDecompressSync } from 'node:zlib'
import { Unpacked, unpackLz4Block } from '../lz4-block.ts'
import { type Blocks, JournalDamage } from './blocks.ts'
import { type JournalHeader, number64 } from './header.ts'

const objectTypes = { data: 1, entry: 3, entryArray: 6 } as const
const packing = { xz: 1, lz4: 2, zstd: 4 } as const

const mostFieldBytes = 1 << 16
const mostUnpackedBytes = 1 << 20
const mostItems = 1024
const mostArrays = 256

/** A field of entries, such as `_COMM=sshd`, and which entries have it. */
export interface DataObject {
  readonly offset: number
  readonly packed: number
  readonly payloadBytes: number
  readonly hash: bigint
  readonly nextInTable: number
  readonly firstEntry: number
  readonly entryArray: number
  readonly entryCount: number
}

export interface EntryObject {
  readonly sequence: number
  /** Microseconds since 1970. */
  readonly realtime: number
  readonly data: readonly number[]
}

/** A stretch of a list of entries, that lies in one array of the file. */
export interface Stretch {
  /** Where its first item lies. */
  readonly offset: number
  readonly first: number
  readonly count: number
}

/** Reads the objects of a journal file. Everything throws `JournalDamage` where the file is not as it should be. */
export class JournalObjects {
  readonly #blocks: Blocks
  readonly #header: JournalHeader
  readonly #offsetBytes: 4 | 8

  constructor(blocks: Blocks, header: JournalHeader) {
    this.#blocks = blocks
    this.#header = header
    this.#offsetBytes = header.compact ? 4 : 8
  }

  data(offset: number): DataObject {
    const head = this.#head(offset, objectTypes.data)
    const headBytes = this.#header.compact ? 72 : 64
    if (head.size < headBytes) throw new JournalDamage('a field is too short')
    const bytes = this.#blocks.bytes(offset, 64)
    return {
      offset,
      packed: head.flags & (packing.xz | packing.lz4 | packing.zstd),
      payloadBytes: head.size - headBytes,
      hash: bytes.readBigUInt64LE(16),
      nextInTable: number64(bytes, 24),
      firstEntry: number64(bytes, 40),
      entryArray: number64(bytes, 48),
      entryCount: number64(bytes, 56),
    }
  }

  /** `NAME=value` in bytes; undefined for what is longer than 64 KiB (unpacked 1 MiB) or packed with XZ. */
  payload({ offset, packed, payloadBytes }: DataObject): Buffer | undefined {
    if (payloadBytes > mostFieldBytes) return undefined
    const bytes = this.#blocks.bytes(offset + (this.#header.compact ? 72 : 64), payloadBytes)
    if (packed === 0) return bytes
    try {
      if (packed === packing.zstd) return zstdDecompressSync(bytes, { maxOutputLength: mostUnpackedBytes })
      if (packed === packing.lz4) return unpackedLz4(bytes)
    } catch {
      return undefined
    }
    return undefined
  }

  entry(offset: number): EntryObject {
    const { size } = this.#head(offset, objectTypes.entry)
    const itemBytes = this.#header.compact ? 4 : 16
    const count = Math.floor((size - 64) / itemBytes)
    if (count < 0 || count > mostItems) throw new JournalDamage('an entry has too many fields')
    const bytes = this.#blocks.bytes(offset, 64 + count * itemBytes)
    return {
      sequence: number64(bytes, 16),
      realtime: number64(bytes, 24),
      data: Array.from({ length: count }, (_, at) => this.#offsetIn(bytes, 64 + at * itemBytes)),
    }
  }

  /** The arrays in which a list of `total` entries lies, in its order; before damage, of which `hurt` is told, those up to there. */
  stretches(array: number, total: number, hurt: (error: JournalDamage) => void): Stretch[] {
    const found: Stretch[] = []
    try {
      this.#walk(array, total, found)
    } catch (error) {
      if (!(error instanceof JournalDamage)) throw error
      hurt(error)
    }
    return found
  }

  /** Each array lies behind the one before, so that they end. */
  #walk(array: number, total: number, found: Stretch[]): void {
    let first = 0
    for (let offset = array; offset !== 0 && first < total; ) {
      if (found.length >= mostArrays) throw new JournalDamage('a list of entries is in too many pieces')
      const { size } = this.#head(offset, objectTypes.entryArray)
      const count = Math.floor((size - 24) / this.#offsetBytes)
      if (count < 1) throw new JournalDamage('a list of entries is empty')
      // A length that the file does not have would be a list without end.
      this.#blocks.bytes(offset + 24 + (count - 1) * this.#offsetBytes, this.#offsetBytes)
      found.push({ offset: offset + 24, first, count: Math.min(count, total - first) })
      first += count
      const next = number64(this.#blocks.bytes(offset + 16, 8), 0)
      if (next !== 0 && next <= offset) throw new JournalDamage('a list of entries leads back')
      offset = next
    }
  }

  /** Where an entry of a stretch lies; 0 where it has not been written yet. */
  item({ offset, first }: Stretch, index: number): number {
    return this.#offsetIn(this.#blocks.bytes(offset + (index - first) * this.#offsetBytes, this.#offsetBytes), 0)
  }

  /** The first field in a place of the table of fields; 0 for none. */
  inTable(hash: bigint): number {
    const places = Math.floor(this.#header.dataTableBytes / 16)
    if (places < 1) throw new JournalDamage('there is no table of fields')
    const place = Number(hash % BigInt(places))
    return number64(this.#blocks.bytes(this.#header.dataTable + 16 * place, 8), 0)
  }

  #head(offset: number, type: number): { flags: number; size: number } {
    if (offset % 8 !== 0 || offset < this.#header.headerBytes)
      throw new JournalDamage('an object lies where none can be')
    const bytes = this.#blocks.bytes(offset, 16)
    if (bytes[0] !== type) throw new JournalDamage('an object is of another type')
    return { flags: bytes[1] ?? 0, size: number64(bytes, 8) }
  }

  #offsetIn(bytes: Buffer, at: number): number {
    return this.#offsetBytes === 4 ? bytes.readUInt32LE(at) : number64(bytes, at)
  }
}

/** The length in eight bytes, then one block. */
function unpackedLz4(bytes: Buffer): Buffer {
  const out = new Unpacked(Math.min(number64(bytes, 0), mostUnpackedBytes))
  unpackLz4Block(bytes.subarray(8), out, 0)
  return out.bytes()
}
