import { Button, Group, Modal, TextInput } from '@mantine/core'
import { type FormEvent, useState } from 'react'
import { useWords } from '../../../words/index.ts'

interface AssignDialogProps {
  readonly opened: boolean
  readonly onClose: () => void
  readonly onChoose: (person: string) => void
}

/** Asks for the name of whoever is to look after an alert. */
export function AssignDialog({ opened, onClose, onChoose }: AssignDialogProps) {
  const { t } = useWords(['alerts/detail', 'parts'])
  const [name, setName] = useState('')
  const send = (event: FormEvent) => {
    event.preventDefault()
    onClose()
    onChoose(name.trim())
  }
  return (
    <Modal
      opened={opened}
      onClose={onClose}
      title={t('assign.title')}
      closeButtonProps={{ 'aria-label': t('parts:close') }}
    >
      <form onSubmit={send}>
        <TextInput
          label={t('assign.name')}
          value={name}
          onChange={event => setName(event.currentTarget.value)}
          maxLength={200}
          data-autofocus
        />
        <Group justify="flex-end" mt="md">
          <Button type="submit" disabled={name.trim() === ''}>
            {t('assign.assign')}
          </Button>
        </Group>
      </form>
    </Modal>
  )
}
