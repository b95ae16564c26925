import { Anchor, Button, CloseButton, Group, Paper, Text, Title } from '@mantine/core'
import { HostText, LevelBadge } from '../../../../parts/index.ts'
import { useWords } from '../../../../words/index.ts'
import classes from '../detail.module.css'
import { FactIcon } from '../fact-icon.tsx'
import { FactKindName } from '../fact-kind-name.tsx'
import { Reason } from '../reason.tsx'
import type { DrawnGraph, DrawnNode } from './view.ts'

interface NodePanelProps {
  readonly graph: DrawnGraph
  readonly node: DrawnNode
  readonly onChoose: (node: string) => void
  readonly onClose: () => void
  readonly showFact: (fact: string) => void
}

/** The chosen node below the drawing: what it is, and what it leads to. */
export function NodePanel({ graph, node, onChoose, onClose, showFact }: NodePanelProps) {
  const { t } = useWords('alerts/detail')
  const labels = new Map(graph.nodes.map(one => [one.id, one.label]))
  const edges = graph.edges.filter(one => one.from === node.id || one.to === node.id)
  return (
    <Paper withBorder p="sm" mt="xs" component="section" aria-label={t('graph.chosen')} role="region">
      <Group justify="space-between" wrap="nowrap" align="flex-start">
        <Group gap={8} style={{ minWidth: 0 }}>
          <FactIcon kind={node.kind} />
          <Title order={2} size="h5">
            <HostText>{node.label}</HostText>
          </Title>
          <Text size="xs" c="dimmed">
            <FactKindName kind={node.kind} />
          </Text>
          {node.level === undefined ? null : <LevelBadge level={node.level} />}
          <Text size="xs" c="dimmed">
            {t(`roles.${node.role}`)}
          </Text>
        </Group>
        <CloseButton size="sm" onClick={onClose} aria-label={t('graph.close')} />
      </Group>
      <Text size="sm" mt={4}>
        <HostText>{node.detail}</HostText>
      </Text>
      <ul className={classes['plain']}>
        {edges.map(({ from, to, reason }) => {
          const other = from === node.id ? to : from
          const name = (
            <Anchor component="button" type="button" size="sm" onClick={() => onChoose(other)} ta="left">
              <HostText>{labels.get(other) ?? other}</HostText>
            </Anchor>
          )
          const own = (
            <Text component="span" size="sm">
              {t('graph.this')}
            </Text>
          )
          return (
            <li key={`${from} ${to} ${reason}`}>
              {from === node.id ? own : name}{' '}
              <Text component="span" size="sm" c="dimmed">
                <Reason>{reason}</Reason>
              </Text>{' '}
              {from === node.id ? name : own}
            </li>
          )
        })}
      </ul>
      <Button size="compact-sm" variant="default" mt="xs" onClick={() => showFact(node.id)}>
        {t('graph.evidence')}
      </Button>
    </Paper>
  )
}
