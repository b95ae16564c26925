import { type ItemOf, useList } from '../../center/index.ts'
import {
  type Column,
  DataTable,
  EmptyState,
  Filters,
  HostLink,
  HostText,
  Time,
  useNumbers,
  useUrlFilter,
} from '../../parts/index.ts'
import { useWords } from '../../words/index.ts'

type Blocked = ItemOf<'listBlocked'>

/** What hosts themselves report as blocked, whoever asked for it. */
export function BlockedHosts() {
  const { t } = useWords('prevention')
  const { number } = useNumbers()
  const [filter, change] = useUrlFilter(['host', 'address'])
  const { items, query } = useList('listBlocked', { query: filter })
  const columns: Column<Blocked>[] = [
    { key: 'address', title: t('address'), cell: one => <HostText>{one.address}</HostText> },
    {
      key: 'host',
      title: t('hosts.host'),
      cell: ({ host }) => <HostLink host={host} />,
    },
    { key: 'ends', title: t('blocks.ends'), cell: one => <Time at={one.expiresAt} /> },
    {
      key: 'hits',
      title: t('blocks.hits'),
      cell: ({ packets }) => (packets === undefined ? <span title={t('blocks.no-hits')}>–</span> : number(packets)),
    },
    { key: 'way', title: t('hosts.way'), cell: one => <HostText>{one.way}</HostText> },
    { key: 'reported', title: t('hosts.reported'), cell: one => <Time at={one.reportedAt} /> },
  ]
  return (
    <>
      <Filters
        fields={[
          { kind: 'text', name: 'address', label: t('address') },
          { kind: 'host', name: 'host', label: t('hosts.host') },
        ]}
        values={filter}
        onChange={change}
      />
      <DataTable
        label={t('hosts.label')}
        columns={columns}
        rows={items}
        rowKey={one => `${one.host.id} ${one.address}`}
        query={query}
        empty={<EmptyState title={t('hosts.empty')}>{t('hosts.empty-what')}</EmptyState>}
      />
    </>
  )
}
