import { Alert, Button, Group, Modal, Stack, Text } from '@mantine/core'
import { Download as DownloadIcon } from 'lucide-react'
import { useState } from 'react'
import { api, useChange } from '../../center/index.ts'
import { ConfirmDialog, CopyText, ErrorText, HostText } from '../../parts/index.ts'
import { useWords } from '../../words/index.ts'
import { FollowedOrder } from './followed-order.tsx'
import type { Entry } from './entry.ts'
import { EntryFacts } from './restore.tsx'
import { saveFile } from './save-file.ts'

interface DownloadProps {
  /** Absent: closed. */
  readonly entry: Entry | undefined
  readonly onClose: () => void
}

/** The custom of those who exchange malware; so that nothing opens it by mistake. */
const password = 'infected'

/** Asks the host for the file, waits for it, then lets it be saved as an archive with a password. */
export function Download({ entry, onClose }: DownloadProps) {
  const { t } = useWords('quarantine')
  const { t: part } = useWords('parts')
  const [fetched, setFetched] = useState<{ readonly order: string; readonly entry: Entry }>()
  const fetchIt = useChange('fetchQuarantined', ['listOrders'])
  const go = async () => {
    if (entry === undefined) return
    const { order } = await fetchIt.mutateAsync({ params: { host: entry.host.id, entry: entry.id } })
    setFetched({ order, entry })
  }
  return (
    <>
      <ConfirmDialog
        opened={entry !== undefined}
        title={t('download.title')}
        confirm={t('download.go')}
        onConfirm={go}
        onClose={onClose}
      >
        {entry === undefined ? null : (
          <Stack gap="xs">
            <Text size="sm">{t('download.what')}</Text>
            <EntryFacts entry={entry} />
            <Alert color="yellow" variant="light" p="xs">
              <Text size="sm">{t('download.danger')}</Text>
            </Alert>
          </Stack>
        )}
      </ConfirmDialog>
      <Modal
        opened={fetched !== undefined}
        onClose={() => setFetched(undefined)}
        title={<HostText prose>{t('download.progress', { path: fetched?.entry.path ?? '' })}</HostText>}
        closeButtonProps={{ 'aria-label': part('close') }}
      >
        {fetched === undefined ? null : (
          <Stack gap="sm">
            <FollowedOrder order={fetched.order}>
              <Ready entry={fetched.entry} />
            </FollowedOrder>
            <Group justify="flex-end">
              <Button variant="default" onClick={() => setFetched(undefined)} data-autofocus>
                {t('follow.close')}
              </Button>
            </Group>
          </Stack>
        )}
      </Modal>
    </>
  )
}

function Ready({ entry }: { readonly entry: Entry }) {
  const { t } = useWords('quarantine')
  const [busy, setBusy] = useState(false)
  const [failed, setFailed] = useState<unknown>()
  const save = async () => {
    setBusy(true)
    setFailed(undefined)
    try {
      const answer = await api.quarantinedFile({ params: { host: entry.host.id, entry: entry.id } })
      saveFile(await answer.blob(), `quarantined-${entry.sha256.slice(0, 16)}.zip`)
    } catch (error) {
      setFailed(error)
    } finally {
      setBusy(false)
    }
  }
  return (
    <Stack gap="xs">
      <Text size="sm">{t('download.ready')}</Text>
      <CopyText>{password}</CopyText>
      <Group>
        <Button leftSection={<DownloadIcon size={16} aria-hidden />} loading={busy} onClick={() => void save()}>
          {t('download.save')}
        </Button>
      </Group>
      <ErrorText error={failed} />
    </Stack>
  )
}
