import { Table } from '@mantine/core'
import { HostText } from '../../parts/index.ts'
import { useWords } from '../../words/index.ts'
import type { Entry } from './entry.ts'

/** Which file, and where. */
export function EntryFacts({ entry: { host, path, sha256 } }: { readonly entry: Entry }) {
  const { t } = useWords('quarantine')
  return (
    <Table variant="vertical" layout="fixed" withTableBorder>
      <Table.Tbody>
        <Table.Tr>
          <Table.Th w={90}>{t('restore.on')}</Table.Th>
          <Table.Td>
            <HostText>{host.name}</HostText>
          </Table.Td>
        </Table.Tr>
        <Table.Tr>
          <Table.Th>{t('restore.where')}</Table.Th>
          <Table.Td>
            <HostText>{path}</HostText>
          </Table.Td>
        </Table.Tr>
        <Table.Tr>
          <Table.Th>{t('hash')}</Table.Th>
          <Table.Td>
            <HostText>{sha256}</HostText>
          </Table.Td>
        </Table.Tr>
      </Table.Tbody>
    </Table>
  )
}
