import { Anchor } from '@mantine/core'
import { useState } from 'react'
import { Link } from 'react-router'
import { useList } from '../../center/index.ts'
import {
  type Column,
  DataTable,
  EmptyState,
  Filters,
  HostLink,
  HostText,
  PageHeader,
  Time,
  useNumbers,
  useUrlFilter,
} from '../../parts/index.ts'
import { useWords } from '../../words/index.ts'
import { Download } from './download.tsx'
import { type Entry, type EntryAction, isFile } from './entry.ts'
import { EntryMenu } from './entry-menu.tsx'
import { Restore } from './restore.tsx'

export function Page() {
  const { t } = useWords('quarantine')
  const { t: part } = useWords('parts')
  const { bytes } = useNumbers()
  const [filter, change] = useUrlFilter(['text', 'host', 'sha256'])
  const { items, query } = useList('listQuarantine', {
    query: { ...filter, ...(filter.sha256 === undefined ? {} : { sha256: filter.sha256.trim().toLowerCase() }) },
  })
  const [action, setAction] = useState<EntryAction>()
  const close = () => setAction(undefined)
  const columns: Column<Entry>[] = [
    {
      key: 'path',
      title: t('file'),
      width: 'minmax(220px, 2.4fr)',
      cell: ({ path }) => <HostText>{path}</HostText>,
    },
    {
      key: 'host',
      title: t('host'),
      cell: ({ host }) => <HostLink host={host} />,
    },
    { key: 'hash', title: t('hash'), width: '130px', cell: entry => <ShortHash entry={entry} /> },
    { key: 'size', title: t('size'), width: '90px', cell: ({ size }) => bytes(size) },
    { key: 'at', title: t('when'), width: '120px', cell: ({ at }) => <Time at={at} /> },
    {
      key: 'run',
      title: t('run'),
      width: '110px',
      cell: ({ run, host }) =>
        run === undefined ? null : (
          <Anchor component={Link} to={`/response/runs/${host.id}/${encodeURIComponent(run)}`} size="sm">
            {t('run-see')}
          </Anchor>
        ),
    },
    {
      key: 'actions',
      title: part('table.actions'),
      width: '90px',
      cell: entry => <EntryMenu entry={entry} onChoose={setAction} />,
    },
  ]
  const filtered = Object.keys(filter).length > 0
  return (
    <>
      <PageHeader title={t('title')} about={t('about')} />
      <Filters
        fields={[
          { kind: 'text', name: 'text', label: t('text') },
          { kind: 'host', name: 'host', label: t('host') },
          { kind: 'text', name: 'sha256', label: t('hash') },
        ]}
        values={filter}
        onChange={change}
      />
      <DataTable
        label={t('label')}
        columns={columns}
        rows={items}
        rowKey={one => `${one.host.id} ${one.id}`}
        query={query}
        empty={
          <EmptyState title={filtered ? t('none-match') : t('empty')}>
            {filtered ? undefined : t('empty-what')}
          </EmptyState>
        }
      />
      <Restore entry={action?.what === 'restore' ? action.entry : undefined} onClose={close} />
      <Download entry={action?.what === 'download' ? action.entry : undefined} onClose={close} />
    </>
  )
}

function ShortHash({ entry }: { readonly entry: Entry }) {
  const { t } = useWords('quarantine')
  if (!isFile(entry)) return t('directory')
  return (
    <span title={entry.sha256}>
      <HostText>{`${entry.sha256.slice(0, 12)}…`}</HostText>
    </span>
  )
}
