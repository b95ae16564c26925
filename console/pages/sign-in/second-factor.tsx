import { Anchor, Button, Stack, Text, TextInput } from '@mantine/core'
import { KeyRound } from 'lucide-react'
import { type FormEvent, useState } from 'react'
import { ApiError } from '../../../client/index.ts'
import { api } from '../../center/index.ts'
import { AttemptError, canUseKeys, signWithKey } from '../../people/index.ts'
import { useSessionDoor } from '../../session/index.ts'
import { useWords } from '../../words/index.ts'
import type { SecondFactorAsked } from './steps.ts'

interface SecondFactorProps {
  readonly asked: SecondFactorAsked
  /** It has to be begun again; with the reason, if there is one. */
  readonly onOver: (error: unknown) => void
  readonly onDone: () => void
}

type Way = SecondFactorAsked['ways'][number]
type Proof = Parameters<typeof api.giveSecondFactor>[0]['body']

/** A key first, when there is one: it cannot be phished. */
const preferred: readonly Way[] = ['key', 'code', 'recovery']

export function SecondFactor({ asked, onOver, onDone }: SecondFactorProps) {
  const { t } = useWords('sign-in')
  const { signedIn } = useSessionDoor()
  const ways = preferred.filter(way => asked.ways.includes(way) && (way !== 'key' || canUseKeys()))
  const [way, setWay] = useState<Way>(ways[0] ?? 'code')
  const [code, setCode] = useState('')
  const [failed, setFailed] = useState<unknown>()
  const [busy, setBusy] = useState(false)
  const give = async (proof: () => Promise<Proof>) => {
    setBusy(true)
    setFailed(undefined)
    try {
      const answer = await api.giveSecondFactor({ body: await proof() })
      if (answer.state !== 'signed-in') return
      await signedIn(answer.csrf)
      onDone()
    } catch (error) {
      setCode('')
      if (error instanceof ApiError && error.kind === 'sign-in-over') onOver(error)
      else setFailed(error)
    } finally {
      setBusy(false)
    }
  }
  const { ticket } = asked
  const withKey = () => give(async () => ({ way: 'key', ticket, key: await signWithKey(asked.keyOptions) }))
  const withCode = (typed: string) =>
    give(async () => (way === 'recovery' ? { way, ticket, code: typed } : { way: 'code', ticket, code: typed }))
  const submit = (event: FormEvent) => {
    event.preventDefault()
    void withCode(code.trim())
  }
  const write = (text: string) => {
    setCode(text)
    const digits = text.replace(/\s/g, '')
    if (way === 'code' && /^\d{6}$/.test(digits) && !busy) void withCode(digits)
  }
  const choose = (next: Way) => {
    setWay(next)
    setCode('')
    setFailed(undefined)
  }
  return (
    <Stack gap="sm">
      {way === 'key' ? (
        <>
          <Text size="sm">{t('second.key-how')}</Text>
          <Button
            leftSection={<KeyRound size={16} aria-hidden />}
            onClick={() => void withKey()}
            loading={busy}
            autoFocus
          >
            {t('second.key')}
          </Button>
        </>
      ) : (
        <form onSubmit={submit}>
          <Stack gap="sm">
            <TextInput
              key={way}
              label={t(way === 'code' ? 'second.code' : 'second.recovery')}
              description={t(way === 'code' ? 'second.code-how' : 'second.recovery-how')}
              autoComplete="one-time-code"
              inputMode={way === 'code' ? 'numeric' : 'text'}
              maxLength={way === 'code' ? 7 : 40}
              spellCheck={false}
              value={code}
              onChange={event => write(event.currentTarget.value)}
              autoFocus
            />
            <Button type="submit" loading={busy} disabled={code.trim() === ''}>
              {t('second.go')}
            </Button>
          </Stack>
        </form>
      )}
      <AttemptError error={failed} />
      <Stack gap={4} align="flex-start">
        {ways
          .filter(other => other !== way)
          .map(other => (
            <Anchor key={other} component="button" type="button" size="sm" onClick={() => choose(other)}>
              {t(`second.use-${other}`)}
            </Anchor>
          ))}
        <Anchor component="button" type="button" size="sm" onClick={() => onOver(undefined)}>
          {t('second.back')}
        </Anchor>
      </Stack>
    </Stack>
  )
}
