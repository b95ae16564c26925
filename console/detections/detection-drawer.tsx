import { Anchor, Drawer, Group, Stack, Text } from '@mantine/core'
import { useCallback } from 'react'
import { Link } from 'react-router'
import { useCall } from '../center/index.ts'
import { ErrorState, HostLink, HostText, LevelBadge, LoadingState, Time, VerdictBadge } from '../parts/index.ts'
import { useWords } from '../words/index.ts'
import { DetectionEvidence } from './detection-evidence.tsx'
import { OutcomeBadges } from './outcome-badges.tsx'
import { ScanForPlan } from './scan-for-plan.tsx'

interface DetectionDrawerProps {
  /** `undefined`: closed. */
  readonly detection: string | undefined
  readonly onClose: () => void
}

/** One detection with all that its host says of it. */
export function DetectionDrawer({ detection, onClose }: DetectionDrawerProps) {
  const { t } = useWords('detections')
  const { t: part } = useWords('parts')
  return (
    <Drawer
      opened={detection !== undefined}
      onClose={onClose}
      position="right"
      size="lg"
      title={t('one')}
      closeButtonProps={{ 'aria-label': part('close') }}
    >
      {detection === undefined ? null : <Shown key={detection} detection={detection} />}
    </Drawer>
  )
}

function Shown({ detection }: { readonly detection: string }) {
  const { t } = useWords('detections')
  const { data, error, refetch } = useCall('getDetection', { params: { detection } })
  const told = useCall('getAlert', { params: { alert: data?.alert ?? '' } }, { enabled: data?.alert !== undefined })
  const refetchAlert = told.refetch
  const refresh = useCallback(async () => {
    await refetch()
    await refetchAlert()
  }, [refetch, refetchAlert])
  if (data === undefined)
    return error === null ? <LoadingState /> : <ErrorState error={error} retry={() => void refetch()} />
  return (
    <Stack gap="md">
      <div>
        <Text fw={600}>
          <HostText prose>{data.title}</HostText>
        </Text>
        <Group gap={4} mt={4}>
          <VerdictBadge verdict={data.verdict} />
          <LevelBadge level={data.level} />
          <OutcomeBadges outcomes={data.outcomes} />
        </Group>
        <Text size="sm" mt={6} component="div">
          <HostLink host={data.host} /> · <Time at={data.at} as="full" />
          {data.alert === undefined ? null : (
            <>
              {' · '}
              <Anchor component={Link} to={`/alerts/${data.alert}`} size="sm" underline="always">
                {t('alert')}
              </Anchor>
            </>
          )}
        </Text>
      </div>
      <ScanForPlan
        host={data.host}
        waits={data.alert === undefined || (told.data?.about === 'detection' && told.data.status === 'open')}
        incident={told.data?.about === 'incident' ? told.data.id : undefined}
        refresh={refresh}
      />
      <DetectionEvidence evidence={data.evidence} host={data.host.id} />
    </Stack>
  )
}
