import type { AlertStory } from '../../model/api/index.ts'
import type { Level } from '../../model/index.ts'
import { textWidth } from '../story/index.ts'
import { seenText } from './seen-text.ts'

export interface Point {
  readonly x: number
  readonly y: number
}

export interface DrawnBox extends Point {
  readonly width: number
  readonly height: number
  readonly kind: string
  readonly label: string
  readonly detail: string
  /** What would be removed has a full line, what only explains a broken one. */
  readonly member: boolean
  readonly level: Level | undefined
}

export interface DrawnLine {
  readonly points: readonly Point[]
  /** Three corners of the arrow's head. */
  readonly head: readonly Point[]
}

export interface DrawnNote extends Point {
  readonly text: string
  readonly width: number
}

/** The graph as shapes, in its own coordinates: the HTML and the PDF draw the same ones. */
export interface Drawing {
  readonly width: number
  readonly height: number
  readonly lines: readonly DrawnLine[]
  readonly notes: readonly DrawnNote[]
  readonly boxes: readonly DrawnBox[]
}

/** Sizes of text in the coordinates of the graph; the layout measured with these. */
export const drawnFonts = { kind: 10, label: 13, note: 11 } as const
const headLength = 7

export function drawingOf(graph: AlertStory['graph']): Drawing {
  return {
    width: Math.max(graph.width, 1),
    height: Math.max(graph.height, 1),
    lines: graph.edges
      .filter(one => one.points.length > 1)
      .map(one => ({ points: one.points, head: headOf(one.points) })),
    notes: graph.edges.flatMap(({ label, reason }) => {
      const text = seenText(reason)
      return label === undefined ? [] : [{ ...label, text, width: Math.ceil(textWidth(text, drawnFonts.note)) + 6 }]
    }),
    boxes: graph.nodes.map(one => ({
      x: one.x - one.width / 2,
      y: one.y - one.height / 2,
      width: one.width,
      height: one.height,
      kind: one.kind,
      label: fitted(seenText(one.label), one.width - 12),
      detail: seenText(one.detail),
      member: one.role === 'member',
      level: one.level,
    })),
  }
}

/** What was named because it cannot be seen is longer than what was measured. */
function fitted(text: string, width: number): string {
  const characters = [...text]
  while (characters.length > 1 && textWidth(characters.join(''), drawnFonts.label) > width) characters.pop()
  return characters.length === [...text].length ? text : `${characters.slice(0, -1).join('')}…`
}

function headOf(points: readonly Point[]): Point[] {
  const tip = points.at(-1)
  const before = points.findLast(one => tip !== undefined && (one.x !== tip.x || one.y !== tip.y))
  if (tip === undefined || before === undefined) return []
  const length = Math.hypot(tip.x - before.x, tip.y - before.y)
  const [x, y] = [(tip.x - before.x) / length, (tip.y - before.y) / length]
  const base = { x: tip.x - x * headLength, y: tip.y - y * headLength }
  const half = headLength / 2
  return [tip, { x: base.x - y * half, y: base.y + x * half }, { x: base.x + y * half, y: base.y - x * half }]
}
