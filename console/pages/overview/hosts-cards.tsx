import { Anchor, Group, Stack, Text } from '@mantine/core'
import { Link } from 'react-router'
import type { useCall } from '../../center/index.ts'
import { ErrorState, HostText, LoadingState, OfflineReason, Score, Time, useNumbers } from '../../parts/index.ts'
import { useWords } from '../../words/index.ts'
import { Card } from './card.tsx'
import type { Summary } from './page.tsx'

export type OverviewCall = ReturnType<typeof useCall<'overview'>>

const most = 6

/** Those with the lowest scores. */
export function RiskiestHosts({ summary }: { readonly summary: Summary }) {
  const { t } = useWords('overview')
  const { number } = useNumbers()
  return (
    <Card title={t('riskiest.title')}>
      {summary.riskiest.length === 0 ? (
        <Text size="sm" c="dimmed">
          {t('riskiest.none')}
        </Text>
      ) : (
        <Stack gap={8} component="ul" m={0} p={0} style={{ listStyle: 'none' }}>
          {summary.riskiest.slice(0, most).map(host => (
            <Group key={host.id} component="li" justify="space-between" wrap="nowrap" gap="xs">
              <div style={{ minWidth: 0 }}>
                <Anchor component={Link} to={`/hosts/${host.id}`} size="sm" fw={600} lineClamp={1}>
                  <HostText prose>{host.name}</HostText>
                </Anchor>
                <Text size="xs" c="dimmed">
                  {t('riskiest.alerts', { count: host.openAlerts, replace: { count: number(host.openAlerts) } })}
                </Text>
              </div>
              <Score score={host.score} />
            </Group>
          ))}
        </Stack>
      )}
    </Card>
  )
}

interface OfflineHostsProps {
  readonly summary: Summary
  readonly overview: OverviewCall
}

/** Those whose agent is away, the longest first, each with why. */
export function OfflineHosts({ summary, overview: { data, error, refetch } }: OfflineHostsProps) {
  const { t } = useWords('overview')
  const { number } = useNumbers()
  const { offline } = summary.hosts
  return (
    <Card
      title={t('offline.title')}
      more={
        offline === 0 ? null : (
          <Anchor component={Link} to="/hosts?online=false" size="sm">
            {t('offline.all', { count: offline, replace: { count: number(offline) } })}
          </Anchor>
        )
      }
    >
      {error !== null && data === undefined ? <ErrorState error={error} retry={() => void refetch()} /> : null}
      {data === undefined && error === null ? <LoadingState /> : null}
      {data === undefined ? null : data.offline.length === 0 ? (
        <Text size="sm" c="dimmed">
          {t('offline.none')}
        </Text>
      ) : (
        <Stack gap={8} component="ul" m={0} p={0} style={{ listStyle: 'none' }}>
          {data.offline.slice(0, most).map(host => (
            <li key={host.id} style={{ minWidth: 0 }}>
              <Group justify="space-between" wrap="nowrap" gap="xs">
                <Anchor component={Link} to={`/hosts/${host.id}/agent`} size="sm" fw={600} lineClamp={1}>
                  <HostText prose>{host.name}</HostText>
                </Anchor>
                <Text size="xs" c="dimmed" style={{ whiteSpace: 'nowrap' }}>
                  {host.since === undefined ? null : <Time at={host.since} />}
                </Text>
              </Group>
              <Text size="xs" c="dimmed">
                {host.reason === undefined ? t('offline.unknown') : <OfflineReason reason={host.reason} />}
              </Text>
            </li>
          ))}
        </Stack>
      )}
    </Card>
  )
}
