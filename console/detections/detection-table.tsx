import { Anchor } from '@mantine/core'
import type { ReactNode } from 'react'
import type { DetectionObject } from '../../model/api/index.ts'
import type { ListResult } from '../center/calls.ts'
import { type Column, DataTable, HostLink, HostText, LevelBadge, Time, VerdictBadge } from '../parts/index.ts'
import { useWords } from '../words/index.ts'
import { OutcomeBadges } from './outcome-badges.tsx'

interface DetectionTableProps {
  readonly list: ListResult<DetectionObject>
  readonly onShow: (detection: string) => void
  /** Not where all are of one host. */
  readonly withHost?: boolean
  readonly height?: string
  readonly empty: ReactNode
}

/** What was noticed and what became of it, newest first; the title opens the rest. */
export function DetectionTable({ list, onShow, withHost = true, height, empty }: DetectionTableProps) {
  const { t } = useWords('detections')
  const columns: readonly Column<DetectionObject>[] = [
    {
      key: 'title',
      title: t('columns.title'),
      width: 'minmax(200px, 2fr)',
      cell: row => (
        <Anchor component="button" type="button" size="sm" ta="start" onClick={() => onShow(row.id)}>
          <HostText prose>{row.title}</HostText>
        </Anchor>
      ),
    },
    {
      key: 'subject',
      title: t('columns.subject'),
      width: 'minmax(160px, 1.6fr)',
      cell: ({ subject }) => <HostText>{subject.path ?? subject.address ?? subject.command ?? ''}</HostText>,
    },
    {
      key: 'outcome',
      title: t('columns.outcome'),
      width: 'minmax(140px, 1fr)',
      cell: row => <OutcomeBadges outcomes={row.outcomes} />,
    },
    {
      key: 'verdict',
      title: t('columns.verdict'),
      width: '120px',
      cell: row => <VerdictBadge verdict={row.verdict} />,
    },
    { key: 'level', title: t('columns.level'), width: '100px', cell: row => <LevelBadge level={row.level} /> },
    ...(withHost
      ? [
          {
            key: 'host',
            title: t('columns.host'),
            width: 'minmax(100px, 0.8fr)',
            cell: ({ host }: DetectionObject) => <HostLink host={host} />,
          },
        ]
      : []),
    { key: 'at', title: t('columns.at'), width: '120px', cell: row => <Time at={row.at} /> },
  ]
  return (
    <DataTable
      label={t('label')}
      columns={columns}
      rows={list.items}
      rowKey={row => row.id}
      query={list.query}
      outdated={list.outdated}
      empty={empty}
      {...(height === undefined ? {} : { height })}
    />
  )
}
