/** Bytes that come in pieces of any size, read in the amounts that a format wants. */
export class ByteStream {
  readonly #pieces: Iterator<Uint8Array>
  #piece: Uint8Array = new Uint8Array()

  constructor(pieces: Iterable<Uint8Array>) {
    this.#pieces = pieces[Symbol.iterator]()
  }

  /** At most `most` bytes, as they are at hand; none at the end. */
  some(most: number): Uint8Array {
    while (this.#piece.length === 0) {
      const next = this.#pieces.next()
      if (next.done === true) return this.#piece
      this.#piece = next.value
    }
    const taken = this.#piece.subarray(0, most)
    this.#piece = this.#piece.subarray(taken.length)
    return taken
  }

  /** Exactly `length` bytes; fewer only at the end. */
  take(length: number): Uint8Array {
    const first = this.some(length)
    if (first.length === length) return first
    const parts = [first]
    for (let have = first.length; have < length; ) {
      const more = this.some(length - have)
      if (more.length === 0) break
      parts.push(more)
      have += more.length
    }
    return Buffer.concat(parts)
  }

  /** Puts bytes back that were taken last. */
  putBack(bytes: Uint8Array): void {
    const piece = this.#piece
    if (piece.length === 0) this.#piece = bytes
    else if (bytes.buffer === piece.buffer && bytes.byteOffset + bytes.length === piece.byteOffset)
      this.#piece = new Uint8Array(bytes.buffer, bytes.byteOffset, bytes.length + piece.length)
    else this.#piece = Buffer.concat([bytes, piece])
  }

  /** False: it ended before. */
  skip(length: number): boolean {
    for (let left = length; left > 0; ) {
      const passed = this.some(left).length
      if (passed === 0) return false
      left -= passed
    }
    return true
  }

  /** All that is left. */
  *rest(): Generator<Uint8Array> {
    for (let piece = this.some(Number.MAX_SAFE_INTEGER); piece.length > 0; piece = this.some(Number.MAX_SAFE_INTEGER))
      yield piece
  }
}
