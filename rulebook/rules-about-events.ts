import { type AnyRule, eventSources, fitsLogSource, type LogSource } from '../detect/index.ts'

/** Rules that some event of a host can concern, with the correlations and filters that go with them. */
export function eventRulesIn(rules: readonly AnyRule[]): AnyRule[] {
  return withCorrelations(rules, source => eventSources.some(one => fitsLogSource(source, one)))
}

/** Rules that judge states of a host, which are what a scan has: without those about events of our own. */
export function factRulesIn(rules: readonly AnyRule[]): AnyRule[] {
  const left = new Set(withCorrelations(rules, isOwnEvent))
  return rules.filter(rule => !left.has(rule))
}

function isOwnEvent(source: LogSource): boolean {
  const category = source.category?.replaceAll('_', '-')
  return eventSources.some(one => one.product === 'davylamp' && one.category === category)
}

/** Rules and filters for such log sources, and correlations that count nothing else. */
function withCorrelations(rules: readonly AnyRule[], fits: (source: LogSource) => boolean): AnyRule[] {
  const kept = new Set(rules.filter(rule => rule.kind !== 'correlation' && fits(rule.logsource)))
  const names = new Set([...kept].flatMap(namesOf))
  for (let before = -1; before !== kept.size; ) {
    before = kept.size
    for (const rule of rules) {
      if (rule.kind !== 'correlation' || kept.has(rule) || !rule.rules.every(name => names.has(name))) continue
      kept.add(rule)
      for (const name of namesOf(rule)) names.add(name)
    }
  }
  return rules.filter(rule => kept.has(rule))
}

function namesOf({ id, name }: AnyRule): string[] {
  return name === undefined ? [id] : [id, name]
}
