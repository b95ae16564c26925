import { Anchor, Text, Title } from '@mantine/core'
import { Link } from 'react-router'
import type { TaskObject } from '../../../model/api/index.ts'
import { useList } from '../../center/index.ts'
import { type Column, DataTable, EmptyState, HostText, Time } from '../../parts/index.ts'
import { useWords } from '../../words/index.ts'
import { TaskStates } from './task-states.tsx'

/** What was started by people, newest first. */
export function ScanTasks() {
  const { t } = useWords('virus-scan')
  const { items, query } = useList('listTasks', { query: { kind: 'scan' } }, { limit: 50 })
  const columns: readonly Column<TaskObject>[] = [
    {
      key: 'title',
      title: t('task.one'),
      width: 'minmax(150px, 1.2fr)',
      cell: row => (
        <Anchor component={Link} to={`/virus-scan/tasks/${row.id}`} size="sm" fw={600}>
          {t('task.of', { count: row.orders })}
        </Anchor>
      ),
    },
    { key: 'states', title: t('task.state'), width: 'minmax(180px, 2fr)', cell: row => <TaskStates task={row} /> },
    { key: 'by', title: t('task.by'), cell: row => <HostText prose>{row.createdBy}</HostText> },
    { key: 'at', title: t('task.at'), width: '130px', cell: row => <Time at={row.createdAt} /> },
  ]
  return (
    <section aria-label={t('task.all')}>
      <Title order={2} size="h5" mb="xs">
        {t('task.all')}
      </Title>
      <DataTable
        label={t('task.all')}
        columns={columns}
        rows={items}
        rowKey={row => row.id}
        query={query}
        height="50dvh"
        empty={
          <EmptyState title={t('task.none')}>
            <Text size="sm">{t('task.none-what')}</Text>
          </EmptyState>
        }
      />
    </section>
  )
}
