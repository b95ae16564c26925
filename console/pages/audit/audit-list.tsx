import { Button, Text } from '@mantine/core'
import { useState } from 'react'
import type { AuditEntry } from '../../../model/api/index.ts'
import { useList } from '../../center/index.ts'
import { type Column, DataTable, EmptyState, HostText, Time, useNumbers } from '../../parts/index.ts'
import { useWords } from '../../words/index.ts'
import type { AuditFilter } from './audit-filters.tsx'
import { ActionName, Actor, ObjectName } from './audit-words.tsx'
import { EntryDetail } from './entry-detail.tsx'

export function AuditList({ filter }: { readonly filter: AuditFilter }) {
  const { t } = useWords('audit')
  const { number } = useNumbers()
  const list = useList('listAudit', { query: { ...filter } })
  const [opened, setOpened] = useState<AuditEntry>()
  const columns: Column<AuditEntry>[] = [
    { key: 'when', title: t('columns.when'), width: '215px', cell: entry => <Time at={entry.at} as="full" /> },
    {
      key: 'what',
      title: t('columns.what'),
      width: 'minmax(170px, 1.4fr)',
      heading: true,
      cell: entry => (
        <Text size="sm" fw={500} component="span" c={entry.action === 'login.failed' ? 'var(--davylamp-high)' : ''}>
          <ActionName action={entry.action} />
        </Text>
      ),
    },
    { key: 'who', title: t('columns.who'), width: 'minmax(120px, 1fr)', cell: entry => <Actor entry={entry} /> },
    {
      key: 'object',
      title: t('columns.object'),
      width: 'minmax(140px, 1.3fr)',
      cell: entry => <ObjectName entry={entry} />,
    },
    { key: 'from', title: t('columns.from'), width: '130px', cell: entry => <HostText>{entry.address}</HostText> },
    {
      key: 'detail',
      title: t('columns.detail'),
      width: '90px',
      cell: entry => (
        <Button
          size="compact-xs"
          variant="default"
          onClick={() => setOpened(entry)}
          aria-label={t('open', { number: number(entry.sequence) })}
        >
          {number(entry.sequence)}
        </Button>
      ),
    },
  ]
  return (
    <>
      <DataTable
        label={t('title')}
        columns={columns}
        rows={list.items}
        rowKey={entry => String(entry.sequence)}
        query={list.query}
        height="calc(100dvh - 280px)"
        empty={<EmptyState title={t('none')}>{t('none-why')}</EmptyState>}
      />
      <EntryDetail entry={opened} onClose={() => setOpened(undefined)} />
    </>
  )
}
