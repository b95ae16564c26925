/** Bytes that are unpacked one piece after the other, up to a limit; what goes beyond it throws. */
export class Unpacked {
  #buffer: Buffer
  readonly #limit: number
  length = 0

  constructor(limit: number) {
    this.#limit = limit
    this.#buffer = Buffer.allocUnsafe(Math.min(limit, 1 << 16))
  }

  add(bytes: Buffer): void {
    this.#reserve(bytes.length)
    bytes.copy(this.#buffer, this.length)
    this.length += bytes.length
  }

  /** Copies what lies `back` bytes behind; it may overlap with what is written, and then repeats. */
  repeat(back: number, count: number): void {
    this.#reserve(count)
    for (let done = 0; done < count; ) {
      const step = Math.min(back + done, count - done)
      this.#buffer.copyWithin(this.length + done, this.length - back, this.length - back + step)
      done += step
    }
    this.length += count
  }

  bytes(): Buffer {
    return this.#buffer.subarray(0, this.length)
  }

  #reserve(more: number): void {
    const wanted = this.length + more
    if (wanted > this.#limit) throw new Error(`more than ${this.#limit} bytes`)
    if (wanted <= this.#buffer.length) return
    const grown = Buffer.allocUnsafe(Math.min(this.#limit, Math.max(wanted, 2 * this.#buffer.length)))
    this.#buffer.copy(grown, 0, 0, this.length)
    this.#buffer = grown
  }
}

/** Unpacks one LZ4 block (LZ4 block format) behind what is there. Matches reach back to `start` at most; throws on what is no such block. */
export function unpackLz4Block(block: Buffer, out: Unpacked, start: number): void {
  for (let at = 0; at < block.length; ) {
    const token = block.readUInt8(at++)
    let literals = token >> 4
    if (literals === 15) [literals, at] = extended(block, at, literals)
    if (at + literals > block.length) throw new Error('LZ4 literals are cut')
    out.add(block.subarray(at, at + literals))
    at += literals
    // The last sequence of a block has no match.
    if (at >= block.length) return
    const back = block.readUInt16LE(at)
    at += 2
    let length = token & 15
    if (length === 15) [length, at] = extended(block, at, length)
    if (back === 0 || out.length - back < start) throw new Error('an LZ4 match lies before the frame')
    out.repeat(back, length + 4)
  }
}

function extended(block: Buffer, from: number, base: number): [length: number, at: number] {
  let length = base
  for (let at = from; ; at++) {
    const byte = block.readUInt8(at)
    length += byte
    if (byte !== 255) return [length, at + 1]
  }
}
