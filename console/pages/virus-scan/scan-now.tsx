import { Anchor, Group, Paper, SimpleGrid, Stack, Text, Title } from '@mantine/core'
import { useState } from 'react'
import { Link, useNavigate } from 'react-router'
import { type AnswerTo, useCall } from '../../center/index.ts'
import { ErrorState, RefusedHosts, StartScanForm, useNumbers, VerdictBadge } from '../../parts/index.ts'
import { useSession } from '../../session/index.ts'
import { useWords } from '../../words/index.ts'
import { ScanTasks } from './scan-tasks.tsx'

/** Start one, follow those that run, and how the hosts stand. */
export function ScanNow() {
  const { t } = useWords('virus-scan')
  const { can } = useSession()
  const navigate = useNavigate()
  const [started, setStarted] = useState<AnswerTo<'startScan'>>()
  return (
    <Stack gap="md">
      <SimpleGrid cols={{ base: 1, md: can('scans:start') ? 2 : 1 }} spacing="md">
        {can('scans:start') ? (
          <Paper withBorder p="md">
            <Title order={2} size="h5" mb="sm">
              {t('start')}
            </Title>
            <StartScanForm
              onStarted={answer => {
                if (answer.hosts > 0) void navigate(`/virus-scan/tasks/${answer.task}`)
                else setStarted(answer)
              }}
            />
            {started === undefined ? null : <RefusedHosts refused={started.refused} />}
          </Paper>
        ) : null}
        <HostsByVerdict />
      </SimpleGrid>
      <ScanTasks />
    </Stack>
  )
}

const verdicts = ['confirmed', 'suspected', 'exposure', 'nothing', 'unknown'] as const

/** How many hosts stand how, after their last scans. */
function HostsByVerdict() {
  const { t } = useWords('virus-scan')
  const { number } = useNumbers()
  const { data, error, refetch } = useCall('fleetSummary')
  if (error !== null && data === undefined) return <ErrorState error={error} retry={() => void refetch()} />
  const counts = data?.hosts.byVerdict ?? {}
  const total = data?.hosts.total ?? 0
  return (
    <Paper withBorder p="md">
      <Title order={2} size="h5" mb="sm">
        {t('results')}
      </Title>
      <Stack gap={6} component="ul" m={0} p={0} style={{ listStyle: 'none' }}>
        {verdicts.map(verdict => {
          const count = counts[verdict] ?? 0
          return (
            <Group key={verdict} component="li" gap="sm" wrap="nowrap">
              <div style={{ width: 150, flexShrink: 0 }}>
                <VerdictBadge verdict={verdict} />
              </div>
              <svg width="100%" height={8} aria-hidden style={{ flex: 1, minWidth: 20 }}>
                <rect width="100%" height={8} rx={4} fill="var(--mantine-color-default-border)" />
                <rect
                  width={`${total === 0 ? 0 : (100 * count) / total}%`}
                  height={8}
                  rx={4}
                  fill={`var(--davylamp-${bars[verdict]})`}
                />
              </svg>
              <Anchor
                component={Link}
                to={`/hosts?verdict=${verdict}`}
                size="sm"
                aria-label={t('hosts-with', { count, verdict: t(`verdict-names.${verdict}`) })}
                style={{ minWidth: '3em', textAlign: 'end' }}
              >
                {number(count)}
              </Anchor>
            </Group>
          )
        })}
      </Stack>
      <Text size="xs" c="dimmed" mt="sm">
        {t('results-what')}
      </Text>
    </Paper>
  )
}

const bars = {
  confirmed: 'critical',
  suspected: 'high',
  exposure: 'medium',
  nothing: 'good',
  unknown: 'informational',
} as const
