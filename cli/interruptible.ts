import { constants } from 'node:os'

/**
 * Work that Ctrl-C ends early and cleanly: what it has until then is used. A second Ctrl-C ends the program at once. SIGTERM ends the
 * program as soon as the work has put away what it has.
 */
export async function interruptible<T>(work: (signal: AbortSignal) => Promise<T>): Promise<T> {
  const stop = new AbortController()
  let terminated = false
  const interrupt = () => {
    if (stop.signal.aborted) process.exit(128 + SIGINT)
    stop.abort()
  }
  const terminate = () => {
    if (terminated) process.exit(128 + SIGTERM)
    terminated = true
    stop.abort()
  }
  process.on('SIGINT', interrupt)
  process.on('SIGTERM', terminate)
  try {
    return await work(stop.signal)
  } finally {
    process.off('SIGINT', interrupt)
    process.off('SIGTERM', terminate)
    if (terminated) process.exit(128 + SIGTERM)
  }
}

const { SIGINT, SIGTERM } = constants.signals
