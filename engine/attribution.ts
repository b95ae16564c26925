import type { Incident } from '../model/index.ts'
import type { Judged } from './judge.ts'

/** Which known campaigns the findings look like. Kits copy each other: behaviour first, the name second, with a confidence. */
export function attributionOf(judged: readonly Judged[]): Incident['attribution'] {
  const byFamily = new Map<string, Judged[]>()
  for (const one of judged)
    for (const family of one.finding.families) byFamily.set(family, [...(byFamily.get(family) ?? []), one])
  return [...byFamily]
    .map(([family, findings]) => {
      const rules = new Set(findings.map(one => one.rule.id)).size
      const confidence = rules >= 3 ? ('high' as const) : rules === 2 ? ('medium' as const) : ('low' as const)
      const titles = [...new Set(findings.map(one => one.finding.rule.title))].slice(0, 3)
      return { family, confidence, because: titles.join('; '), rules }
    })
    .sort((a, b) => b.rules - a.rules || (a.family < b.family ? -1 : 1))
    .map(({ family, confidence, because }) => ({ family, confidence, because }))
}
