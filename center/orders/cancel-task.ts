import { sql } from 'kysely'
import type { OrderKind } from '../../model/wire/index.ts'
import type { Center, Db } from '../context.ts'
import { afterOrders } from '../ingest/index.ts'
import { createOrders } from './create-orders.ts'

export interface CancelledTask {
  /** Never reached a host. */
  readonly cancelled: number
  /** Hosts that were asked to stop. */
  readonly asked: number
  /** Go on: what changes a host is never cut in the middle. */
  readonly left: number
}

const stoppable: ReadonlySet<string> = new Set<OrderKind>([
  'scan',
  'report-inventory',
  'report-processes',
  'send-quarantined',
])

/** Looks are stopped wherever they are, changes only where no host has them yet. `hosts`: those that the caller may command. */
export async function cancelTask(
  db: Db,
  center: Center,
  { tenant, task, by, hosts }: { tenant: string; task: string; by: string; hosts: readonly string[] },
): Promise<CancelledTask> {
  const now = center.clock()
  const { rows } = await sql<{ order_id: string; host_id: string; kind: string; state: string }>`
    SELECT order_id, host_id, kind, state FROM host_order
    WHERE tenant_id = ${tenant} AND task_id = ${task} AND ended_at IS NULL AND host_id = ANY(${[...hosts]}::uuid[])
    ORDER BY order_id FOR UPDATE`.execute(db)
  const early = rows.filter(one => one.state === 'waiting-approval' || one.state === 'queued')
  const looks = rows.filter(one => !early.includes(one) && stoppable.has(one.kind))
  const ids = early.map(one => one.order_id)
  await sql`
    UPDATE host_order SET state = 'cancelled', reason = ${`${by} cancelled it`}, ended_at = ${now}
    WHERE tenant_id = ${tenant} AND order_id = ANY(${ids}::uuid[])`.execute(db)
  await afterOrders(db, tenant, ids, now)
  const orders = looks.map(one => ({ host: one.host_id, action: { kind: 'cancel' as const, order: one.order_id } }))
  if (orders.length > 0) await createOrders(db, center, { tenant, by, title: 'Stop scans', orders })
  await center.bus.publish('live', { tenant, what: 'task', id: task }, db)
  return { cancelled: early.length, asked: looks.length, left: rows.length - early.length - looks.length }
}
