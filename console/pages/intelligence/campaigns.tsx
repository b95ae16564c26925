import { Anchor } from '@mantine/core'
import { Link } from 'react-router'
import { type ItemOf, useList } from '../../center/index.ts'
import { type Column, DataTable, EmptyState, HostText, Time, useNumbers } from '../../parts/index.ts'
import { useWords } from '../../words/index.ts'
import { KindName } from './kind-name.tsx'

type Campaign = ItemOf<'listCampaigns'>

/** Intrusions of several hosts that belong together. */
export function Campaigns() {
  const { t } = useWords('intelligence')
  const { number } = useNumbers()
  const { items, query } = useList('listCampaigns', { query: {} })
  const columns: Column<Campaign>[] = [
    {
      key: 'name',
      title: t('campaigns.name'),
      width: 'minmax(220px, 2fr)',
      cell: ({ id, name }) => (
        <Anchor component={Link} to={`/intelligence/campaigns/${id}`} size="sm">
          <HostText prose>{name}</HostText>
        </Anchor>
      ),
    },
    { key: 'families', title: t('campaigns.families'), cell: one => <HostText>{one.families.join(', ')}</HostText> },
    { key: 'hosts', title: t('campaigns.hosts'), width: '80px', cell: one => number(one.hosts) },
    {
      key: 'shared',
      title: t('campaigns.shared'),
      width: 'minmax(200px, 2fr)',
      cell: ({ shared }) => (
        <>
          {shared.slice(0, 3).map(({ kind, term }) => (
            <div key={`${kind} ${term}`}>
              <KindName kind={kind} />: <HostText>{term.length > 26 ? `${term.slice(0, 25)}…` : term}</HostText>
            </div>
          ))}
          {shared.length > 3 ? '…' : null}
        </>
      ),
    },
    { key: 'first', title: t('campaigns.first'), width: '130px', cell: one => <Time at={one.firstSeen} /> },
    { key: 'last', title: t('campaigns.last'), width: '130px', cell: one => <Time at={one.lastSeen} /> },
  ]
  return (
    <DataTable
      label={t('campaigns.label')}
      columns={columns}
      rows={items}
      rowKey={one => one.id}
      query={query}
      empty={<EmptyState title={t('campaigns.empty')}>{t('campaigns.empty-what')}</EmptyState>}
      height="calc(100dvh - 230px)"
    />
  )
}
