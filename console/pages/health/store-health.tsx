import { Table, Text } from '@mantine/core'
import type { Health } from '../../../model/api/index.ts'
import { HostText, useNumbers } from '../../parts/index.ts'
import { useWords } from '../../words/index.ts'
import classes from './health.module.css'
import { SmallTable } from './small-table.tsx'

/** PostgreSQL, and what takes most room in it. */
export function StoreHealth({ store }: { readonly store: Health['store'] }) {
  const { t } = useWords('health')
  const { number, bytes, percent } = useNumbers()
  return (
    <SmallTable
      title={t('store.title')}
      about={
        <Text size="sm" c="dimmed" mb="xs">
          PostgreSQL {store.version} · {bytes(store.sizeBytes)} ·{' '}
          {t('store.connections', { count: store.connections, replace: { count: number(store.connections) } })}
          {store.migration === undefined ? '' : ` · ${t('store.migration', { number: number(store.migration) })}`}
        </Text>
      }
      head={[{ title: t('store.table') }, { title: t('store.size'), number: true }, { title: t('store.share') }]}
    >
      {store.largest.map(({ table, sizeBytes }) => {
        const share = store.sizeBytes === 0 ? 0 : sizeBytes / store.sizeBytes
        return (
          <Table.Tr key={table}>
            <Table.Th scope="row" fw={400}>
              <HostText>{table}</HostText>
            </Table.Th>
            <Table.Td ta="right" style={{ whiteSpace: 'nowrap' }}>
              {bytes(sizeBytes)}
            </Table.Td>
            <Table.Td>
              <div className={classes['bar']} role="img" aria-label={percent(share)}>
                <div className={classes['fill']} style={{ width: `${Math.min(100, share * 100)}%` }} />
              </div>
            </Table.Td>
          </Table.Tr>
        )
      })}
    </SmallTable>
  )
}
