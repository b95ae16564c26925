import { Button, Group, Modal, PasswordInput, Text } from '@mantine/core'
import { startAuthentication } from '@simplewebauthn/browser'
import { type FormEvent, useEffect, useRef, useState } from 'react'
import { keyAssertion } from '../../model/api/index.ts'
import { api } from '../center/index.ts'
import { ErrorText } from '../parts/index.ts'
import { onFreshLoginWanted } from '../session/index.ts'
import { useWords } from '../words/index.ts'

/** Asks who it is before what must not be done with a found open browser (session/fresh-login.ts). */
export function ConfirmIdentity() {
  const { t } = useWords('shell')
  const [open, setOpen] = useState(false)
  const [password, setPassword] = useState('')
  const [failed, setFailed] = useState<unknown>()
  const [busy, setBusy] = useState(false)
  const answer = useRef<(confirmed: boolean) => void>(undefined)
  useEffect(() => {
    onFreshLoginWanted(() => {
      const { promise, resolve } = Promise.withResolvers<boolean>()
      answer.current = resolve
      setPassword('')
      setFailed(undefined)
      setOpen(true)
      return promise
    })
    return () => onFreshLoginWanted(undefined)
  }, [])
  const end = (confirmed: boolean) => {
    setOpen(false)
    answer.current?.(confirmed)
    answer.current = undefined
  }
  const attempt = async (work: () => Promise<{ readonly state: 'done' | 'refused'; readonly title?: string }>) => {
    setBusy(true)
    try {
      const said = await work()
      if (said.state === 'done') end(true)
      else setFailed(new Error(said.title))
    } catch (error) {
      setFailed(error)
    } finally {
      setBusy(false)
    }
  }
  const byPassword = (event: FormEvent) => {
    event.preventDefault()
    // Codes of an app have six digits; no password is that short.
    const code = /^\d{6}$/.test(password.trim())
    void attempt(() =>
      api.confirm({ body: code ? { way: 'code', code: password.trim() } : { way: 'password', password } }),
    )
  }
  const byKey = () =>
    void attempt(async () => {
      const { ticket, options } = await api.startConfirm()
      const key = keyAssertion.parse(await startAuthentication({ optionsJSON: options as never }))
      return api.confirm({ body: { way: 'key', ticket, key } })
    })
  return (
    <Modal
      opened={open}
      onClose={() => end(false)}
      title={t('confirm.title')}
      closeButtonProps={{ 'aria-label': t('confirm.cancel') }}
      zIndex={1000}
    >
      <form onSubmit={byPassword}>
        <Text size="sm" mb="sm">
          {t('confirm.why')}
        </Text>
        <PasswordInput
          label={t('confirm.password')}
          autoComplete="current-password"
          value={password}
          onChange={event => setPassword(event.currentTarget.value)}
          data-autofocus
        />
        <ErrorText error={failed} />
        <Group justify="space-between" mt="md">
          <Button variant="default" onClick={byKey} disabled={busy}>
            {t('confirm.key')}
          </Button>
          <Group gap="xs">
            <Button variant="default" onClick={() => end(false)}>
              {t('confirm.cancel')}
            </Button>
            <Button type="submit" loading={busy} disabled={password === ''}>
              {t('confirm.confirm')}
            </Button>
          </Group>
        </Group>
      </form>
    </Modal>
  )
}
