import { Table, Title } from '@mantine/core'
import type { Health } from '../../../model/api/index.ts'
import { Badge, HostText, Time } from '../../parts/index.ts'
import { useWords } from '../../words/index.ts'

/** The processes that work on the store. */
export function Nodes({ nodes }: { readonly nodes: Health['nodes'] }) {
  const { t } = useWords('health')
  return (
    <section>
      <Title order={2} size="h5" mb="xs">
        {t('nodes.title')}
      </Title>
      <Table withTableBorder verticalSpacing={6} maw={720}>
        <Table.Thead>
          <Table.Tr>
            <Table.Th scope="col">{t('nodes.name')}</Table.Th>
            <Table.Th scope="col">{t('nodes.state')}</Table.Th>
            <Table.Th scope="col">{t('nodes.started')}</Table.Th>
            <Table.Th scope="col">{t('nodes.seen')}</Table.Th>
          </Table.Tr>
        </Table.Thead>
        <Table.Tbody>
          {nodes.map(({ id, name, alive, startedAt, lastSeen }) => (
            <Table.Tr key={id}>
              <Table.Th scope="row" fw={400}>
                <HostText>{name}</HostText>
              </Table.Th>
              <Table.Td>
                <Badge tone={alive ? 'good' : 'high'}>{t(alive ? 'nodes.alive' : 'nodes.silent')}</Badge>
              </Table.Td>
              <Table.Td>
                <Time at={startedAt} />
              </Table.Td>
              <Table.Td>
                <Time at={lastSeen} />
              </Table.Td>
            </Table.Tr>
          ))}
        </Table.Tbody>
      </Table>
    </section>
  )
}
