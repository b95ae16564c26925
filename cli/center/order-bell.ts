import { liveEvents } from '../../client/index.ts'
import { type CenterOrderState, endedStates, type LiveChange, type OrderObject } from '../../model/api/index.ts'
import type { Connected } from './connect.ts'

/** Without a word from the live view it is looked at again after so long. */
const restMs = 5_000
/** Changes come in swarms: one look for all of them. */
const swarmMs = 300
/** The order when it has ended, or waits for somebody else. */
export async function orderAtEnd(center: Connected, order: string): Promise<OrderObject> {
  const stop = new AbortController()
  const bell = bellOf(center, stop.signal)
  try {
    for (;;) {
      const found = await center.client.getOrder({ params: { order } })
      if (hasEnded(found.state) || found.state === 'waiting-approval') return found
      await bell.rung()
    }
  } finally {
    stop.abort()
  }
}

export function hasEnded(state: CenterOrderState): boolean {
  return endedStates.some(one => one === state)
}

/** Rings when something about orders or runs changed, and now and then by itself. `progress` is heard without a ring. */
export function bellOf(
  { options }: Connected,
  signal: AbortSignal,
  progress?: (change: LiveChange) => void,
): { rung(): Promise<void> } {
  let ring = Promise.withResolvers<void>()
  const kinds = ['order', 'run', 'task'] as const
  const what = progress === undefined ? kinds : ([...kinds, 'progress'] as const)
  const listening = (async () => {
    for await (const event of liveEvents(options, { what, signal }))
      if (event.event === 'changed' && event.data.what === 'progress') progress?.(event.data)
      else ring.resolve()
  })()
  // Where the live view cannot be had, looking now and then is enough.
  listening.catch(() => {})
  return {
    async rung() {
      const timer = setTimeout(() => ring.resolve(), restMs)
      await ring.promise
      clearTimeout(timer)
      ring = Promise.withResolvers<void>()
      const pause = Promise.withResolvers<void>()
      setTimeout(pause.resolve, swarmMs)
      await pause.promise
    },
  }
}
