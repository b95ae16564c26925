import { Anchor, Button } from '@mantine/core'
import { useState } from 'react'
import { Link } from 'react-router'
import { type ItemOf, useChange, useList } from '../../center/index.ts'
import {
  Badge,
  type Column,
  ConfirmDialog,
  DataTable,
  EmptyState,
  Filters,
  HostText,
  LevelBadge,
  showDone,
  Time,
  useUrlFilter,
} from '../../parts/index.ts'
import { useSession } from '../../session/index.ts'
import { useWords } from '../../words/index.ts'
import { indicatorKinds } from './indicator-kind.ts'
import { KindName } from './kind-name.tsx'

type Indicator = ItemOf<'listIndicators'>

/** What the center looks for in all that hosts report. */
export function Indicators() {
  const { t } = useWords('intelligence')
  const { t: part } = useWords('parts')
  const { can } = useSession()
  const [filter, change] = useUrlFilter(['text', 'kind'])
  const kind = indicatorKinds.find(one => one === filter.kind)
  const { items, query } = useList('listIndicators', {
    query: {
      ...(filter.text === undefined ? {} : { text: filter.text }),
      ...(kind === undefined ? {} : { kind }),
    },
  })
  const [removed, setRemoved] = useState<Indicator>()
  const columns: Column<Indicator>[] = [
    { key: 'kind', title: t('kind'), width: '110px', cell: one => <KindName kind={one.kind} /> },
    {
      key: 'value',
      title: t('indicators.value'),
      width: 'minmax(220px, 2.5fr)',
      heading: true,
      cell: ({ value }) => (
        <Anchor component={Link} to={`/intelligence?term=${encodeURIComponent(value)}`} size="sm">
          <HostText>{value}</HostText>
        </Anchor>
      ),
    },
    { key: 'level', title: t('indicators.level'), width: '120px', cell: one => <LevelBadge level={one.level} /> },
    { key: 'source', title: t('indicators.source'), cell: one => <HostText prose>{one.source}</HostText> },
    {
      key: 'note',
      title: t('indicators.note'),
      width: 'minmax(100px, 1.5fr)',
      cell: one => <HostText prose>{one.note}</HostText>,
    },
    { key: 'added', title: t('indicators.added'), width: '110px', cell: one => <Time at={one.createdAt} /> },
    { key: 'ends', title: t('indicators.ends'), width: '110px', cell: one => <Ends at={one.expiresAt} /> },
    ...(can('rules:write')
      ? [
          {
            key: 'actions',
            title: part('table.actions'),
            width: '90px',
            cell: (one: Indicator) => (
              <Button
                size="compact-xs"
                variant="default"
                onClick={() => setRemoved(one)}
                aria-label={t('indicators.remove-of', { value: one.value })}
              >
                {t('indicators.remove')}
              </Button>
            ),
          },
        ]
      : []),
  ]
  const filtered = filter.text !== undefined || filter.kind !== undefined
  return (
    <>
      <Filters
        fields={[
          { kind: 'text', name: 'text', label: t('indicators.text') },
          {
            kind: 'choice',
            name: 'kind',
            label: t('kind'),
            options: indicatorKinds.map(value => ({ value, label: t(`kinds.${value}`) })),
          },
        ]}
        values={filter}
        onChange={change}
      />
      <DataTable
        label={t('indicators.label')}
        columns={columns}
        rows={items}
        rowKey={one => one.id}
        query={query}
        empty={
          filtered ? (
            <EmptyState title={t('indicators.none-match')} />
          ) : (
            <EmptyState title={t('indicators.empty')}>{t('indicators.empty-what')}</EmptyState>
          )
        }
      />
      <RemoveIndicator indicator={removed} onClose={() => setRemoved(undefined)} />
    </>
  )
}

function Ends({ at }: { readonly at: string | undefined }) {
  const { t } = useWords('intelligence')
  if (at === undefined) return t('indicators.never')
  if (Date.parse(at) <= Date.now()) return <Badge tone="informational">{t('indicators.ended')}</Badge>
  return <Time at={at} />
}

function RemoveIndicator({
  indicator,
  onClose,
}: {
  readonly indicator: Indicator | undefined
  readonly onClose: () => void
}) {
  const { t } = useWords('intelligence')
  const remove = useChange('removeIndicator', ['listIndicators', 'listAlerts'])
  const go = async () => {
    await remove.mutateAsync({ params: { indicator: indicator?.id ?? '' } })
    showDone(t('indicators.removed'))
  }
  return (
    <ConfirmDialog
      opened={indicator !== undefined}
      title={t('indicators.remove-title')}
      confirm={t('indicators.remove')}
      onConfirm={go}
      onClose={onClose}
    >
      <HostText>{indicator?.value ?? ''}</HostText>
      <p>{t('indicators.remove-what')}</p>
    </ConfirmDialog>
  )
}
