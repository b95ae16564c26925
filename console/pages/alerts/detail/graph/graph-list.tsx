import { Anchor, Text } from '@mantine/core'
import { HostText, LevelBadge } from '../../../../parts/index.ts'
import { useWords } from '../../../../words/index.ts'
import classes from '../detail.module.css'
import { FactKindName } from '../fact-kind-name.tsx'
import { Reason } from '../reason.tsx'
import type { DrawnGraph } from './view.ts'

interface GraphListProps {
  readonly graph: DrawnGraph
  readonly showFact: (fact: string) => void
}

/** All that the drawing shows, in words. */
export function GraphList({ graph, showFact }: GraphListProps) {
  const { t } = useWords('alerts/detail')
  const labels = new Map(graph.nodes.map(one => [one.id, one.label]))
  return (
    <ul className={classes['plain']} aria-label={t('graph.label')}>
      {graph.nodes.map(node => (
        <li key={node.id} className={classes['finding']}>
          <Text size="sm" component="div">
            <Anchor component="button" type="button" size="sm" onClick={() => showFact(node.id)} ta="left">
              <HostText>{node.label}</HostText>
            </Anchor>{' '}
            <Text component="span" size="xs" c="dimmed">
              <FactKindName kind={node.kind} /> · {t(`roles.${node.role}`)}
            </Text>{' '}
            {node.level === undefined ? null : <LevelBadge level={node.level} />}
          </Text>
          <ul className={classes['plain']} style={{ paddingLeft: '1.2rem' }}>
            {graph.edges
              .filter(one => one.from === node.id)
              .map(({ to, reason }) => (
                <li key={`${to} ${reason}`}>
                  <Text size="sm" component="span" c="dimmed">
                    <Reason>{reason}</Reason>
                  </Text>{' '}
                  <HostText>{labels.get(to) ?? to}</HostText>
                </li>
              ))}
          </ul>
        </li>
      ))}
    </ul>
  )
}
