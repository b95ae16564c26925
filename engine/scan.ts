import type { AllowEntry, Fact, Gap, IdentifiedFact, Incident, Noticed, Plan, Scan } from '../model/index.ts'
import { allowanceFor } from './allow.ts'
import { correlate } from './correlate.ts'
import type { EarlierIncident } from './kept-ids.ts'
import { type Detect, type Judged, judge } from './judge.ts'
import { planFor } from './plan.ts'
import { noticedElsewhere } from './noticed.ts'
import { unitOf } from './services.ts'
import type { PlanOptions } from './wanted.ts'
import { World } from './world.ts'

/** Everything that thinking about a host needs; all of it is handed in. */
export interface Evidence {
  readonly facts: readonly Fact[]
  readonly gaps: readonly Gap[]
  readonly live: boolean
  readonly detect: Detect
  readonly allow: readonly AllowEntry[]
  readonly earlier: readonly EarlierIncident[]
  /** What was noticed as it happened. It explains, and decides nothing: no rule sees it, no plan is made from it. */
  readonly noticed?: readonly Noticed[]
  /** The present session of whoever runs the program, and the program itself. */
  readonly protectedPids: ReadonlySet<number>
  /** Directories of this program: what lies in them is not looked at, and a miner that hides there is not found. */
  readonly ownPaths: readonly string[]
  /** RFC 3339; decides which allowlist entries have expired. */
  readonly now: string
}

/** What a host's facts add up to. */
export interface Assessment {
  readonly world: World
  readonly judged: readonly Judged[]
  readonly incidents: readonly Incident[]
  readonly verdict: Scan['verdict']
  /** What was noticed and belongs to no incident, newest first. */
  readonly noticed: readonly Noticed[]
}

/** Facts to findings to incidents. Pure. */
export function assess(evidence: Evidence): Assessment {
  const facts = evidence.facts.filter(fact => !isOwn(fact, evidence.ownPaths))
  const allows = (fact: IdentifiedFact) =>
    allowanceFor('', { fact, event: fact }, evidence.allow, evidence.now) !== undefined
  const world = new World(facts, evidence.live, allows)
  const judged = judge(world, evidence.detect, evidence.allow, evidence.now, evidence.protectedPids)
  const noticed = (evidence.noticed ?? []).map(one => withService(one, world))
  const { protectedPids, earlier } = evidence
  const incidents = correlate(world, judged, { protectedPids, earlier, noticed })
  const members = incidents.flatMap(one => one.members)
  return { world, judged, incidents, verdict: verdictOf(incidents), noticed: noticedElsewhere(noticed, members) }
}

/** Which incidents a clean-up may act on: confirmed alone, or suspected too where somebody asked for it. */
export function planned(assessment: Assessment, include: readonly Incident['verdict'][], options: PlanOptions): Plan {
  const chosen = assessment.incidents.filter(one => include.includes(one.verdict))
  return planFor(chosen, assessment.world, assessment.judged, options)
}

/** How many facts of each kind were seen. */
export function countFacts(facts: readonly IdentifiedFact[]): Record<string, number> {
  const counts: Record<string, number> = {}
  for (const fact of facts) counts[fact.kind] = (counts[fact.kind] ?? 0) + 1
  return counts
}

/** The unit below which it happened: as it was heard, else that of a process of the chain that still runs. */
function withService(noticed: Noticed, world: World): Noticed {
  const { subject, chain } = noticed
  const cgroups = [subject, ...chain].map(({ pid, startTime }) => {
    const running = pid === undefined ? undefined : world.process(pid)
    return running?.startTime === startTime ? running?.cgroup : undefined
  })
  const service = [subject.cgroup, ...cgroups].map(unitOf).find(one => one !== undefined)
  return service === undefined ? noticed : { ...noticed, service }
}

function isOwn(fact: Fact, directories: readonly string[]): boolean {
  if (fact.kind !== 'file' && fact.kind !== 'process') return false
  const paths = fact.kind === 'process' ? [fact.path, fact.script] : [fact.path]
  return directories.some(directory => paths.some(path => path?.startsWith(`${directory}/`)))
}

function verdictOf(incidents: readonly Incident[]): Scan['verdict'] {
  for (const verdict of ['confirmed', 'suspected', 'exposure'] as const)
    if (incidents.some(one => one.verdict === verdict)) return verdict
  return 'nothing'
}
