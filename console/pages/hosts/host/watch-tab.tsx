import { Alert, Anchor, Group, Paper, Stack, Text, Title } from '@mantine/core'
import { TriangleAlert } from 'lucide-react'
import { useState } from 'react'
import { Link } from 'react-router'
import type { WatchingHost } from '../../../../model/api/index.ts'
import { useCall, useList } from '../../../center/index.ts'
import { DetectionDrawer, DetectionTable, ModeBadge, SensorTable, TroubleBadges } from '../../../detections/index.ts'
import { EmptyState, ErrorState, HostText, LoadingState, Time, useNumbers } from '../../../parts/index.ts'
import { useSession } from '../../../session/index.ts'
import { useWords } from '../../../words/index.ts'
import type { Host } from './host-page.tsx'

/** What the agent listens to here, how far prevention goes, and what was noticed last. */
export function WatchTab({ host }: { readonly host: Host }) {
  const { t } = useWords('hosts')
  const { can } = useSession()
  const { data, error, refetch } = useCall('getHostWatch', { params: { host: host.id } })
  return (
    <Stack gap="md">
      {data === undefined ? (
        error === null ? (
          <LoadingState />
        ) : (
          <ErrorState error={error} retry={() => void refetch()} />
        )
      ) : data.watch === undefined ? (
        <EmptyState title={t('watch.none')}>{t('watch.none-what')}</EmptyState>
      ) : (
        <Watching watching={data} watch={data.watch} />
      )}
      {can('alerts:read', host.group.id) ? <LastDetections host={host} /> : null}
    </Stack>
  )
}

interface WatchingProps {
  readonly watching: WatchingHost
  readonly watch: NonNullable<WatchingHost['watch']>
}

const counted = ['denied', 'killed', 'wouldHave', 'asked', 'late'] as const

function Watching({ watching, watch: { prevention, sensors } }: WatchingProps) {
  const { t } = useWords('hosts')
  const { number } = useNumbers()
  return (
    <>
      <Paper withBorder p="md">
        <Group justify="space-between" mb="sm">
          <Title order={2} size="h5">
            {t('watch.prevention')}
          </Title>
          <ModeBadge mode={prevention.mode} />
        </Group>
        {prevention.problem === undefined ? null : (
          <Alert color="orange" variant="light" mb="sm" icon={<TriangleAlert aria-hidden />} title={t('watch.less')}>
            <HostText prose>{prevention.problem}</HostText>
          </Alert>
        )}
        <Group gap="xl">
          {counted.map(one => (
            <div key={one}>
              <Text fw={700} fz="lg" lh={1.2}>
                {number(prevention[one])}
              </Text>
              <Text size="xs" c="dimmed">
                {t(`watch.counts.${one}`)}
              </Text>
            </div>
          ))}
        </Group>
      </Paper>
      <Paper withBorder p="md">
        <Group justify="space-between" mb="sm">
          <Title order={2} size="h5">
            {t('watch.sensors')}
          </Title>
          <TroubleBadges troubles={watching.troubles} />
        </Group>
        <SensorTable sensors={sensors} />
        {watching.reportedAt === undefined ? null : (
          <Text size="xs" c="dimmed" mt="xs">
            {t('watch.reported')} <Time at={watching.reportedAt} />
          </Text>
        )}
      </Paper>
    </>
  )
}

function LastDetections({ host }: { readonly host: Host }) {
  const { t } = useWords('hosts')
  const list = useList('listDetections', { query: { host: host.id } }, { limit: 20 })
  const [shown, setShown] = useState<string>()
  return (
    <section aria-label={t('watch.detections')}>
      <Group justify="space-between" mb="xs">
        <Title order={2} size="h5">
          {t('watch.detections')}
        </Title>
        <Anchor component={Link} to={`/prevention?host=${host.id}`} size="sm">
          {t('watch.all')}
        </Anchor>
      </Group>
      <DetectionTable
        list={list}
        onShow={setShown}
        withHost={false}
        height="360px"
        empty={
          <Text size="sm" c="dimmed">
            {t('watch.no-detections')}
          </Text>
        }
      />
      <DetectionDrawer detection={shown} onClose={() => setShown(undefined)} />
    </section>
  )
}
