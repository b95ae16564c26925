import { Table, Title } from '@mantine/core'
import type { Health } from '../../../model/api/index.ts'
import { Duration, useNumbers } from '../../parts/index.ts'
import { useWords } from '../../words/index.ts'

/** What waits, and for how long the oldest has. */
export function Queues({ queues }: { readonly queues: Health['queues'] }) {
  const { t } = useWords('health')
  const { number } = useNumbers()
  return (
    <section>
      <Title order={2} size="h5" mb="xs">
        {t('queues.title')}
      </Title>
      <Table withTableBorder verticalSpacing={6} maw={720}>
        <Table.Thead>
          <Table.Tr>
            <Table.Th scope="col">{t('queues.what')}</Table.Th>
            <Table.Th scope="col" ta="right">
              {t('queues.length')}
            </Table.Th>
            <Table.Th scope="col" ta="right">
              {t('queues.oldest')}
            </Table.Th>
          </Table.Tr>
        </Table.Thead>
        <Table.Tbody>
          {queues.map(({ name, length, oldestSeconds }) => (
            <Table.Tr key={name}>
              <Table.Th scope="row" fw={400}>
                {t(`queues.${name}`)}
              </Table.Th>
              <Table.Td ta="right">{number(length)}</Table.Td>
              <Table.Td ta="right">{oldestSeconds === undefined ? '–' : <Duration seconds={oldestSeconds} />}</Table.Td>
            </Table.Tr>
          ))}
        </Table.Tbody>
      </Table>
    </section>
  )
}
