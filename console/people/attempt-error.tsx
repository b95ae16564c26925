import { Text } from '@mantine/core'
import { useEffect, useState } from 'react'
import { ApiError } from '../../client/index.ts'
import { ErrorText } from '../parts/index.ts'
import { useWords } from '../words/index.ts'
import { KeyFailure } from './security-key.ts'

/** What a refused proof of who one is means, in the reader's language; with a wait it counts down. */
export function AttemptError({ error }: { readonly error: unknown }) {
  const { t } = useWords('people')
  if (error instanceof KeyFailure) return <Said>{t(`attempt.key-${error.reason}`)}</Said>
  if (!(error instanceof ApiError)) return <ErrorText error={error} />
  if (error.status === 429 && error.retryAfterSeconds !== undefined)
    return <Wait key={error.retryAfterSeconds} error={error} seconds={error.retryAfterSeconds} />
  if (error.kind === 'wrong') return <Said>{t('attempt.wrong')}</Said>
  if (error.kind === 'sign-in-over') return <Said>{t('attempt.over')}</Said>
  if (error.kind === 'link-over') return <Said>{t('attempt.link-over')}</Said>
  if (error.kind === 'bad-request' && error.problem?.title === 'This password will not do')
    return <Said>{t('attempt.weak')}</Said>
  return <ErrorText error={error} />
}

function Wait({ error, seconds }: { readonly error: ApiError; readonly seconds: number }) {
  const { t } = useWords('people')
  const [end, setEnd] = useState(() => Date.now() + seconds * 1000)
  const [now, setNow] = useState(Date.now)
  // biome-ignore lint/correctness/useExhaustiveDependencies: each refusal begins a wait of its own.
  useEffect(() => {
    setEnd(Date.now() + seconds * 1000)
    const timer = setInterval(() => setNow(Date.now()), 500)
    return () => clearInterval(timer)
  }, [error, seconds])
  const left = Math.max(0, Math.ceil((end - now) / 1000))
  return <Said>{left === 0 ? t('attempt.again-now') : t('attempt.wait', { count: left })}</Said>
}

function Said({ children }: { readonly children: string }) {
  return (
    <Text c="var(--davylamp-critical)" size="sm" role="alert">
      {children}
    </Text>
  )
}
