import { Anchor, Button, Group, SegmentedControl } from '@mantine/core'
import { Link } from 'react-router'
import type { AlertObject } from '../../../../model/api/index.ts'
import { useList } from '../../../center/index.ts'
import {
  AlertTypeName,
  type Column,
  DataTable,
  EmptyState,
  HostText,
  LevelBadge,
  StatusBadge,
  Time,
  useUrlFilter,
} from '../../../parts/index.ts'
import { useWords } from '../../../words/index.ts'
import type { Host } from './host-page.tsx'

/** The alerts of this host; they are handled where all alerts are. */
export function AlertsTab({ host }: { readonly host: Host }) {
  const { t } = useWords('hosts')
  const { t: p } = useWords('parts')
  const [values, change] = useUrlFilter(['status'])
  const all = values.status === 'all'
  const { items, query } = useList('listAlerts', { query: { host: host.id, ...(all ? {} : { status: 'open' }) } })
  const columns: readonly Column<AlertObject>[] = [
    { key: 'level', title: t('alerts.level'), width: '110px', cell: row => <LevelBadge level={row.level} /> },
    {
      key: 'title',
      title: t('alerts.title'),
      width: 'minmax(200px, 2.5fr)',
      heading: true,
      cell: row => (
        <Anchor component={Link} to={`/alerts/${row.id}`} size="sm" fw={600}>
          <HostText prose>{row.title}</HostText>
        </Anchor>
      ),
    },
    {
      key: 'type',
      title: t('alerts.type'),
      width: 'minmax(130px, 1fr)',
      cell: row => <AlertTypeName type={row.type} />,
    },
    { key: 'status', title: t('alerts.status'), width: '130px', cell: row => <StatusBadge status={row.status} /> },
    { key: 'seen', title: t('alerts.last-seen'), width: '120px', cell: row => <Time at={row.lastSeen} /> },
  ]
  return (
    <>
      <Group justify="space-between" mb="sm">
        <SegmentedControl
          size="xs"
          aria-label={t('alerts.status')}
          data={[
            { value: 'open', label: p('statuses.open') },
            { value: 'all', label: t('alerts.all') },
          ]}
          value={all ? 'all' : 'open'}
          onChange={value => change({ status: value === 'all' ? value : undefined })}
        />
        <Button component={Link} to={`/alerts?host=${host.id}`} size="xs" variant="default">
          {t('alerts.handle')}
        </Button>
      </Group>
      <DataTable
        label={t('tabs.alerts')}
        columns={columns}
        rows={items}
        rowKey={row => row.id}
        query={query}
        height="calc(100dvh - 330px)"
        empty={
          <EmptyState title={t('alerts.none')}>
            {host.lastScanAt === undefined ? t('state.not-scored') : t('alerts.none-what')}
          </EmptyState>
        }
      />
    </>
  )
}
