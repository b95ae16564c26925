import { performance } from 'node:perf_hooks'
import type { Center } from '../context.ts'
import { uuid7 } from '../uuid7.ts'

/** No tenant has it, so nobody else hears what is sent to it. */
const nobodysTenant = '00000000-0000-0000-0000-000000000000'

/** Sends a word to ourselves over the bus and waits until it comes back. */
export function busProbe(center: Pick<Center, 'bus' | 'node'>): { ping(): Promise<number | undefined>; stop(): void } {
  const waiting = new Map<string, () => void>()
  const stop = center.bus.subscribe('live', message => {
    if (message.what === 'ping') waiting.get(message.id)?.()
  })
  /** Milliseconds; `undefined` when nothing came within three seconds. */
  async function ping(): Promise<number | undefined> {
    const id = uuid7()
    const began = performance.now()
    const { promise, resolve } = Promise.withResolvers<number | undefined>()
    const timer = setTimeout(() => resolve(undefined), 3_000)
    waiting.set(id, () => resolve(performance.now() - began))
    try {
      await center.bus.publish('live', { tenant: nobodysTenant, what: 'ping', id })
      return await promise
    } catch {
      return undefined
    } finally {
      clearTimeout(timer)
      waiting.delete(id)
    }
  }
  return { ping, stop }
}
