import { decodeBytes, displayBytes } from '../../target/bytes.ts'
import type { StringHit } from './yara-engine.ts'

const mostWords = 5
const longestWord = 80

/** What the reader is shown of the texts that matched: different ones, in order, display-escaped and bounded. */
export function wordsOf(bytes: Uint8Array, hits: readonly StringHit[]): string[] {
  const words = new Set<string>()
  for (const { offset, length } of hits) {
    if (words.size === mostWords) break
    words.add(shown(bytes.subarray(offset, offset + Math.min(length, longestWord))))
  }
  return [...words]
}

function shown(bytes: Uint8Array): string {
  const word = displayBytes(decodeBytes(isWide(bytes) ? bytes.filter((_, at) => at % 2 === 0) : bytes))
  if (word.length <= longestWord) return word
  // No escape is cut in the middle.
  return `${word.slice(0, longestWord - 1).replace(/\\(?:x[0-9a-f]?)?$/, '')}…`
}

/** ASCII in UTF-16, as strings with `wide` find it. */
function isWide(bytes: Uint8Array): boolean {
  return (
    bytes.length >= 4 && bytes.length % 2 === 0 && bytes.every((byte, at) => (at % 2 === 0 ? byte !== 0 : byte === 0))
  )
}
