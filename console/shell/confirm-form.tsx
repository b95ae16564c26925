import { Anchor, Button, Group, Stack, Text, TextInput } from '@mantine/core'
import { KeyRound, LogIn } from 'lucide-react'
import { type FormEvent, useState } from 'react'
import { api, useCall } from '../center/index.ts'
import { LoadingState } from '../parts/index.ts'
import { AttemptError, canUseKeys, PasswordField, signWithKey } from '../people/index.ts'
import { keepPlace } from '../session/index.ts'
import { useWords } from '../words/index.ts'

type Way = 'password' | 'code' | 'key'
type Proof = Parameters<typeof api.confirm>[0]['body']

/** Only the ways that this person has. Who came through an identity provider and has no other goes there again. */
export function ConfirmForm({ onEnd }: { readonly onEnd: (confirmed: boolean) => void }) {
  const factors = useCall('showSecondFactors')
  const sessions = useCall('listOwnSessions')
  if (factors.isPending || sessions.isPending) return <LoadingState />
  const byProvider = sessions.data?.items.find(({ current }) => current)?.method === 'oidc'
  const ways: readonly Way[] = [
    ...((factors.data?.keys.length ?? 0) > 0 && canUseKeys() ? (['key'] as const) : []),
    ...(factors.data?.code === true ? (['code'] as const) : []),
    ...(byProvider ? [] : (['password'] as const)),
  ]
  const [first] = ways
  return first === undefined ? <ProviderAgain onEnd={onEnd} /> : <Ways ways={ways} first={first} onEnd={onEnd} />
}

interface WaysProps {
  readonly ways: readonly Way[]
  readonly first: Way
  readonly onEnd: (confirmed: boolean) => void
}

function Ways({ ways, first, onEnd }: WaysProps) {
  const { t } = useWords('shell')
  const [way, setWay] = useState<Way>(first)
  const [typed, setTyped] = useState('')
  const [failed, setFailed] = useState<unknown>()
  const [busy, setBusy] = useState(false)
  const attempt = async (proof: () => Promise<Proof>) => {
    setBusy(true)
    setFailed(undefined)
    try {
      await api.confirm({ body: await proof() })
      onEnd(true)
    } catch (error) {
      setFailed(error)
      setTyped('')
    } finally {
      setBusy(false)
    }
  }
  const submit = (event: FormEvent) => {
    event.preventDefault()
    // The page below has a form of its own, perhaps.
    event.stopPropagation()
    void attempt(async () => {
      if (way === 'password') return { way, password: typed }
      if (way === 'code') return { way, code: typed.replace(/\s/g, '') }
      const { ticket, options } = await api.startConfirm()
      return { way, ticket, key: await signWithKey(options) }
    })
  }
  return (
    <form onSubmit={submit}>
      <Stack gap="sm">
        <Text size="sm">{t('confirm.why')}</Text>
        {way === 'key' ? <Text size="sm">{t('confirm.key-how')}</Text> : null}
        {way === 'password' ? (
          <PasswordField
            label={t('confirm.password')}
            autoComplete="current-password"
            value={typed}
            onChange={event => setTyped(event.currentTarget.value)}
            data-autofocus
            autoFocus
          />
        ) : null}
        {way === 'code' ? (
          <TextInput
            label={t('confirm.code')}
            inputMode="numeric"
            autoComplete="one-time-code"
            maxLength={7}
            value={typed}
            onChange={event => setTyped(event.currentTarget.value)}
            data-autofocus
            autoFocus
          />
        ) : null}
        <AttemptError error={failed} />
        <Stack gap={4} align="flex-start">
          {ways
            .filter(other => other !== way)
            .map(other => (
              <Anchor
                key={other}
                component="button"
                type="button"
                size="sm"
                onClick={() => {
                  setWay(other)
                  setTyped('')
                  setFailed(undefined)
                }}
              >
                {t(`confirm.use-${other}`)}
              </Anchor>
            ))}
        </Stack>
        <Group justify="flex-end" gap="xs">
          <Button variant="default" onClick={() => onEnd(false)}>
            {t('confirm.cancel')}
          </Button>
          {way === 'key' ? (
            <Button type="submit" leftSection={<KeyRound size={16} aria-hidden />} loading={busy} autoFocus>
              {t('confirm.key')}
            </Button>
          ) : (
            <Button type="submit" loading={busy} disabled={typed === ''}>
              {t('confirm.confirm')}
            </Button>
          )}
        </Group>
      </Stack>
    </form>
  )
}

function ProviderAgain({ onEnd }: { readonly onEnd: (confirmed: boolean) => void }) {
  const { t } = useWords('shell')
  const ways = useCall('signInWays')
  return (
    <Stack gap="sm">
      <Text size="sm">{t('confirm.why')}</Text>
      <Text size="sm">{t('confirm.provider')}</Text>
      {(ways.data?.providers ?? []).map(({ id, name, start }) => (
        <Button
          key={id}
          component="a"
          href={start}
          variant="default"
          leftSection={<LogIn size={16} aria-hidden />}
          onClick={keepPlace}
        >
          {t('confirm.again', { name })}
        </Button>
      ))}
      <Group justify="flex-end">
        <Button variant="default" onClick={() => onEnd(false)}>
          {t('confirm.cancel')}
        </Button>
      </Group>
    </Stack>
  )
}
