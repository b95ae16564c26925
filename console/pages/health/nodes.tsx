import { Table } from '@mantine/core'
import type { Health } from '../../../model/api/index.ts'
import { Badge, HostText, Time } from '../../parts/index.ts'
import { useWords } from '../../words/index.ts'
import { SmallTable } from './small-table.tsx'

/** The processes that work on the store. */
export function Nodes({ nodes }: { readonly nodes: Health['nodes'] }) {
  const { t } = useWords('health')
  return (
    <SmallTable
      title={t('nodes.title')}
      head={(['name', 'state', 'started', 'seen'] as const).map(one => ({ title: t(`nodes.${one}`) }))}
    >
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
    </SmallTable>
  )
}
