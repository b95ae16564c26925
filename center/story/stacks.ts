import type { DrawnEdge, DrawnNode } from '../../engine/story/index.ts'

/** Boxes that hang on one other box alone, in the same way: they are drawn below each other instead of side by side. */
export interface Stack {
  readonly id: string
  readonly at: string
  readonly reason: string
  /** `below`: lines lead to them; `above`: from them; `alone`: they hang on nothing. */
  readonly side: 'below' | 'above' | 'alone'
  readonly nodes: readonly DrawnNode[]
}

/** The stacks of a graph, each of at least so many boxes. What is left, with one box for each stack, is as wide as people can read. */
export function stacksOf(nodes: readonly DrawnNode[], edges: readonly DrawnEdge[], fewest: number): Stack[] {
  const degree = new Map<string, number>()
  for (const one of edges) for (const id of [one.from, one.to]) degree.set(id, (degree.get(id) ?? 0) + 1)
  const known = new Map(nodes.map(one => [one.id, one]))
  const groups = new Map<string, Stack & { nodes: DrawnNode[] }>()
  for (const { from, to, reason } of edges) {
    const side = degree.get(to) === 1 ? 'below' : degree.get(from) === 1 ? 'above' : undefined
    const [at, leaf] = side === 'below' ? [from, known.get(to)] : [to, known.get(from)]
    if (side === undefined || leaf === undefined || degree.get(at) === 1) continue
    const id = `${side} ${at} ${reason}`
    const group = groups.get(id) ?? { id, at, reason, side, nodes: [] }
    group.nodes.push(leaf)
    groups.set(id, group)
  }
  const alone = nodes.filter(one => !degree.has(one.id))
  groups.set('alone', { id: 'alone', at: '', reason: '', side: 'alone', nodes: alone })
  return [...groups.values()].filter(one => one.nodes.length >= fewest).flatMap(columnsOf)
}

/** Two and a half times as high as wide, counted in boxes: boxes are that much wider than high. */
function columnsOf(stack: Stack): Stack[] {
  const most = Math.max(5, Math.ceil(Math.sqrt(2.5 * stack.nodes.length)))
  const rows = Math.ceil(stack.nodes.length / Math.ceil(stack.nodes.length / most))
  const columns: Stack[] = []
  for (let first = 0; first < stack.nodes.length; first += rows)
    columns.push({ ...stack, id: `${stack.id} ${first}`, nodes: stack.nodes.slice(first, first + rows) })
  return columns
}
