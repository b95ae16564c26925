import type { IndicatorType } from '../indicator.ts'
import { hostOfUrl } from '../value.ts'
import type { Comparison, Pattern } from './stix-pattern.ts'

export interface PatternValue {
  readonly type: IndicatorType
  readonly value: string
}

/** What a pattern wants that no list of values can say, in words. */
export class NotAValueError extends Error {
  override readonly name = 'NotAValueError'
}

/** The values each of which is enough for a pattern. Throws `NotAValueError` where it wants more than that, or something else. */
export function patternValues(pattern: Pattern): PatternValue[] {
  switch (pattern.kind) {
    case 'comparison':
      return comparisonValues(pattern)
    case 'observation':
      return patternValues(pattern.part)
    case 'or':
      return pattern.parts.flatMap(patternValues)
    case 'and':
      return togetherValues(pattern.parts)
    case 'followed-by':
      throw new NotAValueError('the pattern wants several things one after the other')
    case 'qualified':
      throw new NotAValueError('the pattern wants a time or a number of times')
  }
}

const hashNames: Readonly<Record<string, IndicatorType>> = { MD5: 'md5', SHA1: 'sha1', SHA256: 'sha256' }

/** Hashes of one file name the same content, so that the strongest is enough, and whatever else is said of that file adds nothing to it. */
function togetherValues(parts: readonly Pattern[]): PatternValue[] {
  const comparisons = parts.filter(part => part.kind === 'comparison')
  if (comparisons.length === parts.length) {
    const telling = comparisons.filter(one => !saysOnlyItsType(one))
    const [single] = telling
    if (single !== undefined && telling.length === 1) return comparisonValues(single)
    const [first] = telling
    if (
      first !== undefined &&
      ['file', 'artifact'].includes(first.object) &&
      telling.every(one => one.object === first.object)
    ) {
      for (const name of ['SHA256', 'SHA1', 'MD5']) {
        const hash = telling.find(one => hashName(one) === name && isEquality(one))
        if (hash !== undefined) return comparisonValues(hash)
      }
    }
  }
  throw new NotAValueError('the pattern wants several things together')
}

/** `network-traffic:dst_ref.type = 'ipv4-addr'` beside the value itself. */
function saysOnlyItsType({ path, operator, negated }: Comparison): boolean {
  return path.at(-1) === 'type' && operator === '=' && !negated
}

function comparisonValues(comparison: Comparison): PatternValue[] {
  const type = typeOf(comparison)
  if (type === undefined) throw new NotAValueError(`nothing here has ${comparison.object}:${comparison.path.join('.')}`)
  const network = type === 'address' && comparison.operator === 'ISSUBSET' && !comparison.negated
  if (!isEquality(comparison) && !network)
    throw new NotAValueError(`the pattern compares by ${comparison.negated ? 'NOT ' : ''}${comparison.operator}`)
  if (type !== 'url') return comparison.values.map(value => ({ type, value }))
  return comparison.values.map(value => {
    const host = hostOfUrl(value)
    if (host === undefined) throw new NotAValueError('it is a URL with a path: its host alone would accuse too much')
    return host
  })
}

function isEquality({ operator, negated }: Comparison): boolean {
  return (operator === '=' || operator === 'IN') && !negated
}

/** By the properties of cyber-observable objects (STIX 2.1 section 6), and names that vendors use for wallets. */
function typeOf(comparison: Comparison): IndicatorType | 'url' | undefined {
  const { object, path } = comparison
  const place = `${object}:${path.join('.')}`
  const hash = hashName(comparison)
  if (hash !== undefined) return object === 'x509-certificate' ? 'fingerprint' : hashNames[hash]
  if (/^(?:ipv4-addr|ipv6-addr):value$|^network-traffic:dst_ref\.value$/.test(place)) return 'address'
  if (place === 'domain-name:value') return 'domain'
  if (place === 'url:value') return 'url'
  if (/^(?:x-)?(?:crypto-?currency|crypto|bitcoin|monero)(?:-(?:wallet|address))?:(?:value|address|name)$/.test(place))
    return 'wallet'
  if (/^network-traffic:(?:extensions\..*|x_)ja3(?:_hash)?$/.test(place)) return 'fingerprint'
  return undefined
}

function hashName({ object, path }: Comparison): string | undefined {
  const holder = path.slice(0, -1).join('.')
  const held =
    (['file', 'artifact', 'x509-certificate'].includes(object) && holder === 'hashes') ||
    (object === 'process' && /^(?:binary|image)_ref\.hashes$/.test(holder))
  const name = path.at(-1)?.toUpperCase().replace('-', '') ?? ''
  return held && Object.hasOwn(hashNames, name) ? name : undefined
}
