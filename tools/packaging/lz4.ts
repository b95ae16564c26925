/** What one block may hold; the launcher unpacks one after another into the same place. */
export const blockLength = 1 << 22

const [leastMatch, farthest, tries] = [4, 65_535, 24]
/** The format's own rules: the last five bytes are literals, and no match begins in the last twelve. */
const [plainEnd, lastMatch] = [5, 12]

/**
 * A block of LZ4 (lz4_Block_format.md), packed as well as a chain of earlier places allows. Node has better formats and no format that a launcher of some hundred
 * lines could unpack at the speed of a disk.
 */
export function lz4Block(input: Uint8Array): Buffer {
  const out = new Packed(input)
  const places = new Places(input)
  let literals = 0
  for (let at = 0; at < input.length - lastMatch; ) {
    let found = places.longest(at)
    if (found.length < leastMatch) {
      at++
      continue
    }
    // A longer one that begins a byte later is worth waiting for.
    for (; at + 1 < input.length - lastMatch; at++) {
      const next = places.longest(at + 1)
      if (next.length <= found.length + 1) break
      found = next
    }
    out.sequence(literals, at, found)
    for (let skipped = at + 1; skipped < at + found.length; skipped++) places.add(skipped)
    at += found.length
    literals = at
  }
  out.last(literals)
  return out.finish()
}

interface Match {
  readonly length: number
  readonly back: number
}

const none: Match = { length: 0, back: 0 }

/** Where each four bytes stood before, newest first. */
class Places {
  readonly #input: Uint8Array
  readonly #view: DataView
  readonly #newest = new Int32Array(1 << 16).fill(-1)
  readonly #before = new Int32Array(1 << 16).fill(-1)
  #added = -1

  constructor(input: Uint8Array) {
    this.#input = input
    this.#view = new DataView(input.buffer, input.byteOffset, input.byteLength)
  }

  add(at: number): void {
    if (at <= this.#added || at + 4 > this.#input.length) return
    const key = this.#key(at)
    this.#before[at & farthest] = this.#newest[key] ?? -1
    this.#newest[key] = at
    this.#added = at
  }

  /** The longest text from `at` that stood before within reach. Remembers `at` for those that follow. */
  longest(at: number): Match {
    const input = this.#input
    const end = input.length - plainEnd
    let best = none
    let place = this.#added >= at ? (this.#before[at & farthest] ?? -1) : (this.#newest[this.#key(at)] ?? -1)
    for (let turn = 0; turn < tries && place >= 0 && at - place <= farthest && place < at; turn++) {
      if (best.length === 0 || input[place + best.length] === input[at + best.length]) {
        let length = 0
        while (at + length < end && input[place + length] === input[at + length]) length++
        if (length > best.length && length >= leastMatch) best = { length, back: at - place }
      }
      place = this.#before[place & farthest] ?? -1
    }
    this.add(at)
    return best
  }

  #key(at: number): number {
    return Math.imul(this.#view.getUint32(at, true), 2_654_435_761) >>> 16
  }
}

/** Sequences: a token, literals, how far back, how much of it. */
class Packed {
  readonly #input: Uint8Array
  readonly #out: Buffer
  #at = 0

  constructor(input: Uint8Array) {
    this.#input = input
    this.#out = Buffer.alloc(input.length + Math.ceil(input.length / 255) + 16)
  }

  sequence(from: number, to: number, { length, back }: Match): void {
    this.#literals(from, to, length - leastMatch)
    this.#out.writeUInt16LE(back, this.#at)
    this.#at += 2
    if (length - leastMatch >= 15) this.#rest(length - leastMatch - 15)
  }

  last(from: number): void {
    this.#literals(from, this.#input.length, 0)
  }

  finish(): Buffer {
    return this.#out.subarray(0, this.#at)
  }

  #literals(from: number, to: number, match: number): void {
    const count = to - from
    this.#out[this.#at++] = (Math.min(count, 15) << 4) | Math.min(match, 15)
    if (count >= 15) this.#rest(count - 15)
    this.#out.set(this.#input.subarray(from, to), this.#at)
    this.#at += count
  }

  #rest(value: number): void {
    let left = value
    for (; left >= 255; left -= 255) this.#out[this.#at++] = 255
    this.#out[this.#at++] = left
  }
}
