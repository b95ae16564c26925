import { finding, type IdentifiedFact, type Incident, incident } from '../../../../model/index.ts'
import type { AlertWhole } from './kinds.ts'

/** The incident that an alert is about, as its host sent it. */
export function incidentOf({ about, evidence }: AlertWhole): Incident | undefined {
  return about === 'incident' ? incident.safeParse(evidence).data : undefined
}

/** Every fact that the evidence holds, by id. */
export function factsOf(alert: AlertWhole): ReadonlyMap<string, IdentifiedFact> {
  const whole = incidentOf(alert)
  if (whole !== undefined) return new Map([...whole.members, ...whole.context].map(one => [one.id, one]))
  const single = alert.about === 'finding' ? finding.safeParse(alert.evidence).data : undefined
  return new Map(single === undefined ? [] : [[single.fact.id, single.fact]])
}
