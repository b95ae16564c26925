import { Group, SegmentedControl } from '@mantine/core'
import { useState } from 'react'
import { useList } from '../../../center/index.ts'
import { DataTable, EmptyState, Filters, useUrlFilter } from '../../../parts/index.ts'
import { useWords } from '../../../words/index.ts'
import { FactDrawer } from './fact-drawer.tsx'
import type { Host } from './host-page.tsx'
import { InventoryChanges } from './inventory-changes.tsx'
import { type InventoryKind, type Item, useInventoryColumns } from './inventory-columns.tsx'

interface InventoryTabProps {
  readonly host: Host
  readonly kinds: readonly [InventoryKind, ...InventoryKind[]]
}

/** What there is of some kinds on the host, and what changed of them. */
export function InventoryTab({ host, kinds }: InventoryTabProps) {
  const { t } = useWords('hosts')
  const [values, change] = useUrlFilter(['kind', 'view', 'text'])
  const kind = kinds.find(one => one === values.kind) ?? kinds[0]
  const changes = values.view === 'changes'
  return (
    <>
      <Group gap="sm" mb="sm">
        {kinds.length > 1 ? (
          <SegmentedControl
            size="xs"
            aria-label={t('inventory.kind')}
            data={kinds.map(value => ({ value, label: t(`kinds.${value}`) }))}
            value={kind}
            onChange={value => change({ kind: value, text: undefined })}
            style={{ flexWrap: 'wrap' }}
          />
        ) : null}
        <SegmentedControl
          size="xs"
          aria-label={t('inventory.view')}
          data={[
            { value: 'now', label: t('inventory.now') },
            { value: 'changes', label: t('inventory.changes') },
          ]}
          value={changes ? 'changes' : 'now'}
          onChange={value => change({ view: value === 'changes' ? value : undefined })}
        />
      </Group>
      {changes ? (
        <InventoryChanges key={kind} host={host.id} kind={kind} />
      ) : (
        <InventoryNow key={kind} host={host.id} kind={kind} text={values.text} onText={text => change({ text })} />
      )}
    </>
  )
}

interface InventoryNowProps {
  readonly host: string
  readonly kind: InventoryKind
  readonly text: string | undefined
  readonly onText: (text: string | undefined) => void
}

function InventoryNow({ host, kind, text, onText }: InventoryNowProps) {
  const { t } = useWords('hosts')
  const { items, query } = useList('listInventory', {
    params: { host },
    query: { kind, ...(text === undefined ? {} : { text }) },
  })
  const [shown, setShown] = useState<Item>()
  const columns = useInventoryColumns(kind, setShown)
  return (
    <>
      <Filters
        fields={[{ kind: 'text', name: 'text', label: t('fields.search') }]}
        values={text === undefined ? {} : { text }}
        onChange={change => onText(change.text)}
      />
      <DataTable
        label={t(`kinds.${kind}`)}
        columns={columns}
        rows={items}
        rowKey={row => row.id}
        query={query}
        height="calc(100dvh - 360px)"
        empty={
          text === undefined ? (
            <EmptyState title={t('inventory.none')}>{t('inventory.none-what')}</EmptyState>
          ) : (
            <EmptyState title={t('inventory.none-match')} />
          )
        }
      />
      <FactDrawer item={shown} kind={kind} onClose={() => setShown(undefined)} />
    </>
  )
}
