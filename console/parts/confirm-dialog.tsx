import { Alert, Button, Group, Modal, Stack, TextInput } from '@mantine/core'
import { type ReactNode, useState } from 'react'
import { useWords } from '../words/index.ts'
import { ErrorText } from './states.tsx'

export interface ConfirmDialogProps {
  readonly opened: boolean
  readonly title: string
  /** What will happen, and on which hosts. */
  readonly children: ReactNode
  /** What the button does, as a verb: "Terminate". */
  readonly confirm: string
  /** `final`: cannot be undone, and that is said. `undoable`: that is said as well. */
  readonly ends?: 'final' | 'undoable'
  /** For what is worst: this word has to be typed. */
  readonly typed?: string
  /** Closes when it resolves; what it rejects with is shown. */
  readonly onConfirm: () => Promise<unknown>
  readonly onClose: () => void
}

/** Before anything that changes a host or that people would miss. */
export function ConfirmDialog(props: ConfirmDialogProps) {
  const { t } = useWords('parts')
  return (
    <Modal
      opened={props.opened}
      onClose={props.onClose}
      title={props.title}
      size="lg"
      closeButtonProps={{ 'aria-label': t('close') }}
    >
      {props.opened ? <Inside {...props} /> : null}
    </Modal>
  )
}

function Inside({ children, confirm, ends, typed, onConfirm, onClose }: ConfirmDialogProps) {
  const { t } = useWords('parts')
  const [word, setWord] = useState('')
  const [busy, setBusy] = useState(false)
  const [failed, setFailed] = useState<unknown>()
  const go = async () => {
    setBusy(true)
    setFailed(undefined)
    try {
      await onConfirm()
      onClose()
    } catch (error) {
      setFailed(error)
    } finally {
      setBusy(false)
    }
  }
  return (
    <Stack gap="sm">
      <div>{children}</div>
      {ends === undefined ? null : (
        <Alert color={ends === 'final' ? 'red' : 'blue'} variant="light">
          {t(`confirm.${ends}`)}
        </Alert>
      )}
      {typed === undefined ? null : (
        <TextInput
          label={t('confirm.type', { word: typed })}
          value={word}
          onChange={event => setWord(event.currentTarget.value)}
          autoComplete="off"
        />
      )}
      <ErrorText error={failed} />
      <Group justify="flex-end" gap="xs">
        <Button variant="default" onClick={onClose} data-autofocus>
          {t('confirm.cancel')}
        </Button>
        <Button
          color={ends === 'final' ? 'red' : 'blue'}
          onClick={() => void go()}
          loading={busy}
          disabled={typed !== undefined && word !== typed}
        >
          {confirm}
        </Button>
      </Group>
    </Stack>
  )
}
