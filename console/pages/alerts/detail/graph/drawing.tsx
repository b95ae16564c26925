import { curveMonotoneY, line } from 'd3-shape'
import { type KeyboardEvent, useId, useRef, useState } from 'react'
import { inertText } from '../../../../parts/index.ts'
import { useWords } from '../../../../words/index.ts'
import { knownKind } from '../kinds.ts'
import { useReason } from '../reason.tsx'
import classes from './graph.module.css'
import { type Direction, type DrawnEdge, type DrawnGraph, type DrawnNode, nextNode, type View } from './view.ts'

interface DrawingProps {
  readonly graph: DrawnGraph
  readonly view: View
  readonly chosen: string | undefined
  readonly onChoose: (node: string) => void
  readonly onFocus: (node: DrawnNode) => void
}

const arrows: Readonly<Record<string, Direction>> = {
  ArrowLeft: 'left',
  ArrowRight: 'right',
  ArrowUp: 'up',
  ArrowDown: 'down',
}

/** The graph as the center laid it out. One node is reached by Tab; arrow keys lead from it to the others. */
export function Drawing({ graph, view, chosen, onChoose, onFocus }: DrawingProps) {
  const { t } = useWords('alerts/detail')
  const marker = useId()
  const [focused, setFocused] = useState(graph.nodes[0]?.id)
  const elements = useRef(new Map<string, SVGGElement>())
  const onKeyDown = (event: KeyboardEvent, node: DrawnNode) => {
    const direction = arrows[event.key]
    if (direction !== undefined) {
      const next = nextNode(graph.nodes, node, direction)
      if (next !== undefined) elements.current.get(next.id)?.focus({ preventScroll: true })
    } else if (event.key === 'Enter' || event.key === ' ') onChoose(node.id)
    else return
    event.preventDefault()
  }
  return (
    // biome-ignore lint/a11y/useSemanticElements: there is no fieldset in a drawing.
    <svg width="100%" height="100%" role="group" aria-label={t('graph.label')} className={classes['drawing']}>
      <defs>
        <marker id={marker} viewBox="0 0 8 8" refX={7} refY={4} markerWidth={7} markerHeight={7} orient="auto">
          <path d="M0 0L8 4L0 8z" className={classes['arrow']} />
        </marker>
      </defs>
      <g transform={`translate(${view.x} ${view.y}) scale(${view.scale})`}>
        {graph.edges.map(edge => (
          <Edge
            key={`${edge.from} ${edge.to} ${edge.reason}`}
            edge={edge}
            marker={marker}
            lit={chosen !== undefined && (edge.from === chosen || edge.to === chosen)}
          />
        ))}
        {graph.nodes.map(node => (
          <Node
            key={node.id}
            node={node}
            chosen={node.id === chosen}
            inTabOrder={node.id === (focused ?? graph.nodes[0]?.id)}
            register={element => {
              if (element === null) elements.current.delete(node.id)
              else elements.current.set(node.id, element)
            }}
            onFocus={() => {
              setFocused(node.id)
              onFocus(node)
            }}
            onChoose={() => onChoose(node.id)}
            onKeyDown={event => onKeyDown(event, node)}
          />
        ))}
      </g>
    </svg>
  )
}

const path = line<{ x: number; y: number }>(
  one => one.x,
  one => one.y,
)
const smooth = line<{ x: number; y: number }>(
  one => one.x,
  one => one.y,
).curve(curveMonotoneY)

interface EdgeProps {
  readonly edge: DrawnEdge
  readonly marker: string
  readonly lit: boolean
}

function Edge({ edge, marker, lit }: EdgeProps) {
  const reason = useReason()
  const down = edge.points.every((one, index) => index === 0 || one.y > (edge.points[index - 1]?.y ?? 0))
  return (
    <g className={classes['edge']} data-lit={lit} aria-hidden>
      <path d={(down ? smooth : path)(edge.points) ?? ''} markerEnd={`url(#${marker})`} />
      {edge.label === undefined ? null : (
        <text x={edge.label.x} y={edge.label.y + 4} textAnchor="middle" className={classes['reason']}>
          {reason(edge.reason)}
        </text>
      )}
    </g>
  )
}

interface NodeProps {
  readonly node: DrawnNode
  readonly chosen: boolean
  readonly inTabOrder: boolean
  readonly register: (element: SVGGElement | null) => void
  readonly onFocus: () => void
  readonly onChoose: () => void
  readonly onKeyDown: (event: KeyboardEvent) => void
}

function Node({ node, chosen, inTabOrder, register, onFocus, onChoose, onKeyDown }: NodeProps) {
  const { t } = useWords(['alerts/detail', 'parts'])
  const { kind, label, level, role, x, y, width, height } = node
  const known = knownKind(kind)
  const kindName = known === undefined ? inertText(kind) : t(`kinds.${known}`)
  return (
    // biome-ignore lint/a11y/useSemanticElements: there is no button in a drawing.
    <g
      ref={register}
      role="button"
      tabIndex={inTabOrder ? 0 : -1}
      aria-pressed={chosen}
      className={classes['node']}
      data-level={level ?? 'none'}
      data-role={role}
      data-chosen={chosen}
      transform={`translate(${x - width / 2} ${y - height / 2})`}
      onFocus={onFocus}
      onClick={onChoose}
      onKeyDown={onKeyDown}
    >
      <rect width={width} height={height} rx={6} />
      <text x={width / 2} y={17} textAnchor="middle" className={classes['kind']}>
        {level === undefined ? kindName : `${kindName} · ${t(`parts:levels.${level}`)}`}
      </text>{' '}
      <text x={width / 2} y={35} textAnchor="middle" className={classes['label']}>
        {inertText(label)}
      </text>
    </g>
  )
}
