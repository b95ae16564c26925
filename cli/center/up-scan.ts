import { setTimeout as pause } from 'node:timers/promises'
import { z } from 'zod'
import type { RunningCenter } from '../../center/index.ts'

const patienceMs = 120_000
const ended = new Set(['done', 'partial', 'refused', 'failed', 'cancelled', 'expired'])
const progress = z.object({ what: z.string(), done: z.number(), total: z.number() })

/** Orders a quick scan of one host and waits for its end. Gives what went wrong, in words. */
export async function firstScan(
  running: RunningCenter,
  host: string,
  show: (what: string) => void,
): Promise<string | undefined> {
  const order = await running.orderScan(host, 'davylamp up')
  if (order.order === undefined) return order.reason ?? 'it could not be ordered'
  show('waiting for the agent of this host')
  const forget = running.center.bus.subscribe('live', ({ detail }) => {
    const step = progress.safeParse(detail)
    if (step.success) show(`${step.data.what} (${step.data.done} of ${step.data.total})`)
  })
  try {
    return await endOf(running, order.order)
  } finally {
    forget()
  }
}

async function endOf(running: RunningCenter, order: string): Promise<string | undefined> {
  for (const until = Date.now() + patienceMs; Date.now() < until; await pause(250)) {
    const row = await running.store.tenant(running.tenant, db =>
      db.selectFrom('host_order').select(['state', 'reason']).where('order_id', '=', order).executeTakeFirst(),
    )
    if (row === undefined || !ended.has(row.state)) continue
    return row.state === 'done' ? undefined : (row.reason ?? row.state)
  }
  return `no answer within ${patienceMs / 1_000} seconds; it goes on, and alerts will show in the center`
}
