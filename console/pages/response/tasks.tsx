import { Anchor, Group, Text } from '@mantine/core'
import { Link } from 'react-router'
import { centerOrderStates, type CallOf, type orderRoutes, type TaskObject } from '../../../model/api/index.ts'
import { useList } from '../../center/index.ts'
import {
  type Column,
  DataTable,
  EmptyState,
  Filters,
  HostText,
  OrderStateBadge,
  Time,
  useNumbers,
  useUrlFilter,
} from '../../parts/index.ts'
import { useWords } from '../../words/index.ts'
import { KindName, taskKinds, useKindName } from './task-kinds.tsx'

/** What was asked of hosts, by whom, and how far it is. */
export function Tasks() {
  const { t } = useWords('response')
  const kindName = useKindName()
  const [filter, change] = useUrlFilter(['running', 'kind'])
  const { items, query } = useList('listTasks', {
    query: filter as NonNullable<CallOf<typeof orderRoutes.listTasks>['query']>,
  })
  const columns: readonly Column<TaskObject>[] = [
    {
      key: 'title',
      title: t('columns.task'),
      width: 'minmax(220px, 2fr)',
      cell: one => (
        <Anchor component={Link} to={`/response/tasks/${one.id}`} size="sm">
          <HostText prose>{one.title}</HostText>
        </Anchor>
      ),
    },
    { key: 'kind', title: t('columns.kind'), cell: one => <KindName kind={one.kind} /> },
    { key: 'states', title: t('columns.states'), width: 'minmax(200px, 2fr)', cell: one => <States task={one} /> },
    { key: 'by', title: t('columns.by'), cell: one => <HostText prose>{one.createdBy}</HostText> },
    { key: 'at', title: t('columns.created'), width: '140px', cell: one => <Time at={one.createdAt} /> },
  ]
  return (
    <>
      <Filters
        fields={[
          {
            kind: 'choice',
            name: 'running',
            label: t('columns.running'),
            options: [
              { value: 'true', label: t('running.yes') },
              { value: 'false', label: t('running.no') },
            ],
          },
          {
            kind: 'choice',
            name: 'kind',
            label: t('columns.kind'),
            options: taskKinds.map(value => ({ value, label: kindName(value) ?? value })),
          },
        ]}
        values={filter}
        onChange={change}
      />
      <DataTable
        label={t('tabs.tasks')}
        columns={columns}
        rows={items}
        rowKey={one => one.id}
        query={query}
        empty={<EmptyState title={t('empty.tasks')}>{t('empty.tasks-what')}</EmptyState>}
      />
    </>
  )
}

/** How many hosts are how far. */
export function States({ task }: { readonly task: TaskObject }) {
  const { number } = useNumbers()
  return (
    <Group gap={6}>
      {centerOrderStates.map(state => {
        const count = task.states[state] ?? 0
        if (count === 0) return null
        return (
          <Group key={state} gap={4} wrap="nowrap">
            <Text size="sm" component="span">
              {number(count)}
            </Text>
            <OrderStateBadge state={state} />
          </Group>
        )
      })}
    </Group>
  )
}
