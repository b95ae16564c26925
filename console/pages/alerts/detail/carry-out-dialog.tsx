import { Alert, List, Stack, Text, Textarea } from '@mantine/core'
import { useState } from 'react'
import type { Plan } from '../../../../model/index.ts'
import type { Handling } from '../../../../model/wire/index.ts'
import { useCall, useChange } from '../../../center/index.ts'
import { ActionText, PlanCounts } from '../../../incident/index.ts'
import { ConfirmDialog, ErrorText, HandledWayName, HostText, showDone } from '../../../parts/index.ts'
import { useWords } from '../../../words/index.ts'
import type { AlertWhole } from './kinds.ts'

interface CarryOutDialogProps {
  readonly alert: AlertWhole
  readonly handling: Handling
  /** Exactly this one is carried out, or none. */
  readonly plan: Plan
  readonly opened: boolean
  readonly onClose: () => void
}

/** Before a plan that was read is carried out: on which host, how much of it is final, and who has to agree. */
export function CarryOutDialog({ alert, handling, plan, opened, onClose }: CarryOutDialogProps) {
  const { t } = useWords('alerts/detail')
  const [comment, setComment] = useState('')
  const request = {
    choice: { alerts: [alert.id] },
    how: { as: handling, plans: { [alert.id]: plan.id } },
  }
  const preview = useCall('previewHandling', { body: request }, { enabled: opened })
  const handle = useChange('handleAlerts', ['getAlert', 'listAlerts', 'listOrders', 'listAlertEvents', 'listTasks'])
  const item = preview.data?.items[0]
  const final = plan.actions.filter(one => !one.undoable)
  const confirm = async () => {
    const text = comment.trim()
    const answer = await handle.mutateAsync({ body: { ...request, ...(text === '' ? {} : { comment: text }) } })
    const refused = answer.items[0]?.refused
    if (refused !== undefined) throw new Error(refused)
    showDone(t('cleanup.ordered'))
  }
  return (
    <ConfirmDialog
      opened={opened}
      onClose={onClose}
      title={t('cleanup.carry-out')}
      confirm={t('cleanup.confirm')}
      onConfirm={confirm}
      {...(final.length === 0 ? { ends: 'undoable' as const } : {})}
    >
      <Stack gap="xs">
        <Text size="sm">
          <HandledWayName way={handling} /> · <HostText prose>{alert.host.name}</HostText>
        </Text>
        <PlanCounts plan={plan} />
        {final.length === 0 ? null : (
          <Alert color="red" variant="light" title={t('cleanup.final')}>
            <List size="sm">
              {final.map(one => (
                <List.Item key={one.number}>
                  <ActionText action={one.action} />
                </List.Item>
              ))}
            </List>
          </Alert>
        )}
        <ErrorText error={preview.error} />
        {item?.refused === undefined ? null : (
          <Alert color="red" variant="light" title={t('cleanup.refused')}>
            <HostText prose>{item.refused}</HostText>
          </Alert>
        )}
        {item?.needsApproval === true ? (
          <Alert color="yellow" variant="light">
            {t('cleanup.needs-approval')}
          </Alert>
        ) : null}
        <Textarea
          label={t('cleanup.comment')}
          autosize
          minRows={2}
          maxLength={5_000}
          value={comment}
          onChange={event => setComment(event.currentTarget.value)}
        />
      </Stack>
    </ConfirmDialog>
  )
}
