import { Anchor } from '@mantine/core'
import { Link } from 'react-router'
import type { CallOf, orderRoutes, RunObject } from '../../../model/api/index.ts'
import { run } from '../../../model/index.ts'
import { useList } from '../../center/index.ts'
import { RunBadge } from '../../incident/index.ts'
import {
  type Column,
  DataTable,
  EmptyState,
  Filters,
  HostLink,
  ProofBadge,
  Time,
  useUrlFilter,
} from '../../parts/index.ts'
import { useWords } from '../../words/index.ts'

const states = run.shape.state.options

/** Plans that were carried out on hosts, the newest first. */
export function Runs() {
  const { t } = useWords(['response', 'incident'])
  const [filter, change] = useUrlFilter(['host', 'state'])
  const { items, query } = useList('listRuns', {
    query: filter as NonNullable<CallOf<typeof orderRoutes.listRuns>['query']>,
  })
  const columns: readonly Column<RunObject>[] = [
    {
      key: 'host',
      title: t('columns.host'),
      width: 'minmax(140px, 1.5fr)',
      cell: one => <HostLink host={one.host} prose />,
    },
    {
      key: 'run',
      title: t('columns.started'),
      width: 'minmax(220px, 1fr)',
      cell: one => (
        <Anchor component={Link} to={`/response/runs/${one.host.id}/${encodeURIComponent(one.id)}`} size="sm">
          <Time at={one.startedAt} as="full" />
        </Anchor>
      ),
    },
    { key: 'state', title: t('columns.state'), width: '160px', cell: one => <RunBadge state={one.state} /> },
    {
      key: 'proof',
      title: t('columns.proof'),
      width: '170px',
      cell: one => (one.proof === undefined ? '–' : <ProofBadge proof={one.proof} />),
    },
    { key: 'changed', title: t('columns.changed'), width: '140px', cell: one => <Time at={one.changedAt} /> },
    { key: 'from', title: t('columns.from'), cell: one => t(one.order === undefined ? 'from.host' : 'from.center') },
  ]
  return (
    <>
      <Filters
        fields={[
          { kind: 'host', name: 'host', label: t('columns.host') },
          {
            kind: 'choice',
            name: 'state',
            label: t('columns.state'),
            options: states.map(value => ({ value, label: t(`incident:run-states.${value}`) })),
          },
        ]}
        values={filter}
        onChange={change}
      />
      <DataTable
        label={t('tabs.runs')}
        columns={columns}
        rows={items}
        rowKey={one => `${one.host.id} ${one.id}`}
        query={query}
        empty={<EmptyState title={t('empty.runs')}>{t('empty.runs-what')}</EmptyState>}
      />
    </>
  )
}
