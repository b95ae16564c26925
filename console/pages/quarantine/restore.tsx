import { Alert, Button, Group, Modal, Stack, Table, Text } from '@mantine/core'
import { useState } from 'react'
import { useChange } from '../../center/index.ts'
import { ConfirmDialog, HostText } from '../../parts/index.ts'
import { useWords } from '../../words/index.ts'
import { FollowedOrder } from './followed-order.tsx'
import type { Entry } from './entry.ts'

interface RestoreProps {
  /** Absent: closed. */
  readonly entry: Entry | undefined
  readonly onClose: () => void
}

/** Asks, orders, and follows until the host has put the file back. */
export function Restore({ entry, onClose }: RestoreProps) {
  const { t } = useWords('quarantine')
  const { t: part } = useWords('parts')
  const [ordered, setOrdered] = useState<{ readonly order: string; readonly path: string }>()
  const restore = useChange('restoreQuarantined', ['listQuarantine', 'listOrders'])
  const go = async () => {
    if (entry === undefined) return
    const { order } = await restore.mutateAsync({ params: { host: entry.host.id, entry: entry.id } })
    setOrdered({ order, path: entry.path })
  }
  return (
    <>
      <ConfirmDialog
        opened={entry !== undefined}
        title={t('restore.title')}
        confirm={t('restore.go')}
        onConfirm={go}
        onClose={onClose}
      >
        {entry === undefined ? null : (
          <Stack gap="xs">
            <Text size="sm">{t('restore.what')}</Text>
            <EntryFacts entry={entry} />
            <Alert color="yellow" variant="light" p="xs">
              <Text size="sm">{t('restore.again')}</Text>
            </Alert>
          </Stack>
        )}
      </ConfirmDialog>
      <Modal
        opened={ordered !== undefined}
        onClose={() => setOrdered(undefined)}
        title={<HostText prose>{t('restore.progress', { path: ordered?.path ?? '' })}</HostText>}
        closeButtonProps={{ 'aria-label': part('close') }}
      >
        {ordered === undefined ? null : (
          <Stack gap="sm">
            <FollowedOrder order={ordered.order}>
              <Text size="sm">{t('restore.done')}</Text>
            </FollowedOrder>
            <Group justify="flex-end">
              <Button variant="default" onClick={() => setOrdered(undefined)} data-autofocus>
                {t('follow.close')}
              </Button>
            </Group>
          </Stack>
        )}
      </Modal>
    </>
  )
}

/** Which file, and where. */
export function EntryFacts({ entry: { host, path, sha256 } }: { readonly entry: Entry }) {
  const { t } = useWords('quarantine')
  return (
    <Table variant="vertical" layout="fixed" withTableBorder>
      <Table.Tbody>
        <Table.Tr>
          <Table.Th w={90}>{t('restore.on')}</Table.Th>
          <Table.Td>
            <HostText>{host.name}</HostText>
          </Table.Td>
        </Table.Tr>
        <Table.Tr>
          <Table.Th>{t('restore.where')}</Table.Th>
          <Table.Td>
            <HostText>{path}</HostText>
          </Table.Td>
        </Table.Tr>
        <Table.Tr>
          <Table.Th>{t('hash')}</Table.Th>
          <Table.Td>
            <HostText>{sha256}</HostText>
          </Table.Td>
        </Table.Tr>
      </Table.Tbody>
    </Table>
  )
}
