import { type Edge, type IdentifiedFact, type Level, levels } from '../model/index.ts'
import type { WalkLimits } from './guilt.ts'
import type { Judged } from './judge.ts'
import { stepsFrom } from './walk.ts'
import { differsByPid, type World } from './world.ts'

export interface Graph {
  /** Guilty facts by key. */
  readonly nodes: Map<string, IdentifiedFact>
  readonly edges: Edge[]
}

/** Connected guilty facts, by fact id in sorted order. */
export type Group = ReadonlyMap<string, IdentifiedFact>

/** A finding from which a walk may begin: not allowed, no mere exposure, of some weight. */
export function isSeed({ finding, rule }: Judged): boolean {
  return (
    finding.allowed === undefined && rule.meaning.exposure === undefined && weight(finding.level) >= weight('medium')
  )
}

/** The findings about a fact from which walks began. */
export function findingsOf(fact: IdentifiedFact, judged: readonly Judged[]): Judged[] {
  return judged.filter(one => isSeed(one) && one.finding.fact.id === fact.id)
}

/** Inside the graph the pid tells apart what has one id. */
export function nodeKey(fact: IdentifiedFact): string {
  return differsByPid(fact) && 'pid' in fact ? `${fact.id}/${fact.pid ?? 0}` : fact.id
}

/** From every seed outwards to what is guilty with it. */
export function walkAll(world: World, judged: readonly Judged[], limits: WalkLimits): Graph {
  const nodes = new Map<string, IdentifiedFact>()
  const edges = new Map<string, Edge>()
  const queue: IdentifiedFact[] = []
  /** Accounts that the intruder made. */
  const own = new Set<string>()
  const add = (fact: IdentifiedFact): void => {
    if (nodes.has(nodeKey(fact))) return
    nodes.set(nodeKey(fact), fact)
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
      const pair = [nodeKey(fact), nodeKey(step.to)].sort().join(' ')
      if (!edges.has(pair)) edges.set(pair, { from: nodeKey(fact), to: nodeKey(step.to), reason: step.reason })
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

/** The parts of the graph that hang together. */
export function connected({ nodes, edges }: Graph): Group[] {
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

export function weight(level: Level): number {
  return levels.indexOf(level)
}
