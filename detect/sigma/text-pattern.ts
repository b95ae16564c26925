/** Any run of characters, also none: `*` of a Sigma value. */
export const anyText = 0
/** Exactly one character: `?`. */
export const oneCharacter = 1
/** One of the dashes that Windows programs take for each other: the `windash` modifier. */
export const anyDash = 2

/** A piece of a Sigma string: literal text or a wildcard. */
export type Part = string | typeof anyText | typeof oneCharacter | typeof anyDash

export const dashes = ['-', '/', '\u2013', '\u2014', '\u2015']

/**
 * Parts of a Sigma string (specification, "Escaping"): `\` escapes `*`, `?` and itself; before anything else, and at the
 * end, it is a plain backslash.
 */
export function parseText(text: string): Part[] {
  const parts: Part[] = []
  let literal = ''
  for (let at = 0; at < text.length; at++) {
    const unit = text.charAt(at)
    const next = text.charAt(at + 1)
    if (unit === '\\' && (next === '*' || next === '?' || next === '\\')) {
      literal += next
      at++
      continue
    }
    if (unit !== '*' && unit !== '?') {
      literal += unit
      continue
    }
    if (literal !== '') parts.push(literal)
    parts.push(unit === '*' ? anyText : oneCharacter)
    literal = ''
  }
  if (literal !== '') parts.push(literal)
  return parts
}

/** Text in the form in which two spellings that differ by case are equal. */
export function fold(text: string): string {
  const lower = text.toLowerCase()
  // The lower case of Σ depends on its neighbours, which a part of a text does not have.
  return lower.includes('ς') ? lower.replaceAll('ς', 'σ') : lower
}

/** What a pattern amounts to: a comparison that needs no search for wildcards, or `pieces`. */
export type Shape =
  | { readonly kind: 'equals' | 'starts' | 'ends' | 'contains'; readonly text: string }
  | { readonly kind: 'anything' }
  | { readonly kind: 'pieces'; readonly parts: readonly Part[] }

export function shapeOf(parts: readonly Part[]): Shape {
  const merged = mergeParts(parts)
  if (merged.some(part => part === oneCharacter || part === anyDash)) return { kind: 'pieces', parts: merged }
  const texts = merged.filter(part => typeof part === 'string')
  if (texts.length > 1) return { kind: 'pieces', parts: merged }
  const text = texts[0]
  if (text === undefined) return merged.length === 0 ? { kind: 'equals', text: '' } : { kind: 'anything' }
  const open = merged[0] === anyText
  const openEnd = merged.at(-1) === anyText
  return { kind: open ? (openEnd ? 'contains' : 'ends') : openEnd ? 'starts' : 'equals', text }
}

/**
 * Whether the whole of `text` fits the parts. Greedy from the left, so that the time is bounded by the product of both
 * lengths however hostile the text is.
 */
export function matchesParts(parts: readonly Part[], text: string): boolean {
  const segments = splitAtWildcards(parts)
  const first = segments[0] ?? []
  const begin = matchAt(first, text, 0)
  if (begin < 0) return false
  if (segments.length === 1) return begin === text.length
  let at = begin
  for (let index = 1; index < segments.length - 1; index++) {
    at = find(segments[index] ?? [], text, at)
    if (at < 0) return false
  }
  return endsWith(segments.at(-1) ?? [], text, at)
}

function mergeParts(parts: readonly Part[]): Part[] {
  const merged: Part[] = []
  for (const part of parts) {
    const last = merged.at(-1)
    if (part === '' || (part === anyText && last === anyText)) continue
    if (typeof part === 'string' && typeof last === 'string') merged[merged.length - 1] = last + part
    else merged.push(part)
  }
  return merged
}

function splitAtWildcards(parts: readonly Part[]): Part[][] {
  const segments: Part[][] = [[]]
  for (const part of parts) {
    if (part === anyText) segments.push([])
    else segments.at(-1)?.push(part)
  }
  return segments
}

/** End of the segment when it begins at `start`, or -1. */
function matchAt(segment: readonly Part[], text: string, start: number): number {
  let at = start
  for (const part of segment) {
    if (typeof part === 'string') {
      if (!text.startsWith(part, at)) return -1
      at += part.length
    } else if (at >= text.length) {
      return -1
    } else if (part === oneCharacter) {
      at += characterLength(text, at)
    } else if (dashes.includes(text.charAt(at))) {
      at++
    } else {
      return -1
    }
  }
  return at
}

function find(segment: readonly Part[], text: string, from: number): number {
  const first = segment[0]
  if (first === undefined) return from
  for (let start = from; start <= text.length; start++) {
    if (typeof first === 'string') {
      start = text.indexOf(first, start)
      if (start < 0) return -1
    } else if (start > from && insideCharacter(text, start)) {
      continue
    }
    const end = matchAt(segment, text, start)
    if (end >= 0) return end
  }
  return -1
}

function endsWith(segment: readonly Part[], text: string, from: number): boolean {
  const shortest = segment.reduce((sum: number, part) => sum + (typeof part === 'string' ? part.length : 1), 0)
  const wildcards = segment.filter(part => part === oneCharacter).length
  const earliest = Math.max(from, text.length - shortest - wildcards)
  for (let start = text.length - shortest; start >= earliest; start--) {
    if (wildcards > 0 && start > from && insideCharacter(text, start)) continue
    if (matchAt(segment, text, start) === text.length) return true
  }
  return false
}

function characterLength(text: string, at: number): number {
  return (text.codePointAt(at) ?? 0) > 0xffff ? 2 : 1
}

function insideCharacter(text: string, at: number): boolean {
  return at > 0 && (text.codePointAt(at - 1) ?? 0) > 0xffff
}
