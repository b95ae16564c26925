import { Table, Text, Title } from '@mantine/core'
import type { Health } from '../../../model/api/index.ts'
import { HostText, useNumbers } from '../../parts/index.ts'
import { useWords } from '../../words/index.ts'
import classes from './health.module.css'

/** PostgreSQL, and what takes most room in it. */
export function StoreHealth({ store }: { readonly store: Health['store'] }) {
  const { t } = useWords('health')
  const { number, bytes, percent } = useNumbers()
  return (
    <section>
      <Title order={2} size="h5" mb={4}>
        {t('store.title')}
      </Title>
      <Text size="sm" c="dimmed" mb="xs">
        PostgreSQL {store.version} · {bytes(store.sizeBytes)} ·{' '}
        {t('store.connections', { count: store.connections, replace: { count: number(store.connections) } })}
        {store.migration === undefined ? '' : ` · ${t('store.migration', { number: number(store.migration) })}`}
      </Text>
      <Table withTableBorder verticalSpacing={6} maw={720}>
        <Table.Thead>
          <Table.Tr>
            <Table.Th scope="col">{t('store.table')}</Table.Th>
            <Table.Th scope="col" ta="right">
              {t('store.size')}
            </Table.Th>
            <Table.Th scope="col">{t('store.share')}</Table.Th>
          </Table.Tr>
        </Table.Thead>
        <Table.Tbody>
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
        </Table.Tbody>
      </Table>
    </section>
  )
}
