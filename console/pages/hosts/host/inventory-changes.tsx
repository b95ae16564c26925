import { Text } from '@mantine/core'
import { type ItemOf, useList } from '../../../center/index.ts'
import {
  Badge,
  type Column,
  DataTable,
  EmptyState,
  Filters,
  HostText,
  Time,
  useUrlFilter,
} from '../../../parts/index.ts'
import { useWords } from '../../../words/index.ts'
import { changedFields, factTitle, textOf } from './fact-fields.ts'
import { useFieldName } from './field-name.ts'
import { FieldValue } from './field-value.tsx'
import classes from './inventory-changes.module.css'
import type { InventoryKind } from './inventory-columns.tsx'

type Change = ItemOf<'listInventoryChanges'>

const tones = { appeared: 'medium', changed: 'low', gone: 'informational' } as const

/** What came, went and became another, newest first, each with what was before and what is now. */
export function InventoryChanges({ host, kind }: { readonly host: string; readonly kind: InventoryKind }) {
  const { t } = useWords('hosts')
  const [times, change] = useUrlFilter(['since', 'until'])
  const { items, query } = useList('listInventoryChanges', { query: { host, kind, ...times } })
  const columns: readonly Column<Change>[] = [
    { key: 'at', title: t('changes.when'), width: '120px', cell: row => <Time at={row.at} /> },
    {
      key: 'change',
      title: t('changes.change'),
      width: '110px',
      cell: row => <Badge tone={tones[row.change]}>{t(`changes.${row.change}`)}</Badge>,
    },
    {
      key: 'what',
      title: t(`kinds-one.${kind}`),
      width: 'minmax(160px, 1fr)',
      heading: true,
      cell: row => (
        <div>
          <HostText>{factTitle(kind, row.after ?? row.before)}</HostText>
          <Text size="xs" c="dimmed">
            <HostText>{textOf(row.after ?? row.before, 'path') ?? ''}</HostText>
          </Text>
        </div>
      ),
    },
    {
      key: 'difference',
      title: t('changes.difference'),
      width: 'minmax(220px, 2fr)',
      cell: row => <Difference change={row} />,
    },
  ]
  return (
    <>
      <Filters
        fields={[
          { kind: 'time', name: 'since', label: t('changes.since') },
          { kind: 'time', name: 'until', label: t('changes.until') },
        ]}
        values={times}
        onChange={change}
      />
      <DataTable
        label={t('inventory.changes')}
        columns={columns}
        rows={items}
        rowKey={row => row.id}
        query={query}
        rowHeight={72}
        height="calc(100dvh - 360px)"
        empty={<EmptyState title={t('changes.none')}>{t('changes.none-what')}</EmptyState>}
      />
    </>
  )
}

/** Fields that are shown of what came or went. */
const telling = ['text', 'schedule', 'user', 'command', 'targets', 'fingerprint', 'shell', 'version', 'image', 'hides']

function Difference({ change: { change, kind, before, after } }: { readonly change: Change }) {
  const { t } = useWords('hosts')
  const name = useFieldName()
  const all = changedFields(before, after)
  const title = factTitle(kind, after ?? before)
  const lines =
    change === 'changed'
      ? all
      : telling.flatMap(field => all.filter(one => one.field === field && one.before + one.after !== title)).slice(0, 3)
  return (
    <div className={classes['difference']}>
      {lines.slice(0, 12).map(({ field, before: former, after: now }) => (
        <div key={field} className={classes['field']}>
          <span className={classes['name']}>{name(field)}</span>
          {former === '' ? null : (
            <del className={classes['before']}>
              <span aria-hidden>− </span>
              <span className={classes['unseen']}>{t('changes.before')} </span>
              <FieldValue field={field} text={former} />
            </del>
          )}
          {now === '' ? null : (
            <ins className={classes['after']}>
              <span aria-hidden>+ </span>
              <span className={classes['unseen']}>{t('changes.after')} </span>
              <FieldValue field={field} text={now} />
            </ins>
          )}
        </div>
      ))}
    </div>
  )
}
