/** Bytes of a file, fewer at its end; undefined when it cannot be read any more. */
export type ReadAt = (offset: number, length: number) => Buffer | undefined

/** The file says something that no journal file says. */
export class JournalDamage extends Error {
  override readonly name = 'JournalDamage'
}

/** The work that reading may take is used up. */
export class WorkDone extends Error {
  override readonly name = 'WorkDone'
}

const usualWork = 10_000_000

/** A file in blocks, the latest of which are kept. Each look at it is counted, so that no file keeps its reader for ever. */
export class Blocks {
  readonly #read: ReadAt
  readonly #blockBytes: number
  readonly #most: number
  readonly #kept = new Map<number, Buffer>()
  /** How many looks and blocks are still allowed. */
  work = usualWork

  constructor(read: ReadAt, blockBytes: number, most: number) {
    this.#read = read
    this.#blockBytes = blockBytes
    this.#most = most
  }

  /** Exactly `length` bytes; throws `JournalDamage` where the file has fewer. */
  bytes(offset: number, length: number): Buffer {
    if (this.work-- <= 0) throw new WorkDone('enough was read')
    if (!(offset >= 0) || !Number.isSafeInteger(offset)) throw new JournalDamage('an offset is no offset')
    const first = Math.floor(offset / this.#blockBytes)
    const last = Math.floor((offset + length - 1) / this.#blockBytes)
    if (first === last) return within(this.#block(first), offset - first * this.#blockBytes, length)
    const parts: Buffer[] = []
    for (let number = first; number <= last; number++) parts.push(this.#block(number))
    return within(Buffer.concat(parts), offset - first * this.#blockBytes, length)
  }

  forget(): void {
    this.#kept.clear()
  }

  #block(number: number): Buffer {
    const kept = this.#kept.get(number)
    if (kept !== undefined) return kept
    this.work -= 8
    const block = this.#read(number * this.#blockBytes, this.#blockBytes)
    if (block === undefined) throw new JournalDamage('the file cannot be read')
    // The block that has been kept longest makes room.
    if (this.#kept.size >= this.#most) this.#kept.delete(this.#kept.keys().next().value ?? 0)
    this.#kept.set(number, block)
    return block
  }
}

function within(bytes: Buffer, at: number, length: number): Buffer {
  if (at + length > bytes.length) throw new JournalDamage('the file ends too early')
  return bytes.subarray(at, at + length)
}
