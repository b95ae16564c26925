import type { Story } from '../kinds.ts'

export type DrawnGraph = Story['graph']
export type DrawnNode = DrawnGraph['nodes'][number]
export type DrawnEdge = DrawnGraph['edges'][number]

/** How the graph lies in its window: a point of the graph times `scale`, plus `x` and `y`, is a point of the window. */
export interface View {
  readonly x: number
  readonly y: number
  readonly scale: number
}

export interface Size {
  readonly width: number
  readonly height: number
}

const smallest = 0.08
const largest = 3
const margin = 16

/** All of it, never larger than drawn. */
export function fitted(graph: Size, window: Size): View {
  if (graph.width === 0 || window.width === 0) return { x: 0, y: 0, scale: 1 }
  const scale = Math.max(
    smallest,
    Math.min(1, (window.width - 2 * margin) / graph.width, (window.height - 2 * margin) / graph.height),
  )
  return {
    scale,
    x: (window.width - graph.width * scale) / 2,
    y: Math.max(margin, (window.height - graph.height * scale) / 2),
  }
}

/** Like `fitted` where that can be read, else so large that it can, with `node` in the middle. */
export function readable(graph: Size, window: Size, node: DrawnNode | undefined): View {
  const whole = fitted(graph, window)
  if (whole.scale >= 0.6 || node === undefined) return whole
  return centred({ ...whole, scale: 0.75 }, node, window)
}

export function centred({ scale }: View, node: DrawnNode, window: Size): View {
  return { scale, x: window.width / 2 - node.x * scale, y: window.height / 2 - node.y * scale }
}

/** Larger or smaller around a point of the window that stays where it is. */
export function zoomed(view: View, factor: number, at: { readonly x: number; readonly y: number }): View {
  const scale = Math.min(largest, Math.max(smallest, view.scale * factor))
  const by = scale / view.scale
  return { scale, x: at.x - (at.x - view.x) * by, y: at.y - (at.y - view.y) * by }
}

/** Moved only as far as a node needs to be seen whole. */
export function showing(view: View, node: DrawnNode, window: Size): View {
  const left = (node.x - node.width / 2) * view.scale + view.x
  const top = (node.y - node.height / 2) * view.scale + view.y
  const shift = (start: number, length: number, room: number) => {
    if (start < margin) return margin - start
    const over = start + length - (room - margin)
    return over > 0 ? -Math.min(over, start - margin) : 0
  }
  return {
    ...view,
    x: view.x + shift(left, node.width * view.scale, window.width),
    y: view.y + shift(top, node.height * view.scale, window.height),
  }
}

export type Direction = 'left' | 'right' | 'up' | 'down'

const aims = { left: [-1, 0], right: [1, 0], up: [0, -1], down: [0, 1] } as const

/** The node that an arrow key leads to: near, and more ahead than aside. */
export function nextNode(nodes: readonly DrawnNode[], from: DrawnNode, direction: Direction): DrawnNode | undefined {
  const [aimX, aimY] = aims[direction]
  let best: DrawnNode | undefined
  let least = Number.POSITIVE_INFINITY
  for (const one of nodes) {
    const x = one.x - from.x
    const y = one.y - from.y
    const ahead = x * aimX + y * aimY
    if (one.id === from.id || ahead <= 1) continue
    const aside = Math.abs(x * aimY) + Math.abs(y * aimX)
    const far = ahead + 4 * aside
    if (far < least) [best, least] = [one, far]
  }
  return best
}
