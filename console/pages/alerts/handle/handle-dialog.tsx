import { Modal } from '@mantine/core'
import { useMediaQuery } from '@mantine/hooks'
import { useState } from 'react'
import { useCall } from '../../../center/index.ts'
import { ErrorState, LoadingState } from '../../../parts/index.ts'
import { useWords } from '../../../words/index.ts'
import { FollowTask } from './follow-task.tsx'
import { HandleSteps } from './handle-steps.tsx'
import type { AlertChoice, Preview, Way } from './handling.ts'

export interface HandleDialogProps {
  /** What was clicked: one alert, several, or all that are like one. */
  readonly choice: AlertChoice
  readonly opened: boolean
  readonly onClose: () => void
  /** Something was done; with the task when hosts were asked. The dialog stays open to show how it goes. */
  readonly onOrdered?: (task: string | undefined) => void
}

/** Everything that can be done with alerts: what will happen first, then how it goes. */
export function HandleDialog(props: HandleDialogProps) {
  const { t } = useWords('alerts')
  const { t: word } = useWords('parts')
  const narrow = useMediaQuery('(max-width: 48em)', undefined, { getInitialValueInEffect: false }) ?? false
  return (
    <Modal
      opened={props.opened}
      onClose={props.onClose}
      title={t('handling.title')}
      size={880}
      fullScreen={narrow}
      closeButtonProps={{ 'aria-label': word('close') }}
    >
      {props.opened ? <Inside {...props} /> : null}
    </Modal>
  )
}

/** What was asked of hosts, and what was left out. */
interface Ordered {
  readonly task: string
  readonly way: Way
  readonly items: Preview['items']
}

function Inside({ choice, onClose, onOrdered }: HandleDialogProps) {
  const [ordered, setOrdered] = useState<Ordered>()
  const first = 'alerts' in choice ? choice.alerts[0] : choice.sameAs
  const single = 'alerts' in choice && choice.alerts.length === 1
  const { data, error, refetch } = useCall(
    'getAlert',
    { params: { alert: first ?? '' } },
    { enabled: ordered === undefined },
  )
  if (ordered !== undefined) return <FollowTask {...ordered} onClose={onClose} />
  if (error !== null) return <ErrorState error={error} retry={() => void refetch()} />
  if (data === undefined) return <LoadingState />
  return (
    <HandleSteps
      choice={choice}
      alert={data}
      single={single}
      onClose={onClose}
      onOrdered={(task, way, items) => {
        if (task !== undefined) setOrdered({ task, way, items })
        onOrdered?.(task)
      }}
    />
  )
}
