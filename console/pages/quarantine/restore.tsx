import { Text } from '@mantine/core'
import { useChange } from '../../center/index.ts'
import { useWords } from '../../words/index.ts'
import { type EntryDialogProps, EntryOrder } from './entry-order.tsx'

/** Has the host put the file back. */
export function Restore(dialog: EntryDialogProps) {
  const { t } = useWords('quarantine')
  const { mutateAsync } = useChange('restoreQuarantined', ['listQuarantine', 'listOrders'])
  return (
    <EntryOrder
      {...dialog}
      words="restore"
      danger={t('restore.again')}
      order={mutateAsync}
      done={() => <Text size="sm">{t('restore.done')}</Text>}
    />
  )
}
