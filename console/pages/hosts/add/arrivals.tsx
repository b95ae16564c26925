import { Anchor, Button, Group, Loader, Paper, Stack, Switch, Text, Title } from '@mantine/core'
import { CircleCheck, Hourglass } from 'lucide-react'
import { useEffect, useRef, useState } from 'react'
import { Link } from 'react-router'
import type { z } from 'zod'
import type { enrolmentTokenObject } from '../../../../model/api/index.ts'
import { type ItemOf, useCall, useChange } from '../../../center/index.ts'
import {
  ErrorText,
  HostText,
  Presence,
  Score,
  Time,
  useNumbers,
  useScanProgress,
  VerdictBadge,
} from '../../../parts/index.ts'
import { useSession } from '../../../session/index.ts'
import { useWords } from '../../../words/index.ts'
import { PendingEnrolment } from '../enrolment/index.ts'

interface ArrivalsProps {
  readonly token: z.infer<typeof enrolmentTokenObject>
  readonly onAgain: () => void
}

/** Waits for the servers that join with a token, lets them in, and shows the first look at each. */
export function Arrivals({ token, onAgain }: ArrivalsProps) {
  const { t } = useWords('hosts')
  const { number } = useNumbers()
  const { can } = useSession()
  const mayScan = can('scans:start', token.group.id)
  const [scanning, setScanning] = useState(mayScan)
  // The live view tells of them at once; asking now and then is for when it was interrupted.
  const { items } = useEnrolments(token.id)
  const pending = items.filter(one => one.state === 'pending')
  const arrived = items.filter(one => one.host !== undefined)
  const left = Math.max(0, token.usesLeft - arrived.length)
  return (
    <Stack gap="md">
      <Paper withBorder p="md">
        <Group justify="space-between">
          <Group gap="sm" role="status">
            {left > 0 ? <Hourglass size={20} aria-hidden /> : <CircleCheck color="var(--davylamp-good)" aria-hidden />}
            <Text fw={600}>
              {left > 0 ? t('wizard.waiting', { count: left, replace: { count: number(left) } }) : t('wizard.all-here')}
            </Text>
            {arrived.length === 0 ? null : (
              <Text size="sm" c="dimmed">
                {t('wizard.arrived-count', { count: arrived.length, replace: { count: number(arrived.length) } })}
              </Text>
            )}
          </Group>
          {mayScan ? (
            <Switch
              size="sm"
              label={t('wizard.scan-each')}
              checked={scanning}
              onChange={event => setScanning(event.currentTarget.checked)}
            />
          ) : null}
        </Group>
        {items.length === 0 ? (
          <Text size="sm" c="dimmed" mt="xs">
            {t('wizard.waiting-what')}
          </Text>
        ) : null}
      </Paper>
      {pending.length === 0 ? null : (
        <section aria-label={t('enrolment.waiting')}>
          <Title order={2} size="h5" mb="xs">
            {t('enrolment.waiting')}
          </Title>
          <Stack gap="xs">
            {pending.map(one => (
              <PendingEnrolment key={one.id} enrolment={one} />
            ))}
          </Stack>
        </section>
      )}
      {arrived.map(one => (
        <Arrived key={one.id} enrolment={one} scan={scanning} />
      ))}
      <Group gap="xs">
        <Button component={Link} to="/hosts" variant="default">
          {t('wizard.to-hosts')}
        </Button>
        <Button variant="subtle" onClick={onAgain}>
          {t('wizard.again')}
        </Button>
      </Group>
    </Stack>
  )
}

function useEnrolments(token: string): { readonly items: readonly ItemOf<'listEnrolments'>[] } {
  const { data } = useCall('listEnrolments', { query: { limit: 200 } }, { everyMs: 5_000 })
  return { items: (data?.items ?? []).filter(one => one.token.id === token) }
}

interface ArrivedProps {
  readonly enrolment: ItemOf<'listEnrolments'>
  readonly scan: boolean
}

/** One server that is there: its first scan, and what came of it. */
function Arrived({ enrolment, scan }: ArrivedProps) {
  const { t } = useWords('hosts')
  const { number, percent } = useNumbers()
  const id = enrolment.host?.id ?? ''
  const host = useCall('getHost', { params: { host: id } }, { enabled: id !== '' })
  const start = useChange('startScan', ['listTasks'])
  const asked = useRef(false)
  const online = host.data?.online === true
  const scanned = host.data?.lastScanAt !== undefined
  const { mutate } = start
  useEffect(() => {
    // Once: a host that has been scanned already, or was asked, is left alone.
    if (!scan || !online || scanned || asked.current) return
    asked.current = true
    mutate({ body: { scope: { hosts: [id] } } })
  }, [scan, online, scanned, id, mutate])
  const progress = useScanProgress(id)
  if (host.data === undefined) return null
  const { name, score, openAlerts, verdict, lastScanAt, lastSeen, offlineReason } = host.data
  return (
    <Paper withBorder p="md" aria-live="polite">
      <Group justify="space-between" align="flex-start">
        <div>
          <Text fw={600}>
            {t('wizard.arrived')}{' '}
            <Anchor component={Link} to={`/hosts/${id}`} inherit>
              <HostText prose>{name}</HostText>
            </Anchor>
          </Text>
          <Text size="xs" c="dimmed">
            <HostText>{enrolment.address}</HostText> · <HostText prose>{enrolment.group.name}</HostText>
          </Text>
        </div>
        {lastSeen === undefined ? null : <Presence online={online} lastSeen={lastSeen} reason={offlineReason} />}
      </Group>
      <Group gap="md" mt="xs">
        {lastScanAt === undefined ? (
          <Group gap="xs">
            {asked.current || progress !== undefined ? <Loader size="xs" /> : null}
            <Text size="sm">
              {progress?.share !== undefined
                ? t('wizard.scanning-share', { share: percent(progress.share) })
                : asked.current
                  ? t('wizard.scanning')
                  : online
                    ? t('wizard.not-scanned')
                    : t('wizard.connecting')}
            </Text>
          </Group>
        ) : (
          <>
            <Text size="sm">
              {t('wizard.first-scan')} <Time at={lastScanAt} />
            </Text>
            <VerdictBadge verdict={verdict} />
            <Score score={score} />
            <Anchor component={Link} to={`/hosts/${id}/${openAlerts > 0 ? 'alerts' : 'state'}`} size="sm">
              {t('open-alerts', { count: openAlerts, replace: { count: number(openAlerts) } })}
            </Anchor>
          </>
        )}
      </Group>
      <ErrorText error={start.error} />
    </Paper>
  )
}
