import type { IdentifiedFact, IndicatorMatch } from '../model/index.ts'

/** Fields that lists of indicators add to a fact. Each says how sure the surest list is: `sure`, `likely` or `unsure`. */
export const knownFields: Readonly<Record<string, string>> = {
  knownHash: 'a list has the hash of the content (sure, likely, unsure: what its confidence is worth)',
  knownHashSaid: 'which list, and what it says',
  knownAddress: 'a list has an address that it talks to or names',
  knownAddressValue: 'that address',
  knownAddressSaid: 'which list, and what it says',
  knownDomain: 'a list has a domain that it names',
  knownDomainValue: 'that name',
  knownDomainSaid: 'which list, and what it says',
  knownPlace: 'the surest of the address and the domain, with what is said of it, for sentences',
  knownWallet: 'a list has a wallet that it names',
  knownWalletValue: 'that wallet',
  knownWalletSaid: 'which list, and what it says',
  knownKey: 'a list has the fingerprint',
  knownKeySaid: 'which list, and what it says',
}

const groups = [
  ['knownHash', ['md5', 'sha1', 'sha256']],
  ['knownAddress', ['address']],
  ['knownDomain', ['domain']],
  ['knownWallet', ['wallet']],
  ['knownKey', ['fingerprint']],
] as const

/** What rules see of the indicators of a fact. */
export function known(fact: IdentifiedFact): Record<string, string> {
  const matches = 'indicators' in fact ? (fact.indicators ?? []) : []
  const fields: Record<string, string> = {}
  for (const [name, types] of matches.length === 0 ? [] : groups) {
    const surest = surestOf(matches, types)
    if (surest === undefined) continue
    fields[name] = trustIn(surest)
    fields[`${name}Value`] = surest.value
    fields[`${name}Said`] = said(surest)
  }
  const place = surestOf(matches, ['address', 'domain'])
  if (place !== undefined) fields['knownPlace'] = `${place.value}, on ${said(place)}`
  return fields
}

function surestOf(matches: readonly IndicatorMatch[], types: readonly string[]): IndicatorMatch | undefined {
  return matches
    .filter(one => types.includes(one.type))
    .reduce<IndicatorMatch | undefined>((best, one) => (best && worth(best) >= worth(one) ? best : one), undefined)
}

/** A list that says nothing of its own worth counts as the middle. */
function worth({ confidence }: IndicatorMatch): number {
  return confidence ?? 50
}

/** From 80 on a source stands for it (STIX 2.1 calls that high); below 50 it only guesses. */
function trustIn(match: IndicatorMatch): 'sure' | 'likely' | 'unsure' {
  return worth(match) >= 80 ? 'sure' : worth(match) >= 50 ? 'likely' : 'unsure'
}

/** For a sentence: `the list "feed" of 2026-05-01 (confidence 90): XMRig`. */
function said({ source, date, confidence, about }: IndicatorMatch): string {
  const when = date === undefined ? '' : ` of ${date.slice(0, 10)}`
  const sure = confidence === undefined ? 'it gives no confidence' : `confidence ${confidence}`
  return `the list "${source.slice(0, 50)}"${when} (${sure})${about === undefined ? '' : `: ${about.slice(0, 80)}`}`
}
