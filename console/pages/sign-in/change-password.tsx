import { Button, Stack, Text } from '@mantine/core'
import { type FormEvent, useState } from 'react'
import { api } from '../../center/index.ts'
import { AttemptError, NewPassword, PasswordField, passwordFaults } from '../../people/index.ts'
import { useSessionDoor } from '../../session/index.ts'
import { useWords } from '../../words/index.ts'

interface ChangePasswordProps {
  readonly name: string
  /** The one-time password, if it was typed a moment ago. */
  readonly old: string | undefined
}

/** A password that somebody else gave must be changed before anything else works. */
export function ChangePassword({ name, old }: ChangePasswordProps) {
  const { t } = useWords('sign-in')
  const { renew, signOut } = useSessionDoor()
  const [typed, setTyped] = useState('')
  const [value, setValue] = useState({ password: '', again: '' })
  const [failed, setFailed] = useState<unknown>()
  const [busy, setBusy] = useState(false)
  const change = async (event: FormEvent) => {
    event.preventDefault()
    setBusy(true)
    setFailed(undefined)
    try {
      await api.changePassword({ body: { old: old ?? typed, new: value.password } })
      await renew()
    } catch (error) {
      setFailed(error)
    } finally {
      setBusy(false)
    }
  }
  const ready = passwordFaults(value.password, name).length === 0 && value.password === value.again
  return (
    <form onSubmit={event => void change(event)}>
      <Stack gap="sm">
        <Text size="sm">{t('change.why')}</Text>
        <input type="text" autoComplete="username" value={name} readOnly hidden />
        {old === undefined ? (
          <PasswordField
            label={t('change.old')}
            autoComplete="current-password"
            required
            withAsterisk={false}
            value={typed}
            onChange={event => setTyped(event.currentTarget.value)}
            autoFocus
          />
        ) : null}
        <NewPassword name={name} value={value} onChange={setValue} autoFocus={old !== undefined} />
        <AttemptError error={failed} />
        <Button type="submit" loading={busy} disabled={!ready}>
          {t('change.go')}
        </Button>
        <Button variant="subtle" onClick={() => void signOut()}>
          {t('change.leave')}
        </Button>
      </Stack>
    </form>
  )
}
