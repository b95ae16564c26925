import { sql } from 'kysely'
import type { Center } from '../context.ts'
import { escalate } from './escalate.ts'
import { takeItems } from './items.ts'
import { sendOnce } from './send.ts'

export interface Worker {
  /** Looks at once. */
  wake(): void
  /** Resolves when nothing is under way any more. What was being sent is sent again by whoever comes next. */
  stop(): Promise<void>
}

const lookEveryMs = 1_000
/** Channels that one process works on at the same time: a slow one must not keep the others waiting. */
const atOnce = 8
const keepDays = 30

/** Turns what happened into deliveries and sends them. Any number of centers may do so on one store. */
export function startNotifications(center: Center): Worker {
  const stopping = new AbortController()
  const sending = new Set<Promise<void>>()
  let looking: Promise<void> | undefined
  let sweptAt = 0
  const timer = setInterval(look, lookEveryMs)
  const unsubscribe = center.bus.subscribe('deliveries', look)
  look()
  return {
    wake: look,
    async stop() {
      stopping.abort()
      clearInterval(timer)
      unsubscribe()
      await looking
      await Promise.all(sending)
    },
  }

  function look(): void {
    if (looking !== undefined || stopping.signal.aborted) return
    looking = lookOnce()
      .catch((error: unknown) => center.log.error('notifications: a look failed', { error: String(error) }))
      .finally(() => {
        looking = undefined
      })
  }

  async function lookOnce(): Promise<void> {
    await prepareDeliveries(center, stopping.signal)
    const at = center.clock().getTime()
    if (at - sweptAt > 3_600_000) {
      sweptAt = at
      await sweep(center)
    }
    // Each runs until no channel is left, so that a new look only has to fill the gaps.
    while (sending.size < atOnce && !stopping.signal.aborted && (await anythingDue(center))) start()
  }

  function start(): void {
    const work = sendOnce(center, stopping.signal)
      .then(() => undefined)
      .catch((error: unknown) => center.log.error('notifications: sending failed', { error: String(error) }))
      .finally(() => sending.delete(work))
    sending.add(work)
  }
}

/** Items into deliveries, and alerts that waited too long into escalations. */
export async function prepareDeliveries(center: Center, signal?: AbortSignal): Promise<void> {
  const at = center.clock()
  const work = [
    () => center.store.system(db => takeItems(db, center, at)),
    () => center.store.system(db => escalate(db, center.bus, at)),
  ]
  for (const step of work) while (signal?.aborted !== true && (await step()) > 0);
}

async function anythingDue(center: Center): Promise<boolean> {
  const at = center.clock()
  const { rows } = await center.store.system(db =>
    sql<{ due: boolean }>`
      SELECT EXISTS (SELECT FROM channel c JOIN delivery d USING (tenant_id, channel_id)
        WHERE c.enabled AND (c.busy_until IS NULL OR c.busy_until < ${at}) AND (c.rest_until IS NULL OR c.rest_until <= ${at})
          AND d.state = 'due' AND d.due_at <= ${at}) AS due`.execute(db),
  )
  return rows[0]?.due === true
}

async function sweep(center: Center): Promise<void> {
  const before = new Date(center.clock().getTime() - keepDays * 86_400_000)
  await center.store.system(db => db.deleteFrom('delivery').where('ended_at', '<', before).execute())
}
