import { Alert, Button, Stack, TextInput } from '@mantine/core'
import { type FormEvent, useState } from 'react'
import { useLocation } from 'react-router'
import { api } from '../../center/index.ts'
import { AttemptError, PasswordField } from '../../people/index.ts'
import { useSessionDoor } from '../../session/index.ts'
import { useWords } from '../../words/index.ts'
import { OtherWays } from './other-ways.tsx'
import type { SecondFactorAsked } from './steps.ts'

interface SignInFormProps {
  /** Why an earlier attempt came to nothing. */
  readonly over: unknown
  readonly onPassword: (password: string) => void
  readonly onSecondFactor: (asked: SecondFactorAsked) => void
}

export function SignInForm({ over, onPassword, onSecondFactor }: SignInFormProps) {
  const { t } = useWords('sign-in')
  const { current, signedIn } = useSessionDoor()
  const [name, setName] = useState('')
  const [password, setPassword] = useState('')
  const [failed, setFailed] = useState<unknown>(over)
  const [busy, setBusy] = useState(false)
  const signIn = async (event: FormEvent) => {
    event.preventDefault()
    setFailed(undefined)
    setBusy(true)
    try {
      const answer = await api.signIn({ body: { name, password } })
      onPassword(password)
      if (answer.state === 'second-factor') onSecondFactor(answer)
      else if (answer.state === 'signed-in') await signedIn(answer.csrf)
    } catch (error) {
      setFailed(error)
    } finally {
      setBusy(false)
    }
  }
  const because = current.state === 'signed-out' ? current.because : undefined
  return (
    <>
      {because === undefined ? null : (
        <Alert variant="light" color={because === 'ended' ? 'yellow' : 'blue'} role="status">
          {t(because === 'ended' ? 'ended' : 'signed-out')}
        </Alert>
      )}
      <FailedAtProvider />
      <form onSubmit={event => void signIn(event)}>
        <Stack gap="sm">
          <TextInput
            label={t('name')}
            autoComplete="username"
            autoCapitalize="none"
            spellCheck={false}
            required
            withAsterisk={false}
            value={name}
            onChange={event => setName(event.currentTarget.value)}
            autoFocus
          />
          <PasswordField
            label={t('password')}
            autoComplete="current-password"
            required
            withAsterisk={false}
            value={password}
            onChange={event => setPassword(event.currentTarget.value)}
          />
          <AttemptError error={failed} />
          <Button type="submit" loading={busy} fullWidth>
            {t('title')}
          </Button>
        </Stack>
      </form>
      <OtherWays onFailed={setFailed} />
    </>
  )
}

const failures = [
  'no-role',
  'not-invited',
  'name-taken',
  'no-name',
  'disabled',
  'over',
  'refused-by-provider',
  'provider-unusable',
] as const

/** What the center says when an identity provider's answer was not good (`/sign-in?failed=WHY`). */
function FailedAtProvider() {
  const { t } = useWords('sign-in')
  const { pathname, search } = useLocation()
  const said = new URLSearchParams(search).get('failed')
  if (pathname !== '/sign-in' || said === null) return null
  const why = failures.find(one => one === said) ?? 'refused-by-provider'
  return (
    <Alert variant="light" color="red" role="alert" title={t('provider.failed')}>
      {t(`provider.${why}`)}
    </Alert>
  )
}
