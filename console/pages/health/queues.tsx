import { Table } from '@mantine/core'
import type { Health } from '../../../model/api/index.ts'
import { Duration, useNumbers } from '../../parts/index.ts'
import { useWords } from '../../words/index.ts'
import { SmallTable } from './small-table.tsx'

/** What waits, and for how long the oldest has. */
export function Queues({ queues }: { readonly queues: Health['queues'] }) {
  const { t } = useWords('health')
  const { number } = useNumbers()
  return (
    <SmallTable
      title={t('queues.title')}
      head={[
        { title: t('queues.what') },
        { title: t('queues.length'), number: true },
        { title: t('queues.oldest'), number: true },
      ]}
    >
      {queues.map(({ name, length, oldestSeconds }) => (
        <Table.Tr key={name}>
          <Table.Th scope="row" fw={400}>
            {t(`queues.${name}`)}
          </Table.Th>
          <Table.Td ta="right">{number(length)}</Table.Td>
          <Table.Td ta="right">{oldestSeconds === undefined ? '–' : <Duration seconds={oldestSeconds} />}</Table.Td>
        </Table.Tr>
      ))}
    </SmallTable>
  )
}
