const bits = 8192
const width = 3

/** Which runs of three characters a text may hold: a bit set of their hashes, 1 KiB. */
export type Grams = Uint32Array

export function gramsOf(text: string): Grams {
  const set = new Uint32Array(bits / 32)
  for (let at = 0; at + width <= text.length; at++) {
    const hash = hashAt(text, at)
    set[hash >> 5] = (set[hash >> 5] ?? 0) | (1 << (hash & 31))
  }
  return set
}

/** A literal that is looked for in many texts, with two of its runs; `-1` where it is too short for any. */
export interface Needle {
  readonly text: string
  readonly first: number
  readonly last: number
}

export function needleFrom(text: string): Needle {
  const short = text.length < width
  return { text, first: short ? -1 : hashAt(text, 0), last: short ? -1 : hashAt(text, text.length - width) }
}

/** False only where the text cannot hold the needle: far cheaper than to search it. */
export function mayHold(grams: Grams, { first, last }: Needle): boolean {
  return first < 0 || (holds(grams, last) && holds(grams, first))
}

function holds(grams: Grams, hash: number): boolean {
  return ((grams[hash >> 5] ?? 0) & (1 << (hash & 31))) !== 0
}

function hashAt(text: string, at: number): number {
  const mixed =
    Math.imul(text.charCodeAt(at), 31_337) + Math.imul(text.charCodeAt(at + 1), 1_291) + text.charCodeAt(at + 2) * 37
  return (mixed ^ (mixed >>> 13)) & (bits - 1)
}
