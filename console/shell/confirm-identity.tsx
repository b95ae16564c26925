import { Modal } from '@mantine/core'
import { lazy, Suspense, useEffect, useRef, useState } from 'react'
import { LoadingState } from '../parts/index.ts'
import { onFreshLoginWanted } from '../session/index.ts'
import { useWords } from '../words/index.ts'

const ConfirmForm = lazy(async () => ({ default: (await import('./confirm-form.tsx')).ConfirmForm }))

/** Asks who it is before what must not be done with a found open browser (session/fresh-login.ts). */
export function ConfirmIdentity() {
  const { t } = useWords('shell')
  const [open, setOpen] = useState(false)
  const answer = useRef<(confirmed: boolean) => void>(undefined)
  useEffect(() => {
    onFreshLoginWanted(() => {
      const { promise, resolve } = Promise.withResolvers<boolean>()
      answer.current?.(false)
      answer.current = resolve
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
  return (
    <Modal
      opened={open}
      onClose={() => end(false)}
      title={t('confirm.title')}
      closeButtonProps={{ 'aria-label': t('confirm.cancel') }}
      zIndex={1000}
    >
      {open ? (
        <Suspense fallback={<LoadingState />}>
          <ConfirmForm onEnd={end} />
        </Suspense>
      ) : null}
    </Modal>
  )
}
