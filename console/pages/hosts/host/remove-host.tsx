import { List, Text } from '@mantine/core'
import { useNavigate } from 'react-router'
import { useChange } from '../../../center/index.ts'
import { ConfirmDialog, HostText, showDone } from '../../../parts/index.ts'
import { useWords } from '../../../words/index.ts'
import type { Host } from './host-page.tsx'

interface RemoveHostProps {
  readonly host: Host
  readonly opened: boolean
  readonly onClose: () => void
}

export function RemoveHost({ host, opened, onClose }: RemoveHostProps) {
  const { t } = useWords('hosts')
  const navigate = useNavigate()
  const remove = useChange('removeHost', ['listHosts', 'fleetSummary', 'hostFacets', 'listGroups'])
  return (
    <ConfirmDialog
      opened={opened}
      title={t('remove.title')}
      confirm={t('remove.confirm')}
      ends="final"
      typed={host.name}
      onClose={onClose}
      onConfirm={async () => {
        await remove.mutateAsync({ params: { host: host.id } })
        showDone(t('remove.done'))
        await navigate('/hosts')
      }}
    >
      <Text size="sm" mb="xs">
        <HostText prose>{host.name}</HostText>
      </Text>
      <List size="sm" spacing={4}>
        <List.Item>{t('remove.agent')}</List.Item>
        <List.Item>{t('remove.history')}</List.Item>
        <List.Item>{t('remove.program')}</List.Item>
      </List>
    </ConfirmDialog>
  )
}
