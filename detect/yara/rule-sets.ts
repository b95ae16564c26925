/** Contents of up to so many bytes are seen at once. */
export const seenWhole = 8 * 1024 * 1024

/**
 * Sets of compiled rules as one run of bytes: what a thread is handed, and what is kept. `first` looks at every content, `second` only
 * where a rule of `first` matched that it comes after; `strings` and `gathered` do for contents that are seen in parts.
 */
export const setNames = ['first', 'second', 'strings', 'gathered'] as const
export type SetName = (typeof setNames)[number]

export interface RuleSets {
  /** The engine that compiled them, and its version: no other opens them. */
  readonly engine: string
  /** What only matches in contents of up to so many bytes is not in `strings` and `gathered`. */
  readonly whole: number
  /** What a content begins with in which any of them may match, as characters of one byte; empty: anything. */
  readonly begins: string
  /** By id of a rule of `second`: the ids of which one has to match first. */
  readonly after: Readonly<Record<string, readonly string[]>>
  /** Ids of rules that only lead to others, or that others name. */
  readonly silent: readonly string[]
  /** Ids of rules whose matches say where they lie. */
  readonly within: readonly string[]
  /** Ids of rules that ask for the size: of contents in parts only `gathered` knows it, and says which of these match. */
  readonly sized: readonly string[]
  readonly sets: Readonly<Partial<Record<SetName, Uint8Array>>>
}

const magic = 'davylamp-rules-3\n'

export function writeRuleSets({ sets, ...about }: RuleSets): Uint8Array {
  const lengths = Object.fromEntries(Object.entries(sets).map(([name, bytes]) => [name, bytes.length]))
  const head = Buffer.from(`${JSON.stringify({ ...about, lengths })}\n`)
  return Buffer.concat([Buffer.from(magic), head, ...Object.values(sets)])
}

/** Inverse of `writeRuleSets`. The sets are views of the bytes. */
export function readRuleSets(bytes: Uint8Array): RuleSets {
  const end = bytes.indexOf(0x0a, magic.length)
  const text = Buffer.from(bytes.buffer, bytes.byteOffset, Math.max(end, 0)).toString()
  if (end < 0 || !text.startsWith(magic)) throw new Error('these are no compiled rules')
  const { lengths, ...head } = JSON.parse(text.slice(magic.length)) as Omit<RuleSets, 'sets'> & {
    lengths: Record<string, number>
  }
  const sets: Partial<Record<SetName, Uint8Array>> = {}
  let at = end + 1
  for (const name of setNames) {
    const length = lengths[name]
    if (length === undefined) continue
    sets[name] = bytes.subarray(at, at + length)
    at += length
  }
  return { ...head, sets }
}
