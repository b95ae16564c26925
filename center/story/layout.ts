import { Graph, layout } from '@dagrejs/dagre'
import type { AlertStory } from '../../model/api/index.ts'
import { type DrawnEdge, type DrawnNode, type Graph as Unplaced, spanning } from '../../engine/story/index.ts'
import { type Stack, stacksOf } from './stacks.ts'
import { textWidth } from './text-width.ts'

type Placed = AlertStory['graph']
type PlacedEdge = Placed['edges'][number]
type PlacedNode = Placed['nodes'][number]
type Point = PlacedEdge['points'][number]

/** Pixels at 100 %: labels of boxes are 13 px high (those of edges 11 px), with the kind on a line above. */
const box = { font: 13, padding: 14, height: 46, least: 96 } as const
const edgeFont = 11
/** Of a stack: room for the line at its left, between its boxes, and above the first. */
const stack = { trunk: 22, gap: 10, head: 12 } as const

/** Places boxes and lines from top to bottom. The same graph gives the same places. */
export function layOut(graph: Unplaced): Placed {
  if (graph.nodes.length === 0) return { width: 0, height: 0, nodes: [], edges: [], leftOut: graph.leftOut }
  // Ids come from hosts, and the library keeps them as names of properties.
  const names = new Map(graph.nodes.map((one, place) => [one.id, `n${place}`]))
  const renamed = (id: string) => names.get(id) ?? ''
  const placed = inReach({
    nodes: graph.nodes.map(one => ({ ...one, id: renamed(one.id) })),
    edges: graph.edges.map(one => ({ ...one, from: renamed(one.from), to: renamed(one.to) })),
    leftOut: graph.leftOut,
  })
  const ids = new Map([...names].map(([id, name]) => [name, id]))
  const original = (name: string) => ids.get(name) ?? ''
  return {
    ...placed,
    nodes: placed.nodes.map(one => ({ ...one, id: original(one.id) })),
    edges: placed.edges.map(one => ({ ...one, from: original(one.from), to: original(one.to) })),
  }
}

/** What a screen shows without much moving. Beyond it smaller stacks are made too, as they are where trying twice takes too long. */
const reach = { width: 1_500, nodes: 60 } as const

function inReach(graph: Unplaced): Placed {
  if (graph.nodes.length > reach.nodes) return place(graph, 2)
  const first = place(graph, 4)
  return first.width <= reach.width ? first : place(graph, 2)
}

function place({ nodes, edges, leftOut }: Unplaced, fewest: number): Placed {
  const { joining, closing } = spanning(edges)
  const affordable = Math.max(0, Math.floor(50 - 0.25 * nodes.length))
  const routed = [...joining, ...closing.slice(0, affordable)]
  const stacks = stacksOf(nodes, routed, fewest)
  const graph = unplaced(nodes, routed, stacks)
  layout(graph)
  const placed = stacks.map(one => placedStack(one, graph))
  const stacked = new Map(placed.flatMap(one => one.nodes.map(node => [node.id, node])))
  const lines = new Map(placed.flatMap(one => one.edges.map(edge => [keyOf(edge), edge])))
  const { width = 0, height = 0 } = graph.graph()
  const boxes = new Map(nodes.map(one => [one.id, stacked.get(one.id) ?? { ...one, ...areaOf(graph, one.id) }]))
  return {
    width: rounded(width),
    height: rounded(height),
    nodes: [...boxes.values()],
    edges: [
      ...routed.map(one => lines.get(keyOf(one)) ?? { ...one, ...lineOf(graph, one.from, one.to) }),
      ...closing.slice(affordable).map(one => ({ ...one, points: straight(boxes.get(one.from), boxes.get(one.to)) })),
    ],
    leftOut,
  }
}

/** From the border of one box to that of another: routing every line of a dense graph takes seconds. */
function straight(from: PlacedNode | undefined, to: PlacedNode | undefined): Point[] {
  return from === undefined || to === undefined ? [] : [borderPoint(from, to), borderPoint(to, from)]
}

