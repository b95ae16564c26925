import { Group, Loader, Stack, Text } from '@mantine/core'
import type { ReactNode } from 'react'
import { endedStates } from '../../../model/api/index.ts'
import { useCall } from '../../center/index.ts'
import { ErrorState, HostText, OrderStateBadge } from '../../parts/index.ts'
import { useWords } from '../../words/index.ts'

interface FollowedOrderProps {
  readonly order: string
  /** Shown once the host has done it. */
  readonly children: ReactNode
}

/** One order to one host, live, until it ended. */
export function FollowedOrder({ order, children }: FollowedOrderProps) {
  const { t } = useWords('quarantine')
  const { data, error, refetch } = useCall('getOrder', { params: { order } })
  if (error !== null && data === undefined) return <ErrorState error={error} retry={() => void refetch()} />
  const state = data?.state ?? 'queued'
  const ended = endedStates.some(one => one === state)
  return (
    <Stack gap="sm">
      <Group gap="xs" role="status">
        <OrderStateBadge state={state} />
        {ended || state === 'waiting-approval' ? null : <Loader size="xs" type="dots" aria-hidden />}
      </Group>
      {ended ? null : <Text size="sm">{t(state === 'waiting-approval' ? 'follow.approval' : 'follow.wait')}</Text>}
      {ended && state !== 'done' ? (
        <Text size="sm" component="div">
          {t('follow.not-done')} {data?.reason === undefined ? null : <HostText>{data.reason}</HostText>}
        </Text>
      ) : null}
      {state === 'done' ? children : null}
    </Stack>
  )
}
