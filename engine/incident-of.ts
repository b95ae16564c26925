import type { Edge, IdentifiedFact, Incident, Level, Noticed, Verdict } from '../model/index.ts'
import { attributionOf } from './attribution.ts'
import { circumstantial } from './circumstantial.ts'
import { describe } from './describe.ts'
import { entryPointsOf } from './entry-points.ts'
import { type Group, nodeKey, weight } from './guilty-graph.ts'
import type { Judged } from './judge.ts'
import type { KeptId } from './kept-ids.ts'
import { noticedOf } from './noticed.ts'
import { sinceOf } from './since.ts'
import { containerIdOf, type World } from './world.ts'

/** The incident that a group of guilty facts is, with all that people are told of it. */
export function incidentOf(
  group: Group,
  verdict: Verdict,
  world: World,
  judged: readonly Judged[],
  edges: readonly Edge[],
  kept: KeptId,
  noticed: readonly Noticed[],
): Incident {
  const members = [...group.values()].sort(byId)
  const ids = new Set(members.map(one => one.id))
  // A weak finding about a member is part of the story; one about something else is not.
  const own = judged.filter(one => ids.has(one.finding.fact.id) && one.finding.allowed === undefined)
  const inside = edges.filter(one => group.has(one.from) && group.has(one.to)).sort(byEnds)
  const attribution = attributionOf(own)
  const { parts, edges: noticedEdges } = noticedOf(members, noticed)
  const entryPoints = entryPointsOf(world, members, judged, parts)
  const since = sinceOf(world, members)
  const level = own.reduce<Level>(
    (best, one) => (weight(one.finding.level) > weight(best) ? one.finding.level : best),
    'low',
  )
  const text = describe({ verdict, members, own, attribution, entryPoints, since, noticed: parts })
  return {
    id: kept.id,
    verdict,
    title: text.title,
    summary: text.summary,
    families: attribution.map(one => one.family),
    attribution,
    level,
    findings: [...new Set(own.map(one => one.finding.id))].sort(),
    members,
    context: contextOf(
      world,
      members,
      entryPoints.map(one => one.fact),
    ),
    edges: withNew(
      inside.map(one => ({ from: idIn(one.from), to: idIn(one.to), reason: one.reason })),
      noticedEdges,
    ),
    entryPoints,
    ...(parts.length === 0 ? {} : { noticed: [...parts] }),
    attack: [...new Set(own.flatMap(one => one.finding.attack))].sort(),
    since,
    mergedFrom: kept.mergedFrom,
    rebuildAdvised: text.rebuildAdvised,
  }
}

/** What explains a member without being guilty: its account, its container, the programs that it misuses. */
function contextOf(world: World, members: readonly IdentifiedFact[], ways: readonly (IdentifiedFact | undefined)[]) {
  const ids = new Set(members.map(one => one.id))
  const context = new Map<string, IdentifiedFact>()
  const add = (fact: IdentifiedFact | undefined): void => {
    if (fact !== undefined && !ids.has(fact.id)) context.set(fact.id, fact)
  }
  for (const member of members) {
    if ('user' in member && member.user !== undefined) add(world.account(member.user))
    if (member.kind !== 'process') continue
    if (member.parentPid !== undefined && member.parentPid > 2) add(world.process(member.parentPid))
    if (member.container !== undefined)
      add(world.all('container').find(one => containerIdOf(one).startsWith(member.container ?? '-')))
    for (const one of world.all('listener')) if (one.pid === member.pid) add(one)
  }
  for (const way of ways) add(way)
  return [...context.values()].sort(byId)
}

/** What a scan sees itself says more than what was noticed before; that two things came together says less. */
function withNew(edges: readonly Edge[], noticed: readonly Edge[]): Edge[] {
  const pair = ({ from, to }: Edge) => [from, to].sort().join(' ')
  const better = new Set(noticed.map(pair))
  const kept = edges.filter(one => !better.has(pair(one)) || !circumstantial.has(one.reason))
  const joined = new Set(kept.map(pair))
  return [...kept, ...noticed.filter(one => !joined.has(pair(one)))]
}

function idIn(key: string): string {
  return key.split('/')[0] ?? key
}

function byId(a: IdentifiedFact, b: IdentifiedFact): number {
  const [left, right] = [`${a.kind} ${nodeKey(a)}`, `${b.kind} ${nodeKey(b)}`]
  return left < right ? -1 : left > right ? 1 : 0
}

function byEnds(a: Edge, b: Edge): number {
  const [left, right] = [`${a.from} ${a.to}`, `${b.from} ${b.to}`]
  return left < right ? -1 : left > right ? 1 : 0
}
