import type { Edge, IdentifiedFact, Incident, Noticed, Verdict } from '../model/index.ts'
import { nothingElse, sameMinutes } from './circumstantial.ts'
import { exposures } from './entry-points.ts'
import type { WalkLimits } from './guilt.ts'
import { connected, findingsOf, type Graph, type Group, isSeed, nodeKey, walkAll, weight } from './guilty-graph.ts'
import { incidentOf } from './incident-of.ts'
import type { Judged } from './judge.ts'
import { type EarlierIncident, keptIds } from './kept-ids.ts'
import { hardTimeOf, timeOf } from './since.ts'
import type { World } from './world.ts'

export interface CorrelateOptions {
  readonly protectedPids: ReadonlySet<number>
  readonly earlier: readonly EarlierIncident[]
  /** It explains incidents and makes none. */
  readonly noticed?: readonly Noticed[]
}

/**
 * The incidents of a host: findings are walked outwards to everything that is guilty with them, connected parts are
 * judged, and what is suspicious on a host with a confirmed intrusion joins that. Pure: the same input gives the same
 * incidents, in the same order.
 */
export function correlate(world: World, judged: readonly Judged[], options: CorrelateOptions): Incident[] {
  const limits = limitsFrom(judged, options)
  const graph = walkAll(world, judged, limits)
  const strong = joinByTime(connected(graph), judged, graph.edges)
  const groups = joinSuspects([...strong, ...hints(judged, limits, graph)], judged, graph.edges)
  const intrusions = groups.map(group => ({ group, verdict: verdictOf(group, judged) }))
  const confirmed = intrusions.some(one => one.verdict === 'confirmed')
  const ids = keptIds(
    intrusions.map(one => one.group),
    options.earlier,
    fact => findingsOf(fact, judged).map(one => one.finding.id),
  )
  const incidents = intrusions.map((one, index) =>
    incidentOf(
      one.group,
      one.verdict,
      world,
      judged,
      graph.edges,
      ids[index] ?? { id: '', mergedFrom: [] },
      options.noticed ?? [],
    ),
  )
  return [...incidents, ...exposures(world, judged, confirmed)].sort(worstFirst)
}

function limitsFrom(judged: readonly Judged[], options: CorrelateOptions): WalkLimits {
  const suspicious = new Set(judged.filter(isSeed).map(one => one.finding.fact.id))
  const trusted = new Set(judged.filter(one => one.finding.allowed !== undefined).map(one => one.finding.fact.id))
  for (const id of suspicious) trusted.delete(id)
  return { suspicious, trusted, protectedPids: options.protectedPids }
}

/** Facts that mean nothing alone and join a confirmed intrusion: each a group of its own until then. */
function hints(judged: readonly Judged[], limits: WalkLimits, graph: Graph): Group[] {
  const facts = new Map<string, IdentifiedFact>()
  for (const { finding, rule } of judged)
    if (rule.meaning.joins && finding.allowed === undefined && !limits.trusted.has(finding.fact.id))
      if (!graph.nodes.has(nodeKey(finding.fact))) facts.set(nodeKey(finding.fact), finding.fact)
  return [...facts].sort(([a], [b]) => (a < b ? -1 : 1)).map(one => new Map([one]))
}

/** Ten minutes: what a dropper writes in one go. */
const together = 10 * 60 * 1000

/** Groups that each hold a strong finding and changed within the same minutes are one intrusion. */
function joinByTime(groups: readonly Group[], judged: readonly Judged[], edges: Edge[]): Group[] {
  const strong = (group: Group) =>
    [...group.values()].filter(fact =>
      findingsOf(fact, judged).some(one => weight(one.finding.level) >= weight('high')),
    )
  const joined: Map<string, IdentifiedFact>[] = []
  for (const group of groups) {
    const anchors = strong(group)
    const near = joined
      .map(other => ({ other, pair: nearest(anchors, strong(other)) }))
      .find(one => one.pair !== undefined && one.pair.apart <= together)
    if (near?.pair === undefined) {
      joined.push(new Map(group))
      continue
    }
    for (const [key, fact] of group) near.other.set(key, fact)
    edges.push({ from: nodeKey(near.pair.a), to: nodeKey(near.pair.b), reason: sameMinutes })
  }
  return joined
}

