import { termsOf } from '../ingest/hunt-terms.ts'
import type { AlertCase } from '../story/index.ts'

const kinds = ['hash', 'address', 'domain', 'wallet', 'key'] as const
export type IndicatorKind = (typeof kinds)[number]

export interface ReportIndicator {
  readonly kind: IndicatorKind
  readonly value: string
}

/** What others can look for on their hosts: of what would be removed, not of what only explains. */
export function indicatorsOf({ incident, finding, said }: AlertCase): ReportIndicator[] {
  const facts = finding === undefined ? (incident?.members ?? []) : [finding.fact]
  const found = termsOf(facts).flatMap(({ kind, term }) => {
    const known = kinds.find(one => one === kind)
    // Of a wallet, evidence keeps the first 80 characters.
    return known === undefined
      ? []
      : [{ kind: known, value: known === 'wallet' && term.length === 80 ? `${term}…` : term }]
  })
  const own = kinds.find(one => one === said['kind'])
  if (own !== undefined && typeof said['value'] === 'string') found.push({ kind: own, value: said['value'] })
  return found.toSorted((a, b) => kinds.indexOf(a.kind) - kinds.indexOf(b.kind) || (a.value < b.value ? -1 : 1))
}
