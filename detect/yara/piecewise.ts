import type { ContentMatch } from '../../model/index.ts'
import { Gathering } from './gathering.ts'
import { wordsOf } from './match-words.ts'
import type { Hit, OpenedRules } from './opened-rules.ts'
import type { Globals } from './yara-engine.ts'

/** One buffer for all contents of a thread, and what neighbouring chunks of a larger content share. */
export interface Window {
  readonly buffer: Uint8Array
  readonly overlap: number
}

/** Looks at one content that comes in pieces: as a whole if it fits into the buffer, else chunk by chunk. */
export class PiecewiseLook {
  readonly #window: Window
  readonly #sets: readonly OpenedRules[]
  readonly #globals: Globals
  readonly #cut: Set<string>
  #gatherings: readonly Gathering[] | undefined
  #at = 0
  #filled = 0

  constructor(window: Window, sets: readonly OpenedRules[], globals: Globals, cut: Set<string>) {
    this.#window = window
    this.#sets = sets
    this.#globals = globals
    this.#cut = cut
  }

  /** Bytes that came so far. */
  get size(): number {
    return this.#at + this.#filled
  }

  /** Where the next bytes go; `took` says how many came. */
  room(): Uint8Array {
    const { buffer, overlap } = this.#window
    if (this.#filled === buffer.length) {
      // One byte of the next chunk is known: this one is not the last.
      const chunk = buffer.length - 1
      this.#hand(chunk, false)
      buffer.copyWithin(0, chunk - overlap)
      this.#at += chunk - overlap
      this.#filled = overlap + 1
    }
    return buffer.subarray(this.#filled)
  }

  took(bytes: number): void {
    this.#filled += bytes
  }

  push(bytes: Uint8Array): void {
    for (let at = 0; at < bytes.length; ) {
      const room = this.room()
      const part = bytes.subarray(at, at + room.length)
      room.set(part)
      this.took(part.length)
      at += part.length
    }
  }

  end(): ContentMatch[] {
    const globals = this.#globals
    if (this.#gatherings === undefined) {
      const bytes = this.#window.buffer.subarray(0, this.#filled)
      return this.#sets.flatMap(rules => rules.match(bytes, globals, this.#cut).map(hit => matchOf(hit, bytes)))
    }
    this.#hand(this.#filled, true)
    return this.#gatherings.flatMap(gathering => {
      const { hits, bytes, offsetOf } = gathering.finish(this.size, globals, this.#cut)
      return hits.map(hit => matchOf(hit, bytes, offsetOf))
    })
  }

  #hand(length: number, last: boolean): void {
    const { buffer, overlap } = this.#window
    this.#gatherings ??= this.#sets.map(rules => new Gathering(rules, overlap))
    for (const one of this.#gatherings) one.push(buffer.subarray(0, length), this.#at, last, this.#globals, this.#cut)
  }
}

export function matchOf(
  { rule, strings, within }: Hit,
  bytes: Uint8Array,
  offsetOf = (place: number) => place,
): ContentMatch {
  const [first] = strings
  return {
    rule,
    words: wordsOf(bytes, strings),
    ...(first && { offset: offsetOf(first.offset) }),
    ...(within && { places: placesOf(strings, offsetOf) }),
  }
}

const mostPlaces = 20

/** Of several hits that begin together the longest stands for all: a repetition matches many times. */
function placesOf(strings: Hit['strings'], offsetOf: (place: number) => number) {
  const longest = new Map<number, number>()
  for (const { offset, length } of strings) longest.set(offset, Math.max(length, longest.get(offset) ?? 0))
  return [...longest].slice(0, mostPlaces).map(([offset, length]) => ({ offset: offsetOf(offset), length }))
}
