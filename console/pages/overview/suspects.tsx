import { Anchor, Group, Stack, Text } from '@mantine/core'
import { Link } from 'react-router'
import { ErrorState, HostText, LoadingState, useNumbers } from '../../parts/index.ts'
import { useWords } from '../../words/index.ts'
import { Card } from './card.tsx'
import type { OverviewCall } from './hosts-cards.tsx'

/** Processes of open alerts, and what they take of the processors. */
export function Suspects({ overview: { data, error, refetch } }: { readonly overview: OverviewCall }) {
  const { t } = useWords('overview')
  const { number } = useNumbers()
  return (
    <Card title={t('suspects.title')}>
      {error !== null && data === undefined ? <ErrorState error={error} retry={() => void refetch()} /> : null}
      {data === undefined && error === null ? <LoadingState /> : null}
      {data === undefined ? null : data.suspects.length === 0 ? (
        <Text size="sm" c="dimmed">
          {t('suspects.none')}
        </Text>
      ) : (
        <Stack gap={10} component="ul" m={0} p={0} style={{ listStyle: 'none' }}>
          {data.suspects.slice(0, 6).map((one, place) => (
            // biome-ignore lint/suspicious/noArrayIndexKey: two processes of an alert may have the same command.
            <li key={`${one.alert} ${place}`} style={{ minWidth: 0 }}>
              <Group justify="space-between" wrap="nowrap" gap="xs" align="flex-start">
                <Anchor component={Link} to={`/alerts/${one.alert}`} size="sm" lineClamp={2}>
                  <HostText>{one.command}</HostText>
                </Anchor>
                <Text size="sm" fw={600} style={{ whiteSpace: 'nowrap' }} title={t('suspects.of-core')}>
                  {number(Math.round(one.cpuPercent))} %
                </Text>
              </Group>
              <svg width="100%" height={4} aria-hidden>
                <rect width="100%" height={4} rx={2} fill="var(--mantine-color-default-border)" />
                <rect width={`${Math.min(100, one.cpuPercent)}%`} height={4} rx={2} fill="var(--davylamp-critical)" />
              </svg>
              <Text size="xs" c="dimmed">
                <HostText prose>{one.host.name}</HostText>
              </Text>
            </li>
          ))}
        </Stack>
      )}
    </Card>
  )
}
