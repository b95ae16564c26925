/** Something that looks like a secret. */
export interface Suspect {
  readonly kind: string
  readonly line: number
  /** Its beginning. */
  readonly text: string
}

/** Shapes that only secrets have. */
const shapes: readonly (readonly [string, RegExp])[] = [
  // A line of key material must follow: code that writes such a file has a placeholder there.
  ['private key', /-----BEGIN (?:[A-Z]+ )*PRIVATE KEY(?: BLOCK)?-----(?:\\n|\s)+(?:[A-Za-z0-9+/=]{24,}|[\w-]+: )/g],
  ['cloud key', /\b(?:AKIA|ASIA|AROA)[A-Z0-9]{16}\b/g],
  ['cloud key', /\bLTAI[A-Za-z0-9]{16,24}\b/g],
  ['cloud key', /\bAIza[A-Za-z0-9_-]{35}\b/g],
  ['cloud key', /\bAKID[A-Za-z0-9]{32}\b/g],
  ['token', /\bgh[pousr]_[A-Za-z0-9]{36,}\b/g],
  ['token', /\bgithub_pat_[A-Za-z0-9_]{50,}\b/g],
  ['token', /\bglpat-[A-Za-z0-9_-]{20,}\b/g],
  ['token', /\bnpm_[A-Za-z0-9]{36}\b/g],
  ['token', /\bxox[abeoprs]-[A-Za-z0-9-]{20,}\b/g],
  ['token', /\bhooks\.slack\.com\/services\/T[A-Z0-9]{8,}\/B[A-Z0-9]{8,}\/[A-Za-z0-9]{24}\b/g],
  ['token', /\b(?:sk|rk)_live_[A-Za-z0-9]{20,}\b/g],
  ['token', /\bdavylamp_[A-Za-z0-9_-]{43}\b/g],
  ['token', /\bdl-[A-Za-z0-9_-]{40,}/g],
  ['token', /\bBearer [A-Za-z0-9_-]{32,}/g],
  ['web token', /\beyJ[A-Za-z0-9_-]{10,}\.eyJ[A-Za-z0-9_-]{5,}\.[A-Za-z0-9_-]{20,}/g],
  ['master key', /\bdavylamp-master-key-1:[A-Za-z0-9_-]{43}/g],
]

const address = /\b[a-z][a-z0-9+]{1,15}:\/\/[^\s:/@'"`<>{}$]*:([^\s@'"`<>{}$/]{6,})@([^\s/'"`:]+)/g
const assigned =
  /\b[\w-]*(?:password|passwd|passphrase|secret|token|api_?key|access_?key|private_?key)[\w-]*["']?\s*[:=]\s*(?:(["'`])((?:(?!\1).){12,200})\1|([A-Za-z0-9+/_=-]{20,200})(?=\s|$))/gi

/** All that looks like a secret in a text. What a person wrote as an example (few different characters, words) does not. */
export function suspectsIn(file: string, text: string): Suspect[] {
  const found: Suspect[] = []
  const add = (kind: string, at: number, what: string) =>
    found.push({ kind, line: text.slice(0, at).split('\n').length, text: what.slice(0, 24) })
  for (const [kind, shape] of shapes)
    for (const hit of text.matchAll(shape)) if (kind === 'private key' || isRandom(hit[0])) add(kind, hit.index, hit[0])
  for (const hit of text.matchAll(address))
    if (isRandom(hit[1] ?? '')) add('password in an address', hit.index, hit[1] ?? '')
  // A lock file is nothing but hashes.
  if (file === 'package-lock.json') return found
  for (const hit of text.matchAll(assigned)) {
    const value = hit[2] ?? hit[3] ?? ''
    if (/^[A-Za-z0-9+/_=-]+$/.test(value) && isRandom(value)) add('assigned secret', hit.index, value)
  }
  return found
}

/** Bits for each character (Shannon) as only random ones have; words, names of functions and rows of one letter lie below. */
function isRandom(text: string): boolean {
  const counts = new Map<string, number>()
  for (const letter of text) counts.set(letter, (counts.get(letter) ?? 0) + 1)
  let bits = 0
  for (const count of counts.values()) bits -= (count / text.length) * Math.log2(count / text.length)
  const changes = [...text].filter((letter, at) => at > 0 && kindOf(letter) !== kindOf(text[at - 1] ?? '')).length
  const hex = /^[0-9a-f]+$/i.test(text)
  return (
    bits > (hex ? 3.2 : 3.4) &&
    changes / text.length > 0.15 &&
    (/\d/.test(text) || (text.length >= 20 && /[a-z]/.test(text) && /[A-Z]/.test(text)))
  )
}

function kindOf(letter: string): string {
  if (/\d/.test(letter)) return 'digit'
  if (/[a-z]/.test(letter)) return 'small'
  return /[A-Z]/.test(letter) ? 'large' : 'other'
}
