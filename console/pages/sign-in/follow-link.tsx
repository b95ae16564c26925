import { Button, Stack, Text } from '@mantine/core'
import { type FormEvent, useState } from 'react'
import { useLocation, useNavigate } from 'react-router'
import { api } from '../../center/index.ts'
import { AttemptError, NewPassword, passwordFaults } from '../../people/index.ts'
import { useSessionDoor } from '../../session/index.ts'
import { useWords } from '../../words/index.ts'
import type { SecondFactorAsked } from './steps.ts'

/** The link of an invitation or of a reset (`/link#SECRET`): sets the password and signs in with it. */
export function FollowLink({ onSecondFactor }: { readonly onSecondFactor: (asked: SecondFactorAsked) => void }) {
  const { t } = useWords('sign-in')
  const { hash } = useLocation()
  const navigate = useNavigate()
  const { signedIn } = useSessionDoor()
  const [value, setValue] = useState({ password: '', again: '' })
  const [failed, setFailed] = useState<unknown>()
  const [busy, setBusy] = useState(false)
  const token = hash.slice(1)
  const set = async (event: FormEvent) => {
    event.preventDefault()
    setBusy(true)
    setFailed(undefined)
    try {
      const { name } = await api.followLink({ body: { token, password: value.password } })
      const answer = await api.signIn({ body: { name, password: value.password } })
      // The secret is worth nothing any more, and yet does not belong into the history.
      await navigate('/', { replace: true })
      if (answer.state === 'signed-in') await signedIn(answer.csrf)
      else if (answer.state === 'second-factor') onSecondFactor(answer)
    } catch (error) {
      setFailed(error)
    } finally {
      setBusy(false)
    }
  }
  if (token === '') return <Text size="sm">{t('link.broken')}</Text>
  const ready = passwordFaults(value.password, '').length === 0 && value.password === value.again
  return (
    <form onSubmit={event => void set(event)}>
      <Stack gap="sm">
        <Text size="sm">{t('link.why')}</Text>
        <NewPassword name="" value={value} onChange={setValue} autoFocus />
        <AttemptError error={failed} />
        <Button type="submit" loading={busy} disabled={!ready}>
          {t('link.go')}
        </Button>
      </Stack>
    </form>
  )
}
