import { Anchor, Stack, Table, Text } from '@mantine/core'
import { Link } from 'react-router'
import { useCall } from '../../center/index.ts'
import { ErrorState, HostText, LevelBadge, LoadingState, StatusBadge, Time } from '../../parts/index.ts'
import { useWords } from '../../words/index.ts'

/** The newest alerts that a rule had a part in. */
export function RuleAlerts({ rule }: { readonly rule: string }) {
  const { t } = useWords('rules')
  const { data, error, refetch, isPending } = useCall('listAlerts', { query: { rule, limit: 10 } })
  if (isPending) return <LoadingState />
  if (error !== null) return <ErrorState error={error} retry={() => void refetch()} />
  if (data.items.length === 0)
    return (
      <Text size="sm" c="dimmed">
        {t('one.no-alerts')}
      </Text>
    )
  return (
    <Stack gap={6} align="flex-start">
      <Table.ScrollContainer minWidth={320} w="100%">
        <Table withTableBorder verticalSpacing={6}>
          <Table.Thead>
            <Table.Tr>
              <Table.Th>{t('one.alert')}</Table.Th>
              <Table.Th>{t('one.host')}</Table.Th>
              <Table.Th>{t('list.level')}</Table.Th>
              <Table.Th>{t('one.status')}</Table.Th>
              <Table.Th>{t('one.seen')}</Table.Th>
            </Table.Tr>
          </Table.Thead>
          <Table.Tbody>
            {data.items.map(alert => (
              <Table.Tr key={alert.id}>
                <Table.Td>
                  <Anchor component={Link} to={`/alerts/${alert.id}`} size="sm">
                    <HostText prose>{alert.title}</HostText>
                  </Anchor>
                </Table.Td>
                <Table.Td>
                  <HostText>{alert.host.name}</HostText>
                </Table.Td>
                <Table.Td>
                  <LevelBadge level={alert.level} />
                </Table.Td>
                <Table.Td>
                  <StatusBadge status={alert.status} />
                </Table.Td>
                <Table.Td>
                  <Time at={alert.lastSeen} />
                </Table.Td>
              </Table.Tr>
            ))}
          </Table.Tbody>
        </Table>
      </Table.ScrollContainer>
      <Anchor component={Link} to={`/alerts?rule=${encodeURIComponent(rule)}`} size="sm">
        {t('one.alerts-all')}
      </Anchor>
    </Stack>
  )
}
