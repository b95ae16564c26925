/** Words of one set that bytes hold: each match, the leftmost first, of those that begin together the longest. */
export type WordSearch = (bytes: Buffer) => ReadonlySet<string>

/**
 * Wu and Manber, "A fast algorithm for multi-pattern searching" (1994): the two bytes at the end of a window as long as the
 * shortest word tell how far it may move on, so that most bytes are never looked at and no text is made of them.
 */
export function wordSearch(words: readonly string[]): WordSearch {
  const patterns = words.map(word => ({ word, bytes: Buffer.from(word, 'latin1') }))
  const window = Math.min(...patterns.map(({ bytes }) => bytes.length))
  const shifts = new Uint8Array(65_536).fill(window - 1)
  const ending = new Map<number, typeof patterns>()
  for (const pattern of patterns.toSorted((one, other) => other.bytes.length - one.bytes.length)) {
    for (let at = 0; at + 1 < window; at++) {
      const pair = pairAt(pattern.bytes, at)
      shifts[pair] = Math.min(shifts[pair] ?? 0, window - 2 - at)
    }
    const pair = pairAt(pattern.bytes, window - 2)
    ending.set(pair, [...(ending.get(pair) ?? []), pattern])
  }
  return bytes => {
    const found = new Set<string>()
    for (let at = 0, last = bytes.length - window; at <= last; ) {
      const pair = pairAt(bytes, at + window - 2)
      const shift = shifts[pair] ?? 0
      if (shift > 0) {
        at += shift
        continue
      }
      const match = ending.get(pair)?.find(pattern => holdsAt(bytes, at, pattern.bytes))
      if (match !== undefined) found.add(match.word)
      at += match?.bytes.length ?? 1
    }
    return found
  }
}

function pairAt(bytes: Buffer, at: number): number {
  return ((bytes[at] ?? 0) << 8) | (bytes[at + 1] ?? 0)
}

function holdsAt(bytes: Buffer, from: number, word: Buffer): boolean {
  if (from + word.length > bytes.length) return false
  for (let at = 0; at < word.length; at++) if (bytes[from + at] !== word[at]) return false
  return true
}
