import { Alert, Button, Group, Modal, Stack, Text } from '@mantine/core'
import { type ReactNode, useState } from 'react'
import { ConfirmDialog, HostText } from '../../parts/index.ts'
import { useWords } from '../../words/index.ts'
import type { Entry } from './entry.ts'
import { EntryFacts } from './entry-facts.tsx'
import { FollowedOrder } from './followed-order.tsx'

export interface EntryDialogProps {
  /** Absent: closed. */
  readonly entry: Entry | undefined
  readonly onClose: () => void
}

interface EntryOrderProps extends EntryDialogProps {
  /** Its words are `title`, `go`, `what` and `progress` below this name. */
  readonly words: 'download' | 'restore'
  readonly danger: string
  readonly order: (asked: { readonly params: { readonly host: string; readonly entry: string } }) => Promise<{
    readonly order: string
  }>
  /** Shown once the host has done it. */
  readonly done: (entry: Entry) => ReactNode
}

/** Asks, orders, and follows until the host has done it. */
export function EntryOrder({ entry, onClose, words, danger, order, done }: EntryOrderProps) {
  const { t } = useWords('quarantine')
  const { t: part } = useWords('parts')
  const [ordered, setOrdered] = useState<{ readonly order: string; readonly entry: Entry }>()
  const go = async () => {
    if (entry === undefined) return
    const { order: id } = await order({ params: { host: entry.host.id, entry: entry.id } })
    setOrdered({ order: id, entry })
  }
  const close = () => setOrdered(undefined)
  return (
    <>
      <ConfirmDialog
        opened={entry !== undefined}
        title={t(`${words}.title`)}
        confirm={t(`${words}.go`)}
        onConfirm={go}
        onClose={onClose}
      >
        {entry === undefined ? null : (
          <Stack gap="xs">
            <Text size="sm">{t(`${words}.what`)}</Text>
            <EntryFacts entry={entry} />
            <Alert color="yellow" variant="light" p="xs">
              <Text size="sm">{danger}</Text>
            </Alert>
          </Stack>
        )}
      </ConfirmDialog>
      <Modal
        opened={ordered !== undefined}
        onClose={close}
        title={<HostText prose>{t(`${words}.progress`, { path: ordered?.entry.path ?? '' })}</HostText>}
        closeButtonProps={{ 'aria-label': part('close') }}
      >
        {ordered === undefined ? null : (
          <Stack gap="sm">
            <FollowedOrder order={ordered.order}>{done(ordered.entry)}</FollowedOrder>
            <Group justify="flex-end">
              <Button variant="default" onClick={close} data-autofocus>
                {t('follow.close')}
              </Button>
            </Group>
          </Stack>
        )}
      </Modal>
    </>
  )
}
