import { type Edge, type IdentifiedFact, type Incident, type Level, levels, type Verdict } from '../model/index.ts'
import { attributionOf } from './attribution.ts'
import { entryPointsOf, exposures } from './entry-points.ts'
import { describe } from './describe.ts'
import type { Judged } from './judge.ts'
import { type EarlierIncident, type KeptId, keptIds } from './kept-ids.ts'
import { hardTimeOf, sinceOf, timeOf } from './since.ts'
import type { WalkLimits } from './guilt.ts'
import { stepsFrom } from './walk.ts'
import type { World } from './world.ts'

export interface CorrelateOptions {
  readonly protectedPids: ReadonlySet<number>
  readonly earlier: readonly EarlierIncident[]
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
    incidentOf(one.group, one.verdict, world, judged, graph.edges, ids[index] ?? { id: '', mergedFrom: [] }),
  )
  return [...incidents, ...exposures(world, judged, confirmed)].sort(worstFirst)
}

interface Graph {
  /** Guilty facts by key. */
  readonly nodes: Map<string, IdentifiedFact>
  readonly edges: Edge[]
}

/** Connected guilty facts, by fact id in sorted order. */
type Group = ReadonlyMap<string, IdentifiedFact>

/** A finding from which a walk may begin: not allowed, no mere exposure, of some weight. */
export function isSeed({ finding, rule }: Judged): boolean {
  return (
    finding.allowed === undefined && rule.meaning.exposure === undefined && weight(finding.level) >= weight('medium')
  )
}

function limitsFrom(judged: readonly Judged[], options: CorrelateOptions): WalkLimits {
  const suspicious = new Set(judged.filter(isSeed).map(one => one.finding.fact.id))
  const trusted = new Set(judged.filter(one => one.finding.allowed !== undefined).map(one => one.finding.fact.id))
  for (const id of suspicious) trusted.delete(id)
  return { suspicious, trusted, protectedPids: options.protectedPids }
}

/** Processes and connections with one id are several things: their pid tells them apart inside the graph. */
function keyOf(fact: IdentifiedFact): string {
  return fact.kind === 'process' || fact.kind === 'socket' ? `${fact.id}/${fact.pid ?? 0}` : fact.id
}

function walkAll(world: World, judged: readonly Judged[], limits: WalkLimits): Graph {
  const nodes = new Map<string, IdentifiedFact>()
  const edges = new Map<string, Edge>()
  const queue: IdentifiedFact[] = []
  /** Accounts that the intruder made. */
  const own = new Set<string>()
  const add = (fact: IdentifiedFact): void => {
    if (nodes.has(keyOf(fact))) return
    nodes.set(keyOf(fact), fact)
    queue.push(fact)
  }
  for (const one of judged) {
    const { fact } = one.finding
    if (isSeed(one) && !(fact.kind === 'process' && limits.protectedPids.has(fact.pid))) add(fact)
  }
  for (let fact = queue.shift(); fact !== undefined; fact = queue.shift()) {
    if (fact.kind === 'account' && !own.has(fact.id) && !isRogue(fact, judged)) continue
    for (const step of stepsFrom(fact, world, limits)) {
      if (step.own) own.add(step.to.id)
      add(step.to)
      const pair = [keyOf(fact), keyOf(step.to)].sort().join(' ')
      if (!edges.has(pair)) edges.set(pair, { from: keyOf(fact), to: keyOf(step.to), reason: step.reason })
    }
  }
  return { nodes, edges: [...edges.values()] }
}

/** An account that the intruder made: what it owns goes with it. A system account that was opened up keeps its things. */
function isRogue(fact: IdentifiedFact, judged: readonly Judged[]): boolean {
  return judged.some(
    one => one.finding.fact.id === fact.id && one.rule.meaning.remedy === 'remove-account' && isSeed(one),
  )
}

