import { type Edge, type EntryPoint, type IdentifiedFact, type Level, levels } from '../../model/index.ts'
import { timeOf } from '../since.ts'
import { detailOf, labelOf, shortened } from './label.ts'
import { type ReadEdge, readEdge, withoutClutter } from './reasons.ts'

export interface DrawnNode {
  readonly id: string
  readonly kind: string
  readonly label: string
  readonly detail: string
  readonly role: 'member' | 'context'
  readonly level?: Level
}

export type DrawnEdge = ReadEdge

/** Not laid out: who draws it decides where things stand. */
export interface Graph {
  readonly nodes: readonly DrawnNode[]
  readonly edges: readonly DrawnEdge[]
  readonly leftOut: number
}

export interface GraphInput {
  readonly members: readonly IdentifiedFact[]
  readonly context: readonly IdentifiedFact[]
  readonly edges: readonly Edge[]
  readonly entryPoints: readonly EntryPoint[]
  readonly levels: ReadonlyMap<string, Level>
}

/** A host may claim any number; each is compared with every member. */
const mostContext = 300
/** Of those that the host claims, and of those that are found here. */
const mostEdges = 10_000

/** What belongs together and why, at most so many nodes: the least important are left out and counted. */
export function graphOf(input: GraphInput, mostNodes: number): Graph {
  // Several processes (and connections) may have one id: they are one node.
  const members = Map.groupBy(input.members, one => one.id)
  const others = input.context.slice(0, mostContext).filter(one => !members.has(one.id))
  const context = Map.groupBy(others, one => one.id)
  const facts = new Map([...context, ...members])
  const read = readable(input.edges.slice(0, mostEdges), facts)
  const edges = withoutClutter(unique([...read, ...explaining(input, members, context, read)]))
  const joined = new Set(edges.flatMap(one => [one.from, one.to]))
  // What explains and is joined to nothing explains nothing.
  const nodes = [...facts].filter(([id]) => members.has(id) || joined.has(id) || members.size === 0)
  const kept = new Set(mostImportant(nodes, { levels: input.levels, members, edges }, mostNodes))
  return {
    nodes: nodes
      .filter(([id]) => kept.has(id))
      .map(([id, same]) => drawn(id, same, members.has(id) ? 'member' : 'context', input.levels.get(id))),
    // Those that join come first.
    edges: edges.filter(one => kept.has(one.from) && kept.has(one.to)).slice(0, 3 * mostNodes),
    leftOut: nodes.length - kept.size,
  }
}

function drawn(
  id: string,
  same: readonly IdentifiedFact[],
  role: DrawnNode['role'],
  level: Level | undefined,
): DrawnNode {
  const [one] = same
  if (one === undefined) throw new Error(`no fact has the id ${id}`)
  const several = same.length > 1
  return {
    id,
    kind: one.kind,
    label: several && one.kind === 'process' ? `${shortened(one.name, 30)} ×${same.length}` : labelOf(one),
    detail: several ? shortened(same.map(detailOf).join('; '), 2_000) : detailOf(one),
    role,
    ...(level === undefined ? {} : { level }),
  }
}

function readable(edges: readonly Edge[], facts: ReadonlyMap<string, readonly IdentifiedFact[]>): ReadEdge[] {
  return edges.flatMap(edge => {
    const [[from], [to]] = [facts.get(edge.from) ?? [], facts.get(edge.to) ?? []]
    return from === undefined || to === undefined || from.id === to.id ? [] : [readEdge(edge, from, to)]
  })
}

/** Edges to what the plan does not touch; the walk does not draw them. */
function explaining(
  { members: own, context, entryPoints }: GraphInput,
  members: ReadonlyMap<string, unknown>,
  others: ReadonlyMap<string, unknown>,
  read: readonly ReadEdge[],
): ReadEdge[] {
  const edges: ReadEdge[] = []
  const below = new Set(read.map(one => one.to))
  for (const fact of context.slice(0, mostContext)) {
    if (members.has(fact.id)) continue
    for (const one of own) {
      const edge = explainedBy(fact, one, below)
      if (edge !== undefined) edges.push(edge)
      if (edges.length >= mostEdges) return edges
    }
  }
  const first = earliest(own)
  for (const { fact } of entryPoints.slice(0, mostContext))
    if (fact !== undefined && first !== undefined && others.has(fact.id) && !edges.some(one => one.from === fact.id))
      edges.push({ from: fact.id, to: first.id, reason: 'probably let in' })
  return edges
}

function explainedBy(fact: IdentifiedFact, one: IdentifiedFact, below: ReadonlySet<string>): ReadEdge | undefined {
  if (fact.kind === 'account')
    // Root owns everything: that explains nothing.
    return fact.uid !== 0 && 'user' in one && one.user === fact.name && !below.has(one.id)
      ? { from: fact.id, to: one.id, reason: 'owns' }
      : undefined
  if (one.kind !== 'process') return undefined
  if (fact.kind === 'process' && one.parentPid === fact.pid) return { from: fact.id, to: one.id, reason: 'started' }
  if (fact.kind === 'listener' && one.pid === fact.pid) return { from: one.id, to: fact.id, reason: 'listens on' }
  if (
    fact.kind === 'container' &&
    one.container !== undefined &&
    (fact.containerId ?? fact.id).startsWith(one.container)
  )
    return { from: fact.id, to: one.id, reason: 'holds' }
  return undefined
}

function earliest(facts: readonly IdentifiedFact[]): IdentifiedFact | undefined {
  return facts
    .map(fact => ({ fact, at: timeOf(fact) ?? Number.MAX_VALUE }))
    .toSorted((a, b) => a.at - b.at)
    .at(0)?.fact
}

/** One edge for two things in one direction, with the first reason. */
function unique(edges: readonly ReadEdge[]): ReadEdge[] {
  const found = new Map<string, ReadEdge>()
  for (const one of edges) {
    const key = `${one.from} ${one.to}`
    if (one.from !== one.to && !found.has(key) && !found.has(`${one.to} ${one.from}`)) found.set(key, one)
  }
  return [...found.values()]
}

const weights: Readonly<Record<string, number>> = {
  process: 6,
  autostart: 6,
  preload: 6,
  'login-key': 5,
  account: 5,
  'command-integrity': 5,
  socket: 4,
  file: 3,
}

interface Weighing {
  readonly levels: ReadonlyMap<string, Level>
  readonly members: ReadonlyMap<string, unknown>
  readonly edges: readonly ReadEdge[]
}

function mostImportant(
  nodes: readonly (readonly [string, readonly IdentifiedFact[]])[],
  { levels: worst, members, edges }: Weighing,
  most: number,
): string[] {
  const degree = new Map<string, number>()
  for (const one of edges) for (const id of [one.from, one.to]) degree.set(id, Math.min((degree.get(id) ?? 0) + 1, 9))
  const weight = ([id, [fact]]: (typeof nodes)[number]) => {
    const level = worst.get(id)
    return (
      (members.has(id) ? 100 : 0) +
      (level === undefined ? 0 : 20 * (levels.indexOf(level) + 1)) +
      (weights[fact?.kind ?? ''] ?? 2) +
      (degree.get(id) ?? 0)
    )
  }
  return nodes
    .toSorted((a, b) => weight(b) - weight(a))
    .slice(0, most)
    .map(([id]) => id)
}
