import { Button, Group, Modal, Stack, Text } from '@mantine/core'
import { useDisclosure } from '@mantine/hooks'
import { type FormEvent, useState } from 'react'
import { useChange } from '../../center/index.ts'
import { Section, showDone } from '../../parts/index.ts'
import { AttemptError, NewPassword, PasswordField, passwordFaults } from '../../people/index.ts'
import { useSession } from '../../session/index.ts'
import { useWords } from '../../words/index.ts'

export function Password() {
  const { t } = useWords('profile')
  const [opened, { open, close }] = useDisclosure()
  return (
    <Section title={t('password.title')} about={t('password.about')}>
      <Button variant="default" onClick={open}>
        {t('password.change')}
      </Button>
      <Modal
        opened={opened}
        onClose={close}
        title={t('password.change')}
        closeButtonProps={{ 'aria-label': t('password.cancel') }}
      >
        {opened ? <Form onClose={close} /> : null}
      </Modal>
    </Section>
  )
}

function Form({ onClose }: { readonly onClose: () => void }) {
  const { t } = useWords('profile')
  const { user } = useSession()
  const [old, setOld] = useState('')
  const [value, setValue] = useState({ password: '', again: '' })
  const change = useChange('changePassword', ['listOwnSessions'])
  const submit = async (event: FormEvent) => {
    event.preventDefault()
    try {
      await change.mutateAsync({ body: { old, new: value.password } })
    } catch {
      return
    }
    showDone(t('password.done'))
    onClose()
  }
  const ready = old !== '' && passwordFaults(value.password, user.name).length === 0 && value.password === value.again
  return (
    <form onSubmit={event => void submit(event)}>
      <Stack gap="sm">
        <input type="text" autoComplete="username" value={user.name} readOnly hidden />
        <PasswordField
          label={t('password.old')}
          autoComplete="current-password"
          value={old}
          onChange={event => setOld(event.currentTarget.value)}
          data-autofocus
        />
        <NewPassword name={user.name} value={value} onChange={setValue} />
        <Text size="sm" c="dimmed">
          {t('password.ends')}
        </Text>
        <AttemptError error={change.error} />
        <Group justify="flex-end" gap="xs">
          <Button variant="default" onClick={onClose}>
            {t('password.cancel')}
          </Button>
          <Button type="submit" disabled={!ready} loading={change.isPending}>
            {t('password.change')}
          </Button>
        </Group>
      </Stack>
    </form>
  )
}
