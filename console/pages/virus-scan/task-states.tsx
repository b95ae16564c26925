import { Group, Text } from '@mantine/core'
import { type CenterOrderState, centerOrderStates, endedStates, type TaskObject } from '../../../model/api/index.ts'
import { OrderStateBadge, useNumbers } from '../../parts/index.ts'
import { useWords } from '../../words/index.ts'

/** How many of its hosts are where. */
export function TaskStates({ task }: { readonly task: TaskObject }) {
  const { t } = useWords('virus-scan')
  const { number } = useNumbers()
  const shown = centerOrderStates.filter(state => (task.states[state] ?? 0) > 0)
  return (
    <Group gap="xs">
      {shown.map(state => (
        <Group key={state} gap={4} wrap="nowrap">
          <OrderStateBadge state={state} />
          <Text size="sm" component="span">
            {number(task.states[state] ?? 0)}
          </Text>
        </Group>
      ))}
      {shown.length === 0 ? (
        <Text size="sm" c="dimmed">
          {t('task.nobody')}
        </Text>
      ) : null}
    </Group>
  )
}

/** How many of its hosts are done with it, in whatever way. */
export function endedOf(task: TaskObject): number {
  return endedStates.reduce((sum, state: CenterOrderState) => sum + (task.states[state] ?? 0), 0)
}
