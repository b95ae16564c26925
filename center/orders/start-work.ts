import type { Center } from '../context.ts'
import { foldCounts, joinCampaigns } from '../ingest/index.ts'
import { sweepOrders } from './sweep-orders.ts'

export interface Work {
  /** Waits for what is under way. */
  stop(): Promise<void>
}

/** What ingest and orders leave for later, on every center process: several may do it at once. */
export function startWork(center: Center, everySeconds = 2): Work {
  const stopping = new AbortController()
  const parts = [
    repeat('counts by the hour', () => foldCounts(center), everySeconds),
    repeat('campaigns', () => joinCampaigns(center), everySeconds),
    repeat('expired orders', () => sweepOrders(center), everySeconds * 5),
  ]

  async function repeat(what: string, work: () => Promise<unknown>, seconds: number): Promise<void> {
    while (!stopping.signal.aborted) {
      try {
        await work()
      } catch (error) {
        // The store may be away for a while: nothing is lost, the rows wait.
        center.log.warn(`${what}: later`, { error: String(error) })
      }
      await pause(seconds * 1_000, stopping.signal)
    }
  }

  return {
    async stop() {
      stopping.abort()
      await Promise.all(parts)
    },
  }
}

function pause(milliseconds: number, signal: AbortSignal): Promise<void> {
  if (signal.aborted) return Promise.resolve()
  return new Promise(resolve => {
    const timer = setTimeout(done, milliseconds)
    signal.addEventListener('abort', done, { once: true })
    function done() {
      clearTimeout(timer)
      signal.removeEventListener('abort', done)
      resolve()
    }
  })
}
