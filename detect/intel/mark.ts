import type { Fact, FactOf, IndicatorMatch } from '../../model/index.ts'
import { displayBytes } from '../../target/index.ts'
import { normalAddress } from './address.ts'
import type { IndicatorType } from './indicator.ts'
import type { Indicators } from './indicators.ts'
import { namedIn } from './named-in-text.ts'
import type { SharedPlaces } from './shared-places.ts'

const mostOfAFact = 10

export interface MarkOptions {
  readonly shared: SharedPlaces
  readonly gateways?: readonly string[]
  /** Facts have no SHA-1: computed only where a list holds some, and only for files that no package vouches for. */
  readonly sha1Of?: ((fact: FactOf<'file'>) => string | undefined) | undefined
}

/**
 * Writes into facts what lists say of the values in them. Addresses that say nothing about a host are left out: its own, private ones,
 * those of its gateways and resolvers, and what half of the world shares.
 */
export function markIndicators(
  facts: readonly Fact[],
  store: Indicators,
  { shared, gateways = [], sha1Of }: MarkOptions,
): void {
  const around = new Set([...gateways, ...ownNetwork(facts)].map(address => normalAddress(address)))
  const look: Look = (type, value) => {
    if (value === undefined || !store.holds(type)) return []
    if (type === 'address' && (isInside(value) || shared.holdsAddress(value))) return []
    return store.find(type, value).filter(one => type !== 'domain' || !shared.holdsDomain(listedName(one)))
  }
  const remote: Look = (type, value) =>
    type === 'address' && around.has(normalAddress(value ?? '')) ? [] : look(type, value)
  const hashes = hashMatches(facts, look, store.holds('sha1') ? sha1Of : undefined)
  for (const fact of facts) {
    const named = matchesOf(fact, look, remote)
    const content = fact.kind === 'file' || fact.kind === 'process' ? hashes.get(fact) : undefined
    const found = [...(content ?? []), ...(named ?? [])]
    if (found.length === 0) continue
    const unique = new Map(found.map(one => [`${one.type} ${one.value} ${one.source}`, one]))
    const kept = [...unique.values()].sort((a, b) => (b.confidence ?? 50) - (a.confidence ?? 50)).slice(0, mostOfAFact)
    Object.assign(fact, { indicators: kept.map(shown) })
  }
}

type Look = (type: IndicatorType, value: string | undefined) => IndicatorMatch[]

/** What is said of contents. A process has the SHA-256 of its program alone; lists of other hashes reach it through the file with that. */
function hashMatches(
  facts: readonly Fact[],
  look: Look,
  sha1Of: MarkOptions['sha1Of'],
): Map<Fact, readonly IndicatorMatch[]> {
  const found = new Map<Fact, readonly IndicatorMatch[]>()
  const byContent = new Map<string, readonly IndicatorMatch[]>()
  for (const fact of facts) {
    if (fact.kind !== 'file') continue
    const owned = fact.ownership === 'owned' || fact.ownership === 'verified' || fact.type !== 'file'
    const sha1 = owned ? undefined : sha1Of?.(fact)
    const matches = [...look('sha256', fact.sha256), ...look('md5', fact.md5), ...look('sha1', sha1)]
    if (matches.length === 0) continue
    found.set(fact, matches)
    if (fact.sha256 !== undefined) byContent.set(fact.sha256, matches)
  }
  for (const fact of facts)
    if (fact.kind === 'process' && fact.sha256 !== undefined)
      found.set(fact, byContent.get(fact.sha256) ?? look('sha256', fact.sha256))
  return found
}

/** Undefined for kinds of facts that no list is about. */
function matchesOf(fact: Fact, look: Look, remote: Look): IndicatorMatch[] | undefined {
  switch (fact.kind) {
    case 'process':
      return namedMatches(`${fact.command} ${fact.miningAccount ?? ''}`, remote)
    case 'autostart':
      return namedMatches(fact.command, remote)
    case 'socket':
      return [
        ...remote('address', fact.address),
        ...[fact.serverName, ...(fact.certificateNames ?? [])].flatMap(name => look('domain', name)),
      ]
    case 'hosts-entry':
      return hostsMatches(fact, remote)
    case 'resolver':
      return look('address', fact.address)
    case 'login-key':
      return look('fingerprint', fact.fingerprint)
    default:
      return undefined
  }
}

/** A name that leads nowhere is blocked, which is the opposite of being used. */
function hostsMatches(fact: FactOf<'hosts-entry'>, look: Look): IndicatorMatch[] {
  if (fact.sinkhole) return []
  return [...look('address', fact.address), ...fact.names.flatMap(name => look('domain', name))]
}

function namedMatches(command: string, look: Look): IndicatorMatch[] {
  const { addresses, domains, wallets } = namedIn(command)
  return [
    ...[...addresses].flatMap(one => look('address', one)),
    ...[...domains].flatMap(one => look('domain', one)),
    ...[...wallets].flatMap(one => look('wallet', one)),
  ]
}

/** Addresses of the host itself, as its sockets have them, and of those that resolve names for it. */
function ownNetwork(facts: readonly Fact[]): string[] {
  return facts.flatMap(fact =>
    fact.kind === 'socket'
      ? [fact.localAddress]
      : fact.kind === 'listener' || fact.kind === 'resolver'
        ? [fact.address]
        : [],
  )
}

/** Loopback, private, link-local, multicast: RFC 1918, 4193, 6598. */
function isInside(text: string): boolean {
  const address = normalAddress(text)
  return (
    address === undefined ||
    /^(?:0|10|127)\.|^169\.254\.|^192\.168\.|^172\.(?:1[6-9]|2\d|3[01])\.|^100\.(?:6[4-9]|[7-9]\d|1[01]\d|12[0-7])\.|^(?:22[4-9]|2[3-5]\d)\./.test(
      address,
    ) ||
    /^(?:::1?$|f[cd]|fe[89ab]|ff)/.test(address)
  )
}

/** Where a name above the value is listed, that. */
function listedName({ value, about }: IndicatorMatch): string {
  return /(?:^|; )listed as (\S+)$/.exec(about ?? '')?.[1] ?? value
}

/** Sources are other people's texts. */
function shown(match: IndicatorMatch): IndicatorMatch {
  return {
    ...match,
    value: displayBytes(match.value).slice(0, 300),
    source: displayBytes(match.source).slice(0, 100),
    ...(match.about === undefined ? {} : { about: displayBytes(match.about).slice(0, 200) }),
  }
}
