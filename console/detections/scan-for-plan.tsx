import { Alert, Button, Group, Text } from '@mantine/core'
import { Ear, ScanSearch } from 'lucide-react'
import { useEffect, useState } from 'react'
import { Link } from 'react-router'
import { endedStates } from '../../model/api/index.ts'
import { useCall, useChange } from '../center/index.ts'
import { ErrorText, RefusedHosts } from '../parts/index.ts'
import { useSession } from '../session/index.ts'
import { useWords } from '../words/index.ts'

interface ScanForPlanProps {
  readonly host: { readonly id: string; readonly group: string }
  /** It was only noticed so far, and somebody still has to deal with it. */
  readonly waits: boolean
  /** The alert that has a plan, once there is one. */
  readonly incident: string | undefined
  /** Asks the center anew what became of it. */
  readonly refresh: () => Promise<unknown>
}

/** From what was noticed the short way to a plan: a quick scan, and what it found. Shown where there is no plan, and until the one asked for is there. */
export function ScanForPlan({ host, waits, incident, refresh }: ScanForPlanProps) {
  const { t } = useWords('detections')
  const { can } = useSession()
  const start = useChange('startScan', ['listTasks', 'listOrders'])
  const asked = start.data
  if (asked === undefined && (!waits || !can('scans:start', host.group))) return null
  const go = () => start.mutate({ body: { scope: { hosts: [host.id] }, mode: 'quick' } })
  return (
    <Alert variant="light" color="blue" mb="md" icon={<Ear size={18} aria-hidden />} title={t('scan.title')}>
      {asked === undefined ? (
        <>
          <Text size="sm">{t('scan.what')}</Text>
          <ErrorText error={start.error} />
          <Button
            size="xs"
            mt="xs"
            leftSection={<ScanSearch size={14} aria-hidden />}
            loading={start.isPending}
            onClick={go}
          >
            {t('scan.start')}
          </Button>
        </>
      ) : (
        <>
          <RefusedHosts refused={asked.refused} />
          {asked.hosts === 0 ? null : <Followed task={asked.task} incident={incident} refresh={refresh} />}
        </>
      )}
    </Alert>
  )
}

interface FollowedProps extends Pick<ScanForPlanProps, 'incident' | 'refresh'> {
  readonly task: string
}

function Followed({ task, incident, refresh }: FollowedProps) {
  const { t } = useWords('detections')
  const { data } = useCall('getTask', { params: { task } })
  const [looked, setLooked] = useState(false)
  const states = data?.states ?? {}
  const ended = endedStates.some(one => (states[one] ?? 0) > 0)
  useEffect(() => {
    // The order ends after the scan was stored, so that what is asked now is the answer.
    if (ended) void refresh().finally(() => setLooked(true))
  }, [ended, refresh])
  if (incident !== undefined)
    return (
      <Group gap="sm" role="status">
        <Text size="sm">{t('scan.found')}</Text>
        <Button component={Link} to={`/alerts/${incident}?tab=cleanup`} size="xs">
          {t('scan.plan')}
        </Button>
      </Group>
    )
  const failed = ended && (states.done ?? 0) + (states.partial ?? 0) === 0
  const said = failed
    ? 'scan.failed'
    : looked
      ? 'scan.nothing'
      : (states.queued ?? 0) > 0
        ? 'scan.waiting'
        : 'scan.running'
  return (
    <Text size="sm" role="status">
      {t(said)}
    </Text>
  )
}
