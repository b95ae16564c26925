import { Anchor } from '@mantine/core'
import { Link } from 'react-router'
import type { huntKinds } from '../../../model/api/index.ts'
import { type ItemOf, useList } from '../../center/index.ts'
import { Badge, type Column, DataTable, EmptyState, HostLink, HostText, Time } from '../../parts/index.ts'
import { useWords } from '../../words/index.ts'
import { KindName } from './kind-name.tsx'
import { LookupSummary } from './lookup-summary.tsx'

export type Seen = ItemOf<'hunt'>

interface LookupResultProps {
  readonly term: string
  readonly kind: (typeof huntKinds)[number] | undefined
  readonly prefix: boolean
  readonly present: boolean
}

/** Where a term is or was, what is known about it, and what can be done. */
export function LookupResult({ term, kind, prefix, present }: LookupResultProps) {
  const { t } = useWords('intelligence')
  const { items, query } = useList('hunt', {
    query: {
      term,
      ...(kind === undefined ? {} : { kind }),
      ...(prefix ? { prefix: 'true' } : {}),
      ...(present ? { present: 'true' } : {}),
    },
  })
  const columns: Column<Seen>[] = [
    {
      key: 'host',
      title: t('host'),
      width: 'minmax(120px, 1fr)',
      cell: ({ host }) => <HostLink host={host} />,
    },
    { key: 'kind', title: t('kind'), width: '130px', cell: one => <KindName kind={one.kind} /> },
    ...(prefix
      ? [
          {
            key: 'term',
            title: t('term'),
            width: 'minmax(200px, 2fr)',
            cell: (one: Seen) => <HostText>{one.term}</HostText>,
          },
        ]
      : []),
    { key: 'where', title: t('lookup.where'), width: '150px', cell: one => <Source seen={one} /> },
    { key: 'first', title: t('lookup.first'), width: '130px', cell: one => <Time at={one.firstSeen} /> },
    { key: 'last', title: t('lookup.last'), width: '130px', cell: one => <Time at={one.lastSeen} /> },
    {
      key: 'now',
      title: t('lookup.now'),
      width: '190px',
      cell: one => <Now seen={one} />,
    },
  ]
  return (
    <>
      <LookupSummary term={term} seen={items} whole={!query.hasNextPage} loaded={!query.isPending} />
      <DataTable
        label={t('lookup.label')}
        columns={columns}
        rows={items}
        rowKey={one => `${one.kind} ${one.term} ${one.host.id} ${one.source} ${one.sourceId}`}
        query={query}
        empty={<EmptyState title={t('lookup.nothing')}>{t('lookup.nothing-what')}</EmptyState>}
        height="calc(100dvh - 400px)"
      />
    </>
  )
}

function Now({ seen: { goneAt, source } }: { readonly seen: Seen }) {
  const { t } = useWords('intelligence')
  if (goneAt !== undefined)
    return (
      <>
        <Badge tone="good">{t('lookup.is-gone')}</Badge> <Time at={goneAt} />
      </>
    )
  // What lies there is sealed, and harms nobody.
  if (source === 'quarantine') return <Badge tone="good">{t('lookup.in-box')}</Badge>
  return <Badge tone="high">{t('lookup.is-there')}</Badge>
}

function Source({ seen: { source, sourceId, host, term, kind } }: { readonly seen: Seen }) {
  const { t } = useWords('intelligence')
  const to = {
    alert: `/alerts/${encodeURIComponent(sourceId)}`,
    quarantine: `/quarantine?host=${host.id}${kind === 'hash' ? `&sha256=${encodeURIComponent(term)}` : ''}`,
    inventory: `/hosts/${host.id}`,
  }[source]
  return (
    <Anchor component={Link} to={to} size="sm">
      {t(`lookup.sources.${source}`)}
    </Anchor>
  )
}
