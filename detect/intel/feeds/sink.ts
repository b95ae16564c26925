import type { Indicator, IndicatorType } from '../indicator.ts'
import { isTooWide, type SharedPlaces } from '../shared-places.ts'
import { guessType, hostOfUrl, normalValue, refang, withoutPort } from '../value.ts'

/** One entry as a list writes it. */
export interface RawEntry {
  /** The line, or the id of an object. */
  readonly place: string
  readonly value: string
  /** The list's own word for the type. */
  readonly type?: string | undefined
  readonly date?: string | undefined
  readonly confidence?: string | number | undefined
  readonly expires?: string | undefined
  readonly about?: string | undefined
  /** Its source takes it back. */
  readonly gone?: boolean | undefined
}

/** What holds for entries that do not say it themselves. */
export interface Defaults {
  readonly type?: IndicatorType | undefined
  /** Days after its date, or after today, at which an entry ends. */
  readonly days?: number | undefined
  readonly now: string
}

/** Takes entries, and keeps count of those that cannot be used. */
export interface Sink {
  readonly taken: number
  take(entry: RawEntry): void
  /** Why something was left out; the place and value of the first few are kept. */
  leave(why: string, place: string, value: string): void
}

export interface Left {
  readonly why: string
  readonly count: number
  readonly examples: readonly string[]
}

/** Where indicators end up. */
export interface Taker {
  add(indicator: Indicator): void
  remove(type: IndicatorType, value: string): void
}

export class EntrySink implements Sink {
  taken = 0
  readonly #taker: Taker
  readonly #defaults: Defaults
  readonly #shared: SharedPlaces
  readonly #left = new Map<string, { count: number; examples: string[] }>()

  constructor(taker: Taker, defaults: Defaults, shared: SharedPlaces) {
    this.#taker = taker
    this.#defaults = defaults
    this.#shared = shared
  }

  take(entry: RawEntry): void {
    const found = this.#valueOf(entry)
    if (typeof found === 'string') return this.leave(found, entry.place, entry.value)
    const { type, value } = found
    if (isTooWide(type, value)) return this.leave('it names far too many hosts at once', entry.place, entry.value)
    if (
      (type === 'address' && !value.includes('/') && this.#shared.holdsAddress(value)) ||
      (type === 'domain' && this.#shared.holdsDomain(value))
    )
      return this.leave('it is shared by many who have nothing to do with each other', entry.place, entry.value)
    this.taken++
    if (entry.gone === true) return this.#taker.remove(type, value)
    const date = timeOf(entry.date)
    const confidence = confidenceOf(entry.confidence)
    const expires = timeOf(entry.expires) ?? this.#endAfter(date)
    const about = entry.about?.replaceAll(/\s+/g, ' ').trim().slice(0, 200)
    this.#taker.add({
      type,
      value,
      ...(date === undefined ? {} : { date }),
      ...(confidence === undefined ? {} : { confidence }),
      ...(expires === undefined ? {} : { expires }),
      ...(about === undefined || about === '' ? {} : { about }),
    })
  }

