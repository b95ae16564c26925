import { isIP } from 'node:net'
import type { Fact } from '../../model/index.ts'
import { shortBytes, shortText } from './clean-value.ts'

export interface HuntTerm {
  readonly kind: 'hash' | 'path' | 'key' | 'line' | 'address' | 'account' | 'domain' | 'wallet'
  readonly term: string
}

/** Terms of one thing at most; a hostile fact could name thousands. */
const mostTerms = 300
/** PostgreSQL indexes no row above 2,704 bytes, and the index has more columns than this one. */
const mostBytes = 1_800
const mostCharacters = 1_000

/** What facts keep of a piece of evidence. */
const evidenceCharacters = 80
/** Monero addresses: standard, sub and integrated (95 or 106 characters of base 58), or what is left of one at the end of cut evidence. */
const walletPattern = /\b[48][1-9A-HJ-NP-Za-km-z]{79}(?:$|[1-9A-HJ-NP-Za-km-z]{15}(?:[1-9A-HJ-NP-Za-km-z]{11})?\b)/g
const urlPattern = /\b[a-z][a-z0-9+.-]{1,20}:\/\/(?:[^\s/@'"]{1,100}@)?(\[[0-9a-fA-F:.]{2,45}\]|[A-Za-z0-9.-]{3,253})/g

/** Everything with a name that facts hold: what a hunt can find them by. Each once, bounded. */
export function termsOf(facts: readonly Fact[]): HuntTerm[] {
  const terms = new Map<string, HuntTerm>()
  for (const fact of facts)
    for (const { kind, term } of namesIn(fact)) {
      const one = huntTerm(kind, term)
      if (one === undefined || terms.size >= mostTerms) continue
      terms.set(`${one.kind} ${one.term}`, one)
    }
  return [...terms.values()]
}

/**
 * A term in the one form that is stored and searched: cut, trimmed, addresses and hashes in lower case. Of wallets only the
 * 80 characters count that cut evidence has too, which tell them apart as well.
 */
export function huntTerm(kind: HuntTerm['kind'], text: string): HuntTerm | undefined {
  const most = kind === 'wallet' ? evidenceCharacters : mostCharacters
  const term = shortBytes(shortText(text.trim(), most), mostBytes)
  if (term.length < 2) return undefined
  const lower = kind === 'hash' || kind === 'address' || kind === 'domain'
  return { kind, term: lower ? term.toLowerCase() : term }
}

function* namesIn(fact: Fact): Generator<HuntTerm> {
  switch (fact.kind) {
    case 'process':
      yield* each('path', [fact.path, fact.script])
      yield* each('hash', [fact.sha256])
      yield* each('line', [fact.command])
      yield* inText([fact.command, ...(fact.evidence ?? [])])
      return
    case 'file':
      yield* each('path', [fact.path])
      yield* each('hash', [fact.sha256, fact.md5])
      for (const endpoint of fact.endpoints) yield* hostOf(endpoint.replace(/:\d+$/, ''))
      for (const grant of fact.grants ?? [])
        yield* grant.startsWith('account:') ? each('account', [grant.slice(8)]) : each('key', [grant])
      yield* inText(fact.evidence)
      return
    case 'autostart':
      yield* each('path', [fact.path, ...fact.targets])
      yield* each('line', [fact.text ?? fact.command])
      yield* inText([fact.text ?? '', fact.command])
      return
    case 'login-key':
      yield* each('key', [fact.fingerprint])
      yield* each('path', [fact.path])
      yield* each('account', [fact.user])
      return
    case 'account':
      return yield* each('account', [fact.name])
    case 'sudo-rule':
      yield* each('line', [fact.text])
      yield* each('path', [fact.path])
      yield* each('account', [fact.user])
      return
    case 'socket':
      if (fact.scope !== 'loopback') yield* hostOf(fact.address)
      return
    case 'preload':
      yield* each('path', [fact.path, fact.library])
      yield* each('line', [fact.text])
      return
    case 'command-integrity':
      yield* each('path', [fact.path, ...fact.originals.map(one => one.path)])
      yield* each('hash', [fact.sha256])
      return
    case 'hosts-entry':
      yield* each('domain', fact.names)
      yield* hostOf(fact.address)
      yield* each('line', [fact.text])
      return
    case 'resolver':
      return yield* hostOf(fact.address)
    case 'sysctl':
    case 'setting':
      yield* each('path', [fact.path])
      yield* each('line', [fact.text])
      return
    case 'log-entry':
      yield* each('account', [fact.user])
      if (fact.address !== undefined) yield* hostOf(fact.address)
      return
    case 'container':
      yield* each('line', [fact.command])
      yield* inText([fact.command])
      return
    case 'mount':
    case 'kernel-module':
    case 'web-root':
      return yield* each('path', [fact.path])
    case 'bpf-program':
      for (const { path } of fact.holders) yield* each('path', [path])
      return yield* each('path', fact.pins)
    case 'kernel-hook':
    case 'listener':
    case 'package':
      return
  }
}

function* each(kind: HuntTerm['kind'], terms: readonly (string | undefined)[]): Generator<HuntTerm> {
  for (const term of terms) if (term !== undefined && term !== '') yield { kind, term }
}

/** Wallets and the hosts of addresses with a scheme. */
function* inText(texts: readonly string[]): Generator<HuntTerm> {
  for (const text of texts) {
    const bounded = text.slice(0, 8_192)
    for (const [wallet] of bounded.matchAll(walletPattern)) yield { kind: 'wallet', term: wallet }
    for (const [, host = ''] of bounded.matchAll(urlPattern)) yield* hostOf(host)
  }
}

/** An address that names this host itself, or none, says nothing about others. */
function* hostOf(name: string): Generator<HuntTerm> {
  const host = name.replace(/^\[|\]$/g, '')
  if (isIP(host) === 0) {
    if (/^[a-z0-9-]+(?:\.[a-z0-9-]+)+$/i.test(host) && !/^[\d.]+$/.test(host)) yield { kind: 'domain', term: host }
    return
  }
  if (!/^(?:127\.|0\.0\.0\.0$|::1?$)/.test(host)) yield { kind: 'address', term: host }
}
