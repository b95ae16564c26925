import type { Center } from '../context.ts'
import { exportOnce } from './send.ts'

export interface ExportWorker {
  wake(): void
  stop(): Promise<void>
}

const lookEveryMs = 1_000

/** Sends what happens to alerts to the SIEMs of all tenants. Any number of centers may do so on one store. */
export function startExports(center: Center): ExportWorker {
  const stopping = new AbortController()
  let working: Promise<void> | undefined
  const timer = setInterval(look, lookEveryMs)
  look()
  return {
    wake: look,
    async stop() {
      stopping.abort()
      clearInterval(timer)
      await working
    },
  }

  function look(): void {
    if (working !== undefined || stopping.signal.aborted) return
    working = drain()
      .catch((error: unknown) => center.log.error('exports: sending failed', { error: String(error) }))
      .finally(() => {
        working = undefined
      })
  }

  async function drain(): Promise<void> {
    while (!stopping.signal.aborted && (await exportOnce(center, stopping.signal)));
  }
}
