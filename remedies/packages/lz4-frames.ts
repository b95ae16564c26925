const magic = 0x184d2204
const mostBlock = 4 << 20

/** Content of an LZ4 file, as apt keeps its lists (LZ4 frame format 1.6, block format). Checksums are left to the reader, who has better ones. */
export function lz4Frames(bytes: Buffer, limit: number): Buffer {
  const out = new Output(limit)
  for (let at = 0; at < bytes.length; ) {
    if (bytes.readUInt32LE(at) !== magic) throw new Error('no LZ4 frame')
    const flags = bytes.readUInt8(at + 4)
    if (flags >> 6 !== 1) throw new Error('an LZ4 version that is not known')
    if ((flags & 1) !== 0) throw new Error('an LZ4 dictionary is needed')
    at += 7 + ((flags & 8) === 0 ? 0 : 8)
    const start = out.length
    for (;;) {
      const word = bytes.readUInt32LE(at)
      at += 4
      if (word === 0) break
      const size = word & 0x7fffffff
      if (size > mostBlock || at + size > bytes.length) throw new Error('an LZ4 block is too long')
      const block = bytes.subarray(at, at + size)
      if ((word & 0x80000000) !== 0) out.add(block)
      else unpack(block, out, start)
      at += size + ((flags & 16) === 0 ? 0 : 4)
    }
    if ((flags & 4) !== 0) at += 4
  }
  return out.bytes()
}

function unpack(block: Buffer, out: Output, start: number): void {
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

/** Grows as it is filled, up to a limit. */
class Output {
  #buffer: Buffer
  readonly #limit: number
  length = 0

  constructor(limit: number) {
    this.#limit = limit
    this.#buffer = Buffer.allocUnsafe(Math.min(limit, 1 << 20))
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