  leave(why: string, place: string, value: string): void {
    const known = this.#left.get(why) ?? { count: 0, examples: [] }
    known.count++
    if (known.examples.length < 5) known.examples.push(`${place}: ${value.slice(0, 80)}`)
    if (this.#left.size < 100 || this.#left.has(why)) this.#left.set(why, known)
  }

  get left(): Left[] {
    return [...this.#left]
      .map(([why, { count, examples }]) => ({ why, count, examples }))
      .sort((a, b) => b.count - a.count)
  }

  #valueOf({ value: text, type: word }: RawEntry): { type: IndicatorType; value: string } | string {
    const refanged = refang(text)
    const said = word === undefined || word.trim() === '' ? this.#defaults.type : typeNamed(word, refanged)
    if (said === undefined && word !== undefined && word.trim() !== '')
      return `nothing here is a "${word.trim().slice(0, 40)}"`
    if (said === 'url' || (said === undefined && refanged.includes('://')))
      return hostOfUrl(refanged) ?? 'it is a URL with a path: its host alone would accuse too much'
    const type = said ?? guessType(refanged) ?? guessType(withoutPort(refanged))
    if (type === undefined) return 'what it is cannot be told by its looks'
    const value =
      normalValue(type, refanged) ??
      (type === 'address' || type === 'domain' ? normalValue(type, withoutPort(refanged)) : undefined)
    return value === undefined ? `it is no ${type}` : { type, value }
  }

  #endAfter(date: string | undefined): string | undefined {
    if (this.#defaults.days === undefined) return undefined
    return new Date(Date.parse(date ?? this.#defaults.now) + this.#defaults.days * 86_400_000).toISOString()
  }
}

/** Words that lists in the wild use; a hash is told by its length. */
const typeWords: Readonly<Record<string, IndicatorType | 'url'>> = {
  ip: 'address',
  ipv4: 'address',
  ipv6: 'address',
  'ip:port': 'address',
  ipport: 'address',
  'ip-address': 'address',
  'ipv4-addr': 'address',
  'ipv6-addr': 'address',
  cidr: 'address',
  network: 'address',
  host: 'domain',
  hostname: 'domain',
  fqdn: 'domain',
  'domain-name': 'domain',
  key: 'fingerprint',
  ja3: 'fingerprint',
  'ssh-fingerprint': 'fingerprint',
  certificate: 'fingerprint',
  btc: 'wallet',
  xmr: 'wallet',
  cryptocurrency: 'wallet',
  uri: 'url',
  url: 'url',
  md5: 'md5',
  sha1: 'sha1',
  sha256: 'sha256',
  address: 'address',
  domain: 'domain',
  wallet: 'wallet',
  fingerprint: 'fingerprint',
}

function typeNamed(word: string, value: string): IndicatorType | 'url' | undefined {
  const plain = word
    .trim()
    .toLowerCase()
    .replaceAll(/[_\s]+/g, '-')
  const known = Object.hasOwn(typeWords, plain) ? typeWords[plain] : undefined
  if (known !== undefined) return known
  if (!/hash|md5|sha-?1|sha-?256|^file$/.test(plain)) return undefined
  const guessed = guessType(value)
  return guessed === 'md5' || guessed === 'sha1' || guessed === 'sha256' ? guessed : undefined
}

/** Dates as lists write them: RFC 3339, `2026-05-01 12:00:00` (taken as UTC), seconds since 1970. */
export function timeOf(text: string | undefined): string | undefined {
  const plain = text?.trim() ?? ''
  if (/^\d{9,10}$/.test(plain)) return new Date(Number(plain) * 1_000).toISOString()
  const found = /^(\d{4}-\d{2}-\d{2})(?:[T ](\d{2}:\d{2}(?::\d{2}(?:\.\d+)?)?)(?:\s?(Z|UTC|[+-]\d{2}:?\d{2}))?)?$/.exec(
    plain,
  )
  if (found === null) return undefined
  const [, day, clock = '00:00:00', zone = 'Z'] = found
  const time = new Date(`${day}T${clock}${zone === 'UTC' ? 'Z' : zone}`)
  return Number.isNaN(time.getTime()) ? undefined : time.toISOString()
}

/** 0–100, or the words of STIX 2.1 appendix A. */
function confidenceOf(said: string | number | undefined): number | undefined {
  const words: Readonly<Record<string, number>> = { none: 0, low: 15, medium: 50, med: 50, high: 85 }
  const plain = typeof said === 'string' ? said.trim().toLowerCase().replace(/\s?%$/, '') : said
  if (plain === undefined || plain === '') return undefined
  const number = typeof plain === 'string' && Object.hasOwn(words, plain) ? words[plain] : Number(plain)
  return number !== undefined && number >= 0 && number <= 100 ? Math.round(number) : undefined
}
