import { z } from 'zod'
import type { RawIndicator, ReadProblem } from './read-indicators.ts'

const bundle = z.object({ type: z.literal('bundle'), objects: z.array(z.unknown()) })
const indicator = z.object({
  type: z.literal('indicator'),
  id: z.string(),
  pattern: z.string(),
  pattern_type: z.string().optional(),
  name: z.string().optional(),
  description: z.string().optional(),
  valid_until: z.string().optional(),
  revoked: z.boolean().optional(),
})

interface StixIndicators {
  readonly raw: readonly RawIndicator[]
  readonly problems: readonly ReadProblem[]
}

/** The indicators of a STIX 2.1 bundle whose patterns name hashes, addresses, domains or wallets; each value is an entry of its own. */
export function stixIndicators(text: string): StixIndicators {
  const parsed = bundle.safeParse(jsonOf(text))
  if (!parsed.success) return { raw: [], problems: [{ place: 'JSON', value: '', what: 'stix' }] }
  const raw: RawIndicator[] = []
  const problems: ReadProblem[] = []
  for (const object of parsed.data.objects) {
    const one = indicator.safeParse(object).data
    // Reports, malware, relationships … are not indicators; what was revoked is none any more.
    if (one === undefined || one.revoked === true) continue
    const values = (one.pattern_type ?? 'stix') === 'stix' ? patternValues(one.pattern) : undefined
    if (values === undefined) problems.push({ place: one.id, value: one.pattern.slice(0, 200), what: 'pattern' })
    for (const { kind, value } of values ?? [])
      raw.push({ place: one.id, value, kind, note: one.name ?? one.description, expires: one.valid_until })
  }
  return { raw, problems }
}

function jsonOf(text: string): unknown {
  try {
    return JSON.parse(text)
  } catch {
    return undefined
  }
}

const kinds = [
  [/^file:hashes\.(?:'?(?:MD5|SHA-1|SHA-256|SHA1|SHA256)'?)$/i, 'hash'],
  [/^ipv[46]-addr:value$/, 'address'],
  [/^network-traffic:(?:dst|src)_ref\.value$/, 'address'],
  [/^domain-name:value$/, 'domain'],
  [/^(?:x-)?(?:cryptocurrency|crypto|bitcoin|monero)-?(?:wallet|address)?:(?:value|address)$/, 'wallet'],
] as const

/** A comparison of STIX patterning: an object path, `=` or `IN`, and one text or several. */
const comparison = /^\s*([a-z0-9-]+:[A-Za-z0-9_.'-]+)\s*(?:=\s*('(?:[^'\\]|\\.)*')|IN\s*\(([^)]*)\))\s*$/

/**
 * The values that a pattern is about when any one of them is enough; `undefined` when it wants several things together, compares
 * otherwise, or names what is not looked for.
 */
export function patternValues(
  pattern: string,
): readonly { readonly kind: string; readonly value: string }[] | undefined {
  const pieces = splitOutsideTexts(pattern)
  if (pieces === undefined) return undefined
  const found: { kind: string; value: string }[] = []
  for (const piece of pieces) {
    const [, path = '', single, several] = comparison.exec(piece) ?? []
    const kind = kinds.find(([shape]) => shape.test(path))?.[1]
    if (kind === undefined) return undefined
    const texts = single === undefined ? textsOf(several ?? '') : textsOf(single)
    found.push(...texts.map(value => ({ kind, value })))
  }
  return found.length === 0 ? undefined : found
}

/** Cuts at OR, whether between observations or within one; gives up at anything that binds parts together. */
function splitOutsideTexts(pattern: string): readonly string[] | undefined {
  const texts: string[] = []
  const bare = pattern.replaceAll(/'(?:[^'\\]|\\.)*'/g, text => {
    texts.push(text)
    return `'${texts.length - 1}'`
  })
  if (/\b(?:AND|FOLLOWEDBY|NOT|WITHIN|REPEATS|START|STOP|LIKE|MATCHES|ISSUBSET|ISSUPERSET|EXISTS)\b|[<>!]/.test(bare))
    return undefined
  return (
    bare
      .split(/\bOR\b/)
      .map(piece => piece.replaceAll(/[[\]]/g, ' ').trim())
      // Without anything that binds, these only group.
      .map(piece => piece.replace(/^[(\s]+/, '').replace(/[)\s]+$/, /\bIN\b/.test(piece) ? ')' : ''))
      .map(piece => piece.replaceAll(/'(\d+)'/g, (_, place: string) => texts[Number(place)] ?? "''"))
  )
}

function textsOf(list: string): string[] {
  return [...list.matchAll(/'((?:[^'\\]|\\.)*)'/g)].map(([, inner = '']) => inner.replaceAll(/\\(.)/g, '$1'))
}
