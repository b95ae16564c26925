import { Stack, Table, Text } from '@mantine/core'
import { useList } from '../center/index.ts'
import { useWords } from '../words/index.ts'
import { OrderStateBadge } from './alert-words.tsx'
import { HostLink } from './host-link.tsx'
import { HostText } from './host-text.tsx'
import { ErrorState, LoadingState } from './states.tsx'

/** What each host says about a task, live. */
export function TaskOrders({ task }: { readonly task: string }) {
  const { t } = useWords('parts')
  const { items, query } = useList('listOrders', { query: { task } }, { limit: 200 })
  if (query.isPending) return <LoadingState />
  if (query.error !== null) return <ErrorState error={query.error} retry={() => void query.refetch()} />
  return (
    <Table.ScrollContainer minWidth={260} mah={320}>
      <Table verticalSpacing={6}>
        <Table.Thead>
          <Table.Tr>
            <Table.Th>{t('task.host')}</Table.Th>
            <Table.Th>{t('task.state')}</Table.Th>
          </Table.Tr>
        </Table.Thead>
        <Table.Tbody>
          {items.map(({ id, host, state, reason }) => (
            <Table.Tr key={id}>
              <Table.Td>
                <HostLink host={host} />
              </Table.Td>
              <Table.Td>
                <Stack gap={2} align="flex-start">
                  <OrderStateBadge state={state} />
                  {reason === undefined ? null : (
                    <Text size="xs" c="dimmed" component="span">
                      <HostText>{reason}</HostText>
                    </Text>
                  )}
                </Stack>
              </Table.Td>
            </Table.Tr>
          ))}
        </Table.Tbody>
      </Table>
    </Table.ScrollContainer>
  )
}
