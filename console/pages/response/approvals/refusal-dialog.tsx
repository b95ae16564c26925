import { List, Stack, Text, Textarea } from '@mantine/core'
import { useState } from 'react'
import type { OrderObject } from '../../../../model/api/index.ts'
import { useChange } from '../../../center/index.ts'
import { ConfirmDialog, HostText, showDone } from '../../../parts/index.ts'
import { useWords } from '../../../words/index.ts'
import { KindName } from '../task-kinds.tsx'

interface RefusalDialogProps {
  /** Absent: closed. */
  readonly orders: readonly OrderObject[] | undefined
  readonly onClose: () => void
}

/** Refusing wants a reason: who asked reads it with the alert. */
export function RefusalDialog({ orders, onClose }: RefusalDialogProps) {
  const { t } = useWords('response')
  const [reason, setReason] = useState('')
  const refuse = useChange('refuseOrders', ['listOrders', 'getOrder', 'listTasks', 'getTask', 'getAlert'])
  const confirm = async () => {
    const { refused, left } = await refuse.mutateAsync({
      body: { orders: (orders ?? []).map(one => one.id), reason: reason.trim() },
    })
    if (left.length > 0) throw new Error(left.map(one => one.reason).join('\n'))
    showDone(t('refusal.done', { count: refused.length }))
    setReason('')
  }
  return (
    <ConfirmDialog
      opened={orders !== undefined}
      onClose={onClose}
      title={t('refusal.title')}
      confirm={t('approvals.refuse')}
      onConfirm={confirm}
    >
      <Stack gap="xs">
        <Text size="sm">{t('refusal.what')}</Text>
        <List size="sm">
          {(orders ?? []).map(one => (
            <List.Item key={one.id}>
              <HostText prose>{one.host.name}</HostText> · <KindName kind={one.kind} />
            </List.Item>
          ))}
        </List>
        <Textarea
          label={t('refusal.reason')}
          required
          minLength={3}
          maxLength={2_000}
          value={reason}
          onChange={event => setReason(event.currentTarget.value)}
        />
      </Stack>
    </ConfirmDialog>
  )
}