function borderPoint(area: PlacedNode, towards: Point): Point {
  const [x, y] = [towards.x - area.x, towards.y - area.y]
  const scale = Math.min(area.width / 2 / Math.max(Math.abs(x), 0.1), area.height / 2 / Math.max(Math.abs(y), 0.1))
  return { x: rounded(area.x + x * scale), y: rounded(area.y + y * scale) }
}

function unplaced(nodes: readonly DrawnNode[], edges: readonly DrawnEdge[], stacks: readonly Stack[]): Graph {
  const graph = new Graph({ directed: true })
  // The best ranks cost too much where there are many nodes.
  const ranker = nodes.length <= 100 ? 'network-simplex' : 'longest-path'
  graph.setGraph({ rankdir: 'TB', nodesep: 22, ranksep: 30, edgesep: 14, marginx: 8, marginy: 8, ranker })
  const stacked = new Set(stacks.flatMap(one => one.nodes.map(node => node.id)))
  for (const one of nodes) if (!stacked.has(one.id)) graph.setNode(one.id, { width: widthOf(one), height: box.height })
  const join = (from: string, to: string, reason: string) =>
    graph.setEdge(from, to, {
      width: Math.ceil(textWidth(reason, edgeFont)) + 8,
      height: edgeFont + 5,
      labelpos: 'c',
    })
  for (const one of edges) if (!stacked.has(one.from) && !stacked.has(one.to)) join(one.from, one.to, one.reason)
  for (const one of stacks) {
    const width = Math.max(...one.nodes.map(widthOf)) + stack.trunk
    graph.setNode(one.id, { width, height: stack.head + one.nodes.length * (box.height + stack.gap) })
    if (one.side === 'below') join(one.at, one.id, one.reason)
    if (one.side === 'above') join(one.id, one.at, one.reason)
  }
  return graph
}

function widthOf({ label }: DrawnNode): number {
  return Math.max(box.least, Math.ceil(textWidth(label, box.font)) + 2 * box.padding)
}

function areaOf(graph: Graph, id: string) {
  const { x, y, width, height } = graph.node(id)
  return { x: rounded(x), y: rounded(y), width: rounded(width), height: rounded(height) }
}

function lineOf(graph: Graph, from: string, to: string): Pick<PlacedEdge, 'points' | 'label'> {
  const { points = [], x, y } = graph.edge(from, to)
  return {
    points: points.map((one: Point) => ({ x: rounded(one.x), y: rounded(one.y) })),
    ...(x === undefined || y === undefined ? {} : { label: { x: rounded(x), y: rounded(y) } }),
  }
}

/** One line runs down at the left of the boxes and turns to each. */
function placedStack(one: Stack, graph: Graph): { nodes: PlacedNode[]; edges: PlacedEdge[] } {
  const area = areaOf(graph, one.id)
  const left = area.x - area.width / 2
  const start = area.y - area.height / 2 + (one.side === 'below' ? stack.head : 0)
  const trunk = rounded(left + stack.trunk / 2)
  const nodes = one.nodes.map((node, place) => {
    const width = widthOf(node)
    const x = rounded(left + stack.trunk + width / 2)
    return {
      ...node,
      x,
      y: rounded(start + place * (box.height + stack.gap) + box.height / 2),
      width,
      height: box.height,
    }
  })
  if (one.side === 'alone') return { nodes, edges: [] }
  const below = one.side === 'below'
  const { points, label } = below ? lineOf(graph, one.at, one.id) : lineOf(graph, one.id, one.at)
  const edges = nodes.map((node, place): PlacedEdge => {
    const turn = [
      { x: trunk, y: rounded(below ? start - stack.head / 2 : start + area.height - stack.head / 2) },
      { x: trunk, y: node.y },
      { x: rounded(left + stack.trunk), y: node.y },
    ]
    return {
      from: below ? one.at : node.id,
      to: below ? node.id : one.at,
      reason: one.reason,
      points: below ? [...points, ...turn] : [...turn.toReversed(), ...points],
      ...(place === 0 && label !== undefined ? { label } : {}),
    }
  })
  return { nodes, edges }
}

function keyOf({ from, to }: { from: string; to: string }): string {
  return `${from} ${to}`
}

function rounded(value: number): number {
  return Number.isFinite(value) ? Math.round(value * 10) / 10 : 0
}
