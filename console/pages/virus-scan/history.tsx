import { Anchor, Group } from '@mantine/core'
import { Link } from 'react-router'
import { type ItemOf, useList } from '../../center/index.ts'
import {
  Badge,
  type Column,
  DataTable,
  Duration,
  EmptyState,
  HostSelect,
  HostText,
  Time,
  useNumbers,
  useUrlFilter,
  VerdictBadge,
} from '../../parts/index.ts'
import { useWords } from '../../words/index.ts'

type Scan = ItemOf<'listScans'>
const verdicts = ['unknown', 'nothing', 'exposure', 'suspected', 'confirmed'] as const

/** All scans of all hosts, newest first, with what could not be looked at. */
export function History() {
  const { t } = useWords('virus-scan')
  const { number } = useNumbers()
  const [values, change] = useUrlFilter(['host'])
  const { items, query } = useList('listScans', { query: values })
  const columns: readonly Column<Scan>[] = [
    {
      key: 'host',
      title: t('host'),
      width: 'minmax(140px, 1.4fr)',
      cell: row => (
        <Anchor component={Link} to={`/hosts/${row.host.id}/scans`} size="sm" fw={600}>
          <HostText prose>{row.host.name}</HostText>
        </Anchor>
      ),
    },
    { key: 'at', title: t('at'), width: 'minmax(150px, 1fr)', cell: row => <Time at={row.startedAt} as="full" /> },
    {
      key: 'verdict',
      title: t('result'),
      width: '150px',
      cell: row => {
        const known = verdicts.find(one => one === row.verdict)
        return known === undefined ? <HostText>{row.verdict}</HostText> : <VerdictBadge verdict={known} />
      },
    },
    { key: 'findings', title: t('found'), width: '100px', cell: row => number(row.findings) },
    {
      key: 'gaps',
      title: t('not-looked'),
      width: 'minmax(130px, 1fr)',
      cell: row =>
        row.gaps.length === 0 ? t('no-gaps') : <Badge tone="medium">{t('gaps', { count: row.gaps.length })}</Badge>,
    },
    { key: 'took', title: t('took'), width: '100px', cell: row => <Duration seconds={row.durationMs / 1000} /> },
  ]
  return (
    <>
      <Group mb="sm">
        <HostSelect label={t('host')} size="xs" width={240} value={values.host} onChange={host => change({ host })} />
      </Group>
      <DataTable
        label={t('tabs.history')}
        columns={columns}
        rows={items}
        rowKey={row => row.id}
        query={query}
        height="calc(100dvh - 320px)"
        empty={<EmptyState title={t('history-none')}>{t('history-none-what')}</EmptyState>}
      />
    </>
  )
}
