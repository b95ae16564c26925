import { Button, Center, Paper, PasswordInput, Stack, TextInput, Title } from '@mantine/core'
import { type FormEvent, useState } from 'react'
import { api, setCsrf } from '../../center/index.ts'
import { ErrorText } from '../../parts/index.ts'
import { useSessionDoor } from '../../session/index.ts'
import { useWords } from '../../words/index.ts'

export function Page() {
  const { t } = useWords('sign-in')
  const { renew } = useSessionDoor()
  const [name, setName] = useState('')
  const [password, setPassword] = useState('')
  const [failed, setFailed] = useState<unknown>()
  const signIn = async (event: FormEvent) => {
    event.preventDefault()
    setFailed(undefined)
    try {
      const answer = await api.signIn({ body: { name, password } })
      if (answer.state === 'refused') return setFailed(new Error(answer.title))
      if (answer.state === 'signed-in') setCsrf(answer.csrf)
      await renew()
    } catch (error) {
      setFailed(error)
    }
  }
  return (
    <Center mih="100dvh" p="md">
      <Paper component="main" withBorder p="xl" w={380}>
        <form onSubmit={event => void signIn(event)}>
          <Stack>
            <Title order={1} size="h3">
              {t('title')}
            </Title>
            <TextInput
              label={t('name')}
              autoComplete="username"
              value={name}
              onChange={event => setName(event.currentTarget.value)}
            />
            <PasswordInput
              label={t('password')}
              autoComplete="current-password"
              value={password}
              onChange={event => setPassword(event.currentTarget.value)}
            />
            <ErrorText error={failed} />
            <Button type="submit">{t('title')}</Button>
          </Stack>
        </form>
      </Paper>
    </Center>
  )
}
