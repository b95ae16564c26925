import { notifications } from '@mantine/notifications'
import i18next from 'i18next'
import { UnreachableError } from '../../client/index.ts'

/** A short word in the corner that something was done. */
export function showDone(message: string): void {
  notifications.show({ message, color: 'green', role: 'status', closeButtonProps: close() })
}

/** The same for what failed where there is no better place for it; stays until it is closed. */
export function showFailed(error: unknown): void {
  const message =
    error instanceof UnreachableError
      ? i18next.t('parts:error.unreachable')
      : error instanceof Error
        ? error.message
        : String(error)
  notifications.show({ message, color: 'red', role: 'alert', autoClose: false, closeButtonProps: close() })
}

function close() {
  return { 'aria-label': i18next.t('parts:close') }
}