function nearest(as: readonly IdentifiedFact[], bs: readonly IdentifiedFact[], time = timeOf) {
  let best: { a: IdentifiedFact; b: IdentifiedFact; apart: number } | undefined
  for (const a of as)
    for (const b of bs) {
      const [left, right] = [time(a), time(b)]
      if (left === undefined || right === undefined) continue
      const apart = Math.abs(left - right)
      if (best === undefined || apart < best.apart) best = { a, b, apart }
    }
  return best
}

/** A month: something that was so long before is another story. */
const month = 30 * 24 * 60 * 60 * 1000

/** An account that only its circumstances accuse is left to a person, unless it came with the rest. */
const day = 24 * 60 * 60 * 1000

function holdsAnAccount(group: Group, judged: readonly Judged[]): boolean {
  return [...group.values()].some(fact => fact.kind === 'account' && findingsOf(fact, judged).length === 0)
}

/** Whatever else is suspicious on a host with a confirmed intrusion belongs to it, unless it is much older. */
function joinSuspects(groups: readonly Group[], judged: readonly Judged[], edges: Edge[]): Group[] {
  const confirmed = groups.filter(group => verdictOf(group, judged) === 'confirmed')
  const worthy = (group: Group) => [...group.values()].some(fact => findingsOf(fact, judged).length > 0)
  if (confirmed.length === 0) return groups.filter(worthy)
  const result = confirmed.map(group => new Map(group))
  const apart: Group[] = []
  for (const group of groups) {
    if (confirmed.includes(group)) continue
    // Times that anybody can set back keep a mere hint apart, but nothing that is suspicious in itself.
    const time = worthy(group) ? hardTimeOf : timeOf
    const ranked = result
      .map(other => ({ other, pair: nearest([...group.values()], [...other.values()], time) }))
      .sort((a, b) => (a.pair?.apart ?? Number.MAX_VALUE) - (b.pair?.apart ?? Number.MAX_VALUE))
    const best = ranked[0]
    const farthest = holdsAnAccount(group, judged) ? day : month
    if (best === undefined || (best.pair !== undefined && best.pair.apart > farthest)) {
      apart.push(group)
      continue
    }
    const from = best.pair?.a ?? [...group.values()][0]
    const to = best.pair?.b ?? [...best.other.values()][0]
    for (const [key, fact] of group) best.other.set(key, fact)
    if (from && to) edges.push({ from: nodeKey(from), to: nodeKey(to), reason: nothingElse })
  }
  return [...result, ...apart.filter(worthy)]
}

/**
 * `confirmed` needs one conclusive finding, or two findings of different classes and rules in one connected group, at
 * least one of them specific to mining or concealment.
 */
function verdictOf(group: Group, judged: readonly Judged[]): Verdict {
  const findings = [...group.values()].flatMap(fact => findingsOf(fact, judged))
  if (findings.some(one => one.finding.conclusive)) return 'confirmed'
  for (const one of findings) {
    if (one.finding.specific === undefined) continue
    if (findings.some(other => other.finding.class !== one.finding.class && other.rule.id !== one.rule.id))
      return 'confirmed'
  }
  return 'suspected'
}

const order: readonly Verdict[] = ['confirmed', 'suspected', 'exposure']

function worstFirst(a: Incident, b: Incident): number {
  return (
    order.indexOf(a.verdict) - order.indexOf(b.verdict) ||
    weight(b.level) - weight(a.level) ||
    (a.id < b.id ? -1 : a.id > b.id ? 1 : 0)
  )
}
