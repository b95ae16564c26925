import { Anchor } from '@mantine/core'
import { Link } from 'react-router'
import { alertLevels } from '../../../model/api/index.ts'
import { type ItemOf, useCall, useList } from '../../center/index.ts'
import {
  type Column,
  DataTable,
  EmptyState,
  Filters,
  HostText,
  LevelBadge,
  useNumbers,
  useUrlFilter,
} from '../../parts/index.ts'
import { useWords } from '../../words/index.ts'
import { Judged, judged, ownSource, Source } from './rule-words.tsx'

type Rule = ItemOf<'listRules'>

/** All rules that hosts are judged by, the weightiest first. */
export function Catalogue() {
  const { t } = useWords('rules')
  const { t: part } = useWords('parts')
  const { number } = useNumbers()
  const [filter, change] = useUrlFilter(['text', 'level', 'about', 'attack', 'source'])
  const level = alertLevels.find(one => one === filter.level)
  const { level: _, ...rest } = filter
  const { items, query } = useList('listRules', { query: { ...rest, ...(level === undefined ? {} : { level }) } })
  const packs = useCall('listPacks')
  const sources = [...new Set(packs.data?.items.map(one => one.name))]
  const columns: Column<Rule>[] = [
    {
      key: 'rule',
      title: t('list.rule'),
      width: 'minmax(240px, 3fr)',
      cell: ({ id, title }) => (
        <Anchor component={Link} to={`/rules/${encodeURIComponent(id)}`} size="sm">
          <HostText prose>{title}</HostText>
        </Anchor>
      ),
    },
    { key: 'level', title: t('list.level'), width: '120px', cell: one => <LevelBadge level={one.level} /> },
    { key: 'judges', title: t('list.judges'), width: '170px', cell: one => <Judged about={one.about} /> },
    {
      key: 'attack',
      title: t('list.attack'),
      width: '120px',
      cell: one => <HostText>{one.attack.join(' ')}</HostText>,
    },
    { key: 'source', title: t('list.source'), width: '120px', cell: one => <Source source={one.source} /> },
    {
      key: 'alerts',
      title: t('list.alerts'),
      width: '130px',
      cell: ({ alerts, id }) =>
        alerts === 0 ? (
          number(0)
        ) : (
          <Anchor component={Link} to={`/alerts?rule=${encodeURIComponent(id)}`} size="sm">
            {number(alerts)}
          </Anchor>
        ),
    },
  ]
  return (
    <>
      <Filters
        fields={[
          { kind: 'text', name: 'text', label: t('list.text') },
          {
            kind: 'choice',
            name: 'level',
            label: t('list.level'),
            options: alertLevels.toReversed().map(value => ({ value, label: part(`levels.${value}`) })),
          },
          {
            kind: 'choice',
            name: 'about',
            label: t('list.judges'),
            options: judged.map(value => ({ value, label: t(`about-kinds.${value}`) })),
          },
          { kind: 'text', name: 'attack', label: t('list.attack-id') },
          {
            kind: 'choice',
            name: 'source',
            label: t('list.source'),
            options: [
              { value: ownSource, label: t('list.program') },
              ...sources.map(name => ({ value: name, label: t('list.pack', { name }) })),
            ],
          },
        ]}
        values={filter}
        onChange={change}
      />
      <DataTable
        label={t('list.label')}
        columns={columns}
        rows={items}
        rowKey={one => one.id}
        query={query}
        empty={<EmptyState title={t('list.empty')} />}
      />
    </>
  )
}