function connected({ nodes, edges }: Graph): Group[] {
  const neighbours = new Map<string, string[]>()
  for (const { from, to } of edges) {
    neighbours.set(from, [...(neighbours.get(from) ?? []), to])
    neighbours.set(to, [...(neighbours.get(to) ?? []), from])
  }
  const groups: Group[] = []
  const seen = new Set<string>()
  for (const start of [...nodes.keys()].sort()) {
    if (seen.has(start)) continue
    const group = new Map<string, IdentifiedFact>()
    const queue = [start]
    seen.add(start)
    for (let key = queue.pop(); key !== undefined; key = queue.pop()) {
      const fact = nodes.get(key)
      if (fact !== undefined) group.set(key, fact)
      for (const next of neighbours.get(key) ?? []) {
        if (seen.has(next)) continue
        seen.add(next)
        queue.push(next)
      }
    }
    groups.push(group)
  }
  return groups
}

/** Facts that mean nothing alone and join a confirmed intrusion: each a group of its own until then. */
function hints(judged: readonly Judged[], limits: WalkLimits, graph: Graph): Group[] {
  const facts = new Map<string, IdentifiedFact>()
  for (const { finding, rule } of judged)
    if (rule.meaning.joins && finding.allowed === undefined && !limits.trusted.has(finding.fact.id))
      if (!graph.nodes.has(keyOf(finding.fact))) facts.set(keyOf(finding.fact), finding.fact)
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
    edges.push({ from: keyOf(near.pair.a), to: keyOf(near.pair.b), reason: 'changed within the same ten minutes' })
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
    if (from && to) edges.push({ from: keyOf(from), to: keyOf(to), reason: 'nothing else on this host explains it' })
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

function findingsOf(fact: IdentifiedFact, judged: readonly Judged[]): Judged[] {
  return judged.filter(one => isSeed(one) && one.finding.fact.id === fact.id)
}

function incidentOf(
  group: Group,
  verdict: Verdict,
  world: World,
  judged: readonly Judged[],
  edges: readonly Edge[],
  kept: KeptId,
): Incident {
  const members = [...group.values()].sort(byId)
  const ids = new Set(members.map(one => one.id))
  // A weak finding about a member is part of the story; one about something else is not.
  const own = judged.filter(one => ids.has(one.finding.fact.id) && one.finding.allowed === undefined)
  const inside = edges.filter(one => group.has(one.from) && group.has(one.to)).sort(byEnds)
  const attribution = attributionOf(own)
  const entryPoints = entryPointsOf(world, members, judged)
  const since = sinceOf(world, members)
  const level = own.reduce<Level>(
    (best, one) => (weight(one.finding.level) > weight(best) ? one.finding.level : best),
    'low',
  )
  const text = describe({ verdict, members, own, attribution, entryPoints, since })
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
    edges: inside.map(one => ({ from: idIn(one.from), to: idIn(one.to), reason: one.reason })),
    entryPoints,
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
      add(world.all('container').find(one => one.id.startsWith(member.container ?? '-')))
    for (const one of world.all('listener')) if (one.pid === member.pid) add(one)
  }
  for (const way of ways) add(way)
  return [...context.values()].sort(byId)
}

function idIn(key: string): string {
  return key.split('/')[0] ?? key
}

function weight(level: Level): number {
  return levels.indexOf(level)
}

function byId(a: IdentifiedFact, b: IdentifiedFact): number {
  const [left, right] = [`${a.kind} ${keyOf(a)}`, `${b.kind} ${keyOf(b)}`]
  return left < right ? -1 : left > right ? 1 : 0
}

function byEnds(a: Edge, b: Edge): number {
  const [left, right] = [`${a.from} ${a.to}`, `${b.from} ${b.to}`]
  return left < right ? -1 : left > right ? 1 : 0
}

const order: readonly Verdict[] = ['confirmed', 'suspected', 'exposure']

function worstFirst(a: Incident, b: Incident): number {
  return (
    order.indexOf(a.verdict) - order.indexOf(b.verdict) ||
    weight(b.level) - weight(a.level) ||
    (a.id < b.id ? -1 : a.id > b.id ? 1 : 0)
  )
}
