import { Anchor } from '@mantine/core'
import { Link } from 'react-router'
import { type AlertObject, type alertRoutes, alertStatuses, type CallOf } from '../../../model/api/index.ts'
import { useList } from '../../center/index.ts'
import { ReportButtons } from '../../incident/index.ts'
import {
  type Column,
  DataTable,
  EmptyState,
  Filters,
  HostLink,
  HostText,
  inertText,
  LevelBadge,
  PageHeader,
  StatusBadge,
  Time,
  useUrlFilter,
} from '../../parts/index.ts'
import { useWords } from '../../words/index.ts'

/** Incidents with their reports: files to be kept or handed on, in the reader's language. */
export function Page() {
  const { t } = useWords(['reports', 'parts'])
  const [filter, change] = useUrlFilter(['text', 'host', 'status', 'since', 'until'])
  const query = { ...filter, about: 'incident' } as NonNullable<CallOf<typeof alertRoutes.listAlerts>['query']>
  const list = useList('listAlerts', { query })
  const columns: readonly Column<AlertObject>[] = [
    {
      key: 'title',
      title: t('columns.incident'),
      width: 'minmax(220px, 2.5fr)',
      cell: one => (
        <Anchor component={Link} to={`/alerts/${one.id}`} size="sm">
          <HostText prose>{one.title}</HostText>
        </Anchor>
      ),
    },
    {
      key: 'host',
      title: t('columns.host'),
      width: 'minmax(110px, 1fr)',
      cell: one => <HostLink host={one.host} prose />,
    },
    { key: 'level', title: t('columns.level'), width: '115px', cell: one => <LevelBadge level={one.level} /> },
    { key: 'status', title: t('columns.status'), width: '150px', cell: one => <StatusBadge status={one.status} /> },
    { key: 'first', title: t('columns.first'), width: '130px', cell: one => <Time at={one.firstSeen} /> },
    {
      key: 'report',
      title: t('columns.report'),
      width: '190px',
      cell: one => <ReportButtons alert={one.id} title={`${inertText(one.title)} – ${inertText(one.host.name)}`} />,
    },
  ]
  return (
    <>
      <PageHeader title={t('title')} about={t('about')} help="console#reports" />
      <Filters
        fields={[
          { kind: 'text', name: 'text', label: t('parts:filters.text') },
          { kind: 'host', name: 'host', label: t('columns.host') },
          {
            kind: 'choice',
            name: 'status',
            label: t('columns.status'),
            options: alertStatuses.map(value => ({ value, label: t(`parts:statuses.${value}`) })),
          },
          { kind: 'time', name: 'since', label: t('since') },
          { kind: 'time', name: 'until', label: t('until') },
        ]}
        values={filter}
        onChange={change}
      />
      <DataTable
        label={t('title')}
        columns={columns}
        rows={list.items}
        rowKey={one => one.id}
        query={list.query}
        empty={<EmptyState title={t('empty')}>{t('empty-what')}</EmptyState>}
      />
    </>
  )
}
