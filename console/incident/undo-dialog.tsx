import { List, Stack, Text } from '@mantine/core'
import { useChange } from '../center/index.ts'
import { ConfirmDialog, HostText, showDone } from '../parts/index.ts'
import { useWords } from '../words/index.ts'
import { ActionText } from './action-text.tsx'
import { canBeUndone, dependents, type Step } from './steps.ts'

interface UndoDialogProps {
  readonly host: { readonly id: string; readonly name: string }
  readonly run: string
  readonly steps: readonly Step[]
  /** Only this step, with those that depend on it. */
  readonly step?: Step | undefined
  readonly opened: boolean
  readonly onClose: () => void
}

/** Before a run, or one step of it, is taken back: what comes back, and what cannot. */
export function UndoDialog({ host, run, steps, step, opened, onClose }: UndoDialogProps) {
  const { t } = useWords('incident')
  const undo = useChange('undoRun', ['listOrders', 'getRun', 'listTasks', 'listRuns'])
  const chosen = chosenSteps(steps, step)
  const back = chosen.filter(canBeUndone)
  const final = chosen.filter(one => !one.undoable && one.outcome === 'done')
  const confirm = async () => {
    await undo.mutateAsync({
      params: { host: host.id, run },
      body: step === undefined ? {} : { action: step.number },
    })
    showDone(t('undo.ordered'))
  }
  return (
    <ConfirmDialog
      opened={opened}
      onClose={onClose}
      title={step === undefined ? t('undo.title') : t('undo.title-step', { number: step.number })}
      confirm={t('undo.confirm')}
      onConfirm={confirm}
    >
      <Stack gap="xs">
        <Text size="sm">
          {t('undo.on')} <HostText>{host.name}</HostText>
        </Text>
        <Text size="sm">{t('undo.warning')}</Text>
        <Steps title={t('undo.back')} steps={back} />
        {final.length === 0 ? null : <Steps title={t('undo.final')} steps={final} />}
      </Stack>
    </ConfirmDialog>
  )
}

function chosenSteps(steps: readonly Step[], step: Step | undefined): readonly Step[] {
  if (step === undefined) return steps
  const numbers = new Set([step.number, ...dependents(steps, step.number)])
  return steps.filter(one => numbers.has(one.number))
}

function Steps({ title, steps }: { readonly title: string; readonly steps: readonly Step[] }) {
  return (
    <div>
      <Text size="sm" fw={600}>
        {title}
      </Text>
      <List size="sm" spacing={2} mah={260} style={{ overflow: 'auto' }} tabIndex={0} role="list" aria-label={title}>
        {steps.map(one => (
          <List.Item key={one.number}>
            <ActionText action={one.action} />
          </List.Item>
        ))}
      </List>
    </div>
  )
}
