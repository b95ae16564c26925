import { sql } from 'kysely'
import type { Center, Db } from '../context.ts'
import { afterOrders } from '../ingest/index.ts'

/** Orders that nobody took in time end as expired; those that a host began and never ended, as failed, a week later. */
export async function sweepOrders(center: Center): Promise<number> {
  return await center.store.system(async db => {
    const now = center.clock()
    const ended = [
      ...(await end(db, now, ['waiting-approval', 'queued', 'sent'], 'expired', 'nobody took it in time')),
      ...(await end(
        db,
        new Date(now.getTime() - 7 * 86_400_000),
        ['accepted', 'running'],
        'failed',
        'the host never said how it ended',
      )),
    ]
    for (const tenant of new Set(ended.map(one => one.tenant_id))) {
      const orders = ended.filter(one => one.tenant_id === tenant)
      await afterOrders(
        db,
        tenant,
        orders.map(one => one.order_id),
        now,
      )
      for (const id of new Set(orders.map(one => one.task_id)))
        await center.bus.publish('live', { tenant, what: 'task', id }, db)
    }
    return ended.length
  })
}

async function end(db: Db, before: Date, states: string[], state: string, reason: string) {
  const { rows } = await sql<{ tenant_id: string; order_id: string; task_id: string }>`
    UPDATE host_order SET state = ${state}, reason = ${reason}, ended_at = now()
    WHERE (tenant_id, order_id) IN (
      SELECT tenant_id, order_id FROM host_order WHERE ended_at IS NULL AND expires_at <= ${before} AND state = ANY(${states}::text[])
      ORDER BY order_id LIMIT 1000 FOR UPDATE SKIP LOCKED)
    RETURNING tenant_id, order_id, task_id`.execute(db)
  return rows
}
