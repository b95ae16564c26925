import type { Detection, IdentifiedFact, Incident } from '../../model/index.ts'

/** The confirmed incidents that hold what a detection is about. */
export function incidentsOf(detection: Detection, incidents: readonly Incident[]): Incident[] {
  return incidents.filter(one => one.verdict === 'confirmed' && one.members.some(member => isAbout(member, detection)))
}

function isAbout(fact: IdentifiedFact, { subject, examination }: Detection): boolean {
  if (fact.kind === 'process' && fact.pid === subject.pid && subject.pid !== undefined)
    return subject.startTime === undefined || Math.abs(fact.startTime - subject.startTime) <= 1
  const paths = [subject.path, examination?.path].filter(one => one !== undefined)
  if ('path' in fact && fact.path !== undefined && paths.includes(fact.path)) return true
  if (fact.kind === 'process' && fact.script !== undefined && paths.includes(fact.script)) return true
  if (fact.kind === 'autostart' && fact.targets.some(one => paths.includes(one))) return true
  if (fact.kind === 'socket' && subject.kind === 'connection') return fact.address === subject.address
  const sha256 = subject.sha256 ?? examination?.sha256
  return sha256 !== undefined && 'sha256' in fact && fact.sha256 === sha256
}
