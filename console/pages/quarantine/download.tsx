import { Button, Group, Stack, Text } from '@mantine/core'
import { Download as DownloadIcon } from 'lucide-react'
import { useState } from 'react'
import { api, useChange } from '../../center/index.ts'
import { CopyText, ErrorText } from '../../parts/index.ts'
import { useWords } from '../../words/index.ts'
import type { Entry } from './entry.ts'
import { type EntryDialogProps, EntryOrder } from './entry-order.tsx'
import { saveFile } from './save-file.ts'

/** The custom of those who exchange malware; so that nothing opens it by mistake. */
const password = 'infected'

/** Asks the host for the file, waits for it, then lets it be saved as an archive with a password. */
export function Download(dialog: EntryDialogProps) {
  const { t } = useWords('quarantine')
  const { mutateAsync } = useChange('fetchQuarantined', ['listOrders'])
  return (
    <EntryOrder
      {...dialog}
      words="download"
      danger={t('download.danger')}
      order={mutateAsync}
      done={entry => <Ready entry={entry} />}
    />
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
