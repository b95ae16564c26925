import { ActionIcon, Group, SegmentedControl, Text } from '@mantine/core'
import { useElementSize, useMergedRef } from '@mantine/hooks'
import { Maximize, ZoomIn, ZoomOut } from 'lucide-react'
import { useEffect, useRef, useState } from 'react'
import { useNumbers } from '../../../../parts/index.ts'
import { useWords } from '../../../../words/index.ts'
import { Drawing } from './drawing.tsx'
import classes from './graph.module.css'
import { GraphList } from './graph-list.tsx'
import { NodePanel } from './node-panel.tsx'
import { useGestures } from './use-gestures.ts'
import { type DrawnGraph, type DrawnNode, fitted, readable, showing, type View, zoomed } from './view.ts'

interface GraphProps {
  readonly graph: DrawnGraph
  readonly showFact: (fact: string) => void
}

/** What belongs to the incident and how it hangs together: as a drawing that can be moved, or as a list. */
export function Graph({ graph, showFact }: GraphProps) {
  const { t } = useWords('alerts/detail')
  const { number } = useNumbers()
  const [as, setAs] = useState<string>('drawing')
  const [chosen, setChosen] = useState<string>()
  const node = graph.nodes.find(one => one.id === chosen)
  return (
    <div>
      <Group justify="space-between" mb="xs" gap="xs">
        <SegmentedControl
          size="xs"
          aria-label={t('graph.as')}
          value={as}
          onChange={setAs}
          data={[
            { value: 'drawing', label: t('graph.drawing') },
            { value: 'list', label: t('graph.list') },
          ]}
        />
        <Text size="xs" c="dimmed">
          {t('graph.counts', { nodes: number(graph.nodes.length), edges: number(graph.edges.length) })}
          {graph.leftOut === 0 ? '' : ` · ${t('graph.left-out', { count: graph.leftOut })}`}
        </Text>
      </Group>
      {as === 'list' ? (
        <GraphList graph={graph} showFact={showFact} />
      ) : (
        <>
          <Window graph={graph} chosen={node} onChoose={setChosen} />
          <Text size="xs" c="dimmed" mt={4}>
            {t('graph.how')}
          </Text>
          {node === undefined ? null : (
            <NodePanel
              graph={graph}
              node={node}
              onChoose={setChosen}
              onClose={() => setChosen(undefined)}
              showFact={showFact}
            />
          )}
        </>
      )}
    </div>
  )
}

interface WindowProps {
  readonly graph: DrawnGraph
  readonly chosen: DrawnNode | undefined
  readonly onChoose: (node: string) => void
}

function Window({ graph, chosen, onChoose }: WindowProps) {
  const { t } = useWords('alerts/detail')
  const [view, setView] = useState<View>()
  const element = useRef<HTMLDivElement>(null)
  const { ref, width, height } = useElementSize<HTMLDivElement>()
  const size = { width, height }
  const gestures = useGestures(element, next =>
    setView(before => (before === undefined ? before : typeof next === 'function' ? next(before) : next)),
  )
  const worst = graph.nodes.find(one => one.level === 'critical') ?? graph.nodes[0]
  useEffect(() => {
    if (width > 0) setView(before => before ?? readable(graph, { width, height }, worst))
  }, [graph, width, height, worst])
  useEffect(() => {
    if (chosen !== undefined) setView(before => before && showing(before, chosen, { width, height }))
  }, [chosen, width, height])
  const zoom = (factor: number) => setView(before => before && zoomed(before, factor, { x: width / 2, y: height / 2 }))
  const fit = () => setView(fitted(graph, size))
  return (
    <div className={classes['frame']}>
      {/* biome-ignore lint/a11y/noStaticElementInteractions: the keys come from the nodes inside. */}
      <div
        ref={useMergedRef(ref, element)}
        className={classes['window']}
        {...gestures}
        onKeyDown={event => {
          if (event.key === '+' || event.key === '=') zoom(1.25)
          else if (event.key === '-') zoom(0.8)
          else if (event.key === '0') fit()
          else return
          event.preventDefault()
        }}
      >
        {view === undefined ? null : (
          <Drawing
            graph={graph}
            view={view}
            chosen={chosen?.id}
            onChoose={onChoose}
            onFocus={node => setView(before => before && showing(before, node, size))}
          />
        )}
      </div>
      <fieldset className={classes['tools']} aria-label={t('graph.zoom')}>
        <ActionIcon variant="default" onClick={() => zoom(1.25)} aria-label={t('graph.larger')}>
          <ZoomIn size={16} aria-hidden />
        </ActionIcon>
        <ActionIcon variant="default" onClick={() => zoom(0.8)} aria-label={t('graph.smaller')}>
          <ZoomOut size={16} aria-hidden />
        </ActionIcon>
        <ActionIcon variant="default" onClick={fit} aria-label={t('graph.fit')}>
          <Maximize size={16} aria-hidden />
        </ActionIcon>
      </fieldset>
    </div>
  )
}
