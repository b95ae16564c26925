import { Link } from 'react-router'
import { type AnswerTo, useCall } from '../../../center/index.ts'
import {
  AlertTypeName,
  type Column,
  DataTable,
  EmptyState,
  HostText,
  inertText,
  LevelBadge,
  StatusBadge,
  Time,
} from '../../../parts/index.ts'
import { useWords } from '../../../words/index.ts'

type RelatedAlert = AnswerTo<'listRelatedAlerts'>['items'][number]

/** Other alerts that share something with this one, and what. */
export function Related({ alert }: { readonly alert: string }) {
  const { t } = useWords('alerts/detail')
  const query = useCall('listRelatedAlerts', { params: { alert } })
  const columns: readonly Column<RelatedAlert>[] = [
    {
      key: 'title',
      title: t('related.alert'),
      width: 'minmax(220px, 2fr)',
      cell: one => (
        <Link to={`/alerts/${one.id}`}>
          <HostText prose>{one.title}</HostText>
        </Link>
      ),
    },
    {
      key: 'because',
      title: t('related.because'),
      width: 'minmax(180px, 1.5fr)',
      cell: one => <Because>{one.because}</Because>,
    },
    {
      key: 'host',
      title: t('about.host'),
      cell: one => (
        <Link to={`/hosts/${one.host.id}`} aria-label={inertText(one.host.name)}>
          <HostText prose>{one.host.name}</HostText>
        </Link>
      ),
    },
    { key: 'type', title: t('related.type'), cell: one => <AlertTypeName type={one.type} /> },
    { key: 'level', title: t('related.level'), width: '110px', cell: one => <LevelBadge level={one.level} /> },
    { key: 'status', title: t('related.status'), width: '130px', cell: one => <StatusBadge status={one.status} /> },
    { key: 'seen', title: t('about.last-seen'), width: '110px', cell: one => <Time at={one.lastSeen} /> },
  ]
  return (
    <DataTable
      label={t('tabs.related')}
      columns={columns}
      rows={query.data?.items ?? []}
      rowKey={one => one.id}
      query={query}
      height="60dvh"
      empty={<EmptyState title={t('related.none')}>{t('related.none-what')}</EmptyState>}
    />
  )
}

const terms = ['hash', 'key', 'address', 'domain', 'wallet', 'line'] as const

function Because({ children }: { readonly children: string }) {
  const { t } = useWords('alerts/detail')
  if (children === 'is of the same campaign') return <>{t('related.campaign')}</>
  if (children === 'is of the same host within a day') return <>{t('related.same-host')}</>
  const [, kind, term = ''] = /^shares the (\w+) (.*)$/s.exec(children) ?? []
  const known = terms.find(one => one === kind)
  if (known === undefined) return <HostText prose>{children}</HostText>
  return (
    <>
      {t(`related.shares.${known}`)} <HostText>{term.length > 40 ? `${term.slice(0, 40)}…` : term}</HostText>
    </>
  )
}
