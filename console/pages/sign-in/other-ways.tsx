import { Button, Stack } from '@mantine/core'
import { KeyRound, LogIn } from 'lucide-react'
import { useState } from 'react'
import { api, useCall } from '../../center/index.ts'
import { canUseKeys, signWithKey } from '../../people/index.ts'
import { keepPlace, useSessionDoor } from '../../session/index.ts'
import { useWords } from '../../words/index.ts'
import classes from './sign-in.module.css'

/** Passkeys and identity providers; nothing where there are none. */
export function OtherWays({ onFailed }: { readonly onFailed: (error: unknown) => void }) {
  const { t } = useWords('sign-in')
  const { signedIn } = useSessionDoor()
  const [busy, setBusy] = useState(false)
  const ways = useCall('signInWays')
  const providers = ways.data?.providers ?? []
  const keys = canUseKeys()
  if (!keys && providers.length === 0) return null
  const withPasskey = async () => {
    setBusy(true)
    onFailed(undefined)
    try {
      const { ticket, options } = await api.startPasskey({ body: {} })
      const answer = await api.signInWithPasskey({ body: { ticket, key: await signWithKey(options) } })
      if (answer.state === 'signed-in') await signedIn(answer.csrf)
    } catch (error) {
      onFailed(error)
    } finally {
      setBusy(false)
    }
  }
  return (
    <Stack gap="xs">
      <div className={classes['or']}>{t('or')}</div>
      {keys ? (
        <Button
          variant="default"
          leftSection={<KeyRound size={16} aria-hidden />}
          onClick={() => void withPasskey()}
          loading={busy}
        >
          {t('passkey')}
        </Button>
      ) : null}
      {providers.map(({ id, name, start }) => (
        <Button
          key={id}
          component="a"
          href={start}
          variant="default"
          leftSection={<LogIn size={16} aria-hidden />}
          onClick={keepPlace}
          title={name}
        >
          {t('provider.with', { name })}
        </Button>
      ))}
    </Stack>
  )
}
