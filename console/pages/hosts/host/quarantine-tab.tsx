import { Anchor, Button, Group, Text } from '@mantine/core'
import { Link } from 'react-router'
import { type ItemOf, useList } from '../../../center/index.ts'
import { type Column, DataTable, EmptyState, HostText, Time, useNumbers } from '../../../parts/index.ts'
import { useWords } from '../../../words/index.ts'
import type { Host } from './host-page.tsx'

/** What lies in the quarantine box of this host; it is put back or downloaded where all of it is. */
export function QuarantineTab({ host }: { readonly host: Host }) {
  const { t } = useWords('hosts')
  const { bytes } = useNumbers()
  const { items, query } = useList('listQuarantine', { query: { host: host.id } })
  const columns: readonly Column<ItemOf<'listQuarantine'>>[] = [
    {
      key: 'path',
      title: t('facts.path'),
      width: 'minmax(180px, 2fr)',
      cell: row => <HostText>{row.path}</HostText>,
    },
    {
      key: 'hash',
      title: 'SHA-256',
      width: 'minmax(150px, 1.5fr)',
      cell: row => (
        <Text size="xs">
          <HostText>{row.sha256}</HostText>
        </Text>
      ),
    },
    { key: 'size', title: t('quarantine.size'), width: '90px', cell: row => bytes(row.size) },
    { key: 'at', title: t('quarantine.at'), width: '120px', cell: row => <Time at={row.at} /> },
    {
      key: 'run',
      title: t('quarantine.run'),
      width: '100px',
      cell: row =>
        row.run === undefined ? (
          '–'
        ) : (
          <Anchor component={Link} to={`/response/runs/${host.id}/${encodeURIComponent(row.run)}`} size="sm">
            {t('quarantine.run')}
          </Anchor>
        ),
    },
  ]
  return (
    <>
      <Group justify="flex-end" mb="sm">
        <Button component={Link} to={`/quarantine?host=${host.id}`} size="xs" variant="default">
          {t('quarantine.all')}
        </Button>
      </Group>
      <DataTable
        label={t('tabs.quarantine')}
        columns={columns}
        rows={items}
        rowKey={row => row.id}
        query={query}
        height="calc(100dvh - 330px)"
        empty={<EmptyState title={t('quarantine.none')}>{t('quarantine.none-what')}</EmptyState>}
      />
    </>
  )
}
