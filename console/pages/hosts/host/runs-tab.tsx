import { Anchor } from '@mantine/core'
import { Link } from 'react-router'
import type { RunObject } from '../../../../model/api/index.ts'
import { useList } from '../../../center/index.ts'
import { Badge, type Column, DataTable, EmptyState, ProofBadge, Time } from '../../../parts/index.ts'
import { useWords } from '../../../words/index.ts'
import type { Host } from './host-page.tsx'

const tones = {
  running: 'low',
  complete: 'good',
  partial: 'high',
  undone: 'informational',
  'partly-undone': 'medium',
} as const

/** Plans that were carried out on this host. */
export function RunsTab({ host }: { readonly host: Host }) {
  const { t } = useWords('hosts')
  const { items, query } = useList('listRuns', { query: { host: host.id } })
  const columns: readonly Column<RunObject>[] = [
    {
      key: 'started',
      title: t('runs.started'),
      width: 'minmax(160px, 1fr)',
      cell: row => (
        <Anchor component={Link} to={`/response/runs/${host.id}/${encodeURIComponent(row.id)}`} size="sm" fw={600}>
          <Time at={row.startedAt} as="full" />
        </Anchor>
      ),
    },
    {
      key: 'state',
      title: t('runs.state'),
      cell: row => <Badge tone={tones[row.state]}>{t(`runs.${row.state}`)}</Badge>,
    },
    {
      key: 'proof',
      title: t('runs.proof'),
      cell: row => (row.proof === undefined ? '–' : <ProofBadge proof={row.proof} />),
    },
    { key: 'changed', title: t('runs.changed'), cell: row => <Time at={row.changedAt} /> },
  ]
  return (
    <DataTable
      label={t('tabs.runs')}
      columns={columns}
      rows={items}
      rowKey={row => row.id}
      query={query}
      height="calc(100dvh - 290px)"
      empty={<EmptyState title={t('runs.none')}>{t('runs.none-what')}</EmptyState>}
    />
  )
}
