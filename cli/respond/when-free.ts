import { setTimeout } from 'node:timers/promises'
import { StateBusy } from '../../remedies/index.ts'

const everyMs = 100
const longestMs = 60_000

/** Waits until no other run works on the state folder; throws `StateBusy` when that takes too long. */
export async function whenFree<T>(work: () => Promise<T>): Promise<T> {
  const end = Date.now() + longestMs
  for (;;)
    try {
      return await work()
    } catch (error) {
      if (!(error instanceof StateBusy) || Date.now() > end) throw error
      await setTimeout(everyMs)
    }
}
