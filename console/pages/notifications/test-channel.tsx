import { Button, Group, Loader, Modal, Stack, Text } from '@mantine/core'
import { useEffect, useState } from 'react'
import { useCall, useChange } from '../../center/index.ts'
import { ErrorText, HostText } from '../../parts/index.ts'
import { useWords } from '../../words/index.ts'
import type { Channel } from './channel-form.tsx'
import { Tries } from './tries.tsx'

interface TestChannelProps {
  /** Absent: closed. */
  readonly channel: Channel | undefined
  readonly onClose: () => void
}

/** Sends a test message and waits for what the receiver says. */
export function TestChannel({ channel, onClose }: TestChannelProps) {
  const { t } = useWords('notifications')
  const { t: part } = useWords('parts')
  return (
    <Modal
      opened={channel !== undefined}
      onClose={onClose}
      title={<HostText prose>{t('test.title', { name: channel?.name ?? '' })}</HostText>}
      closeButtonProps={{ 'aria-label': part('close') }}
    >
      {channel === undefined ? null : <Test channel={channel.id} onClose={onClose} />}
    </Modal>
  )
}

function Test({ channel, onClose }: { readonly channel: string; readonly onClose: () => void }) {
  const { t } = useWords('notifications')
  const test = useChange('testChannel', ['listDeliveries'])
  const { mutate } = test
  const [begun, setBegun] = useState(false)
  useEffect(() => {
    if (begun) return
    setBegun(true)
    mutate({ params: { channel } })
  }, [begun, mutate, channel])
  const delivery = test.data?.delivery
  const { data, error } = useCall(
    'getDelivery',
    { params: { delivery: delivery ?? '' } },
    { enabled: delivery !== undefined },
  )
  const state = data?.state ?? 'due'
  const failed = test.error ?? error
  return (
    <Stack gap="sm">
      <Group gap="xs" role="status">
        {state === 'due' && failed === null ? (
          <>
            <Loader size="xs" type="dots" aria-hidden />
            <Text size="sm">{t('test.sending')}</Text>
          </>
        ) : null}
        {state === 'delivered' ? <Text fw={600}>{t('test.delivered')}</Text> : null}
        {state === 'dead' ? <Text fw={600}>{t('test.failed')}</Text> : null}
      </Group>
      {data === undefined || data.log.length === 0 ? null : <Tries log={data.log} />}
      <ErrorText error={failed} />
      <Group justify="flex-end" gap="xs">
        <Button
          variant="default"
          disabled={state === 'due' && failed === null}
          onClick={() => test.mutate({ params: { channel } })}
        >
          {t('test.again')}
        </Button>
        <Button onClick={onClose} data-autofocus>
          {t('test.close')}
        </Button>
      </Group>
    </Stack>
  )
}
