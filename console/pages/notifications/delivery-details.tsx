import { Anchor, Button, Group, Modal, Stack, Text } from '@mantine/core'
import { Link } from 'react-router'
import { useCall, useChange } from '../../center/index.ts'
import { ErrorState, ErrorText, HostText, LoadingState, showDone, Time } from '../../parts/index.ts'
import { useWords } from '../../words/index.ts'
import { type Delivery, DeliveryState } from './delivery-state.tsx'
import { Tries } from './tries.tsx'

interface DeliveryDetailsProps {
  /** Absent: closed. */
  readonly delivery: Delivery | undefined
  readonly onClose: () => void
}

/** One delivery with each try; what failed or waits can be tried at once. */
export function DeliveryDetails({ delivery, onClose }: DeliveryDetailsProps) {
  const { t: part } = useWords('parts')
  return (
    <Modal
      opened={delivery !== undefined}
      onClose={onClose}
      size="lg"
      title={<HostText prose>{delivery?.title ?? ''}</HostText>}
      closeButtonProps={{ 'aria-label': part('close') }}
    >
      {delivery === undefined ? null : <Details id={delivery.id} />}
    </Modal>
  )
}

function Details({ id }: { readonly id: string }) {
  const { t } = useWords('notifications')
  const { data, error, refetch } = useCall('getDelivery', { params: { delivery: id } })
  const retry = useChange('retryDelivery', ['listDeliveries', 'getDelivery', 'listChannels'])
  if (data === undefined)
    return error === null ? <LoadingState /> : <ErrorState error={error} retry={() => void refetch()} />
  const again = () => retry.mutate({ params: { delivery: id } }, { onSuccess: () => showDone(t('deliveries.retried')) })
  return (
    <Stack gap="sm">
      <Group gap="xs">
        <DeliveryState state={data.state} />
        <HostText prose>{data.channel.name}</HostText>
        {data.host === undefined ? null : <HostText>{data.host}</HostText>}
      </Group>
      {data.state === 'due' ? (
        <Text size="sm">
          {t('deliveries.due')} <Time at={data.dueAt} as="full" />
        </Text>
      ) : null}
      {data.state === 'merged' ? <Text size="sm">{t('deliveries.merged-what')}</Text> : <Tries log={data.log} />}
      {data.alert === undefined ? null : (
        <Anchor component={Link} to={`/alerts/${data.alert}`} size="sm">
          {t('deliveries.alert')}
        </Anchor>
      )}
      <ErrorText error={retry.error} />
      {data.state === 'due' || data.state === 'dead' ? (
        <Group justify="flex-end">
          <Button onClick={again} loading={retry.isPending}>
            {t('deliveries.retry')}
          </Button>
        </Group>
      ) : null}
    </Stack>
  )
}
