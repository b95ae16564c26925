import { sql } from 'kysely'
import type { Db } from '../context.ts'
import { addAlertEvents } from './alert-events.ts'
import { changeStatus } from './change-status.ts'

interface MovedOrder {
  readonly order_id: string
  readonly task_id: string
  readonly alert_id: string | null
  readonly kind: string
  readonly state: string
  readonly refusal: string | null
  readonly reason: string | null
  readonly run_id: string | null
  readonly created_by: string
}

const inVain = new Set(['partial', 'refused', 'failed', 'cancelled', 'expired'])
const handling = new Set(['clean', 'block'])

/** What a new state of orders means for their alerts and tasks. A clean-up that is done is judged by its run's proof, not here. */
export async function afterOrders(db: Db, tenant: string, orders: readonly string[], at: Date): Promise<void> {
  if (orders.length === 0) return
  const { rows } = await sql<MovedOrder>`
    SELECT order_id, task_id, alert_id, kind, state, refusal, reason, run_id, created_by FROM host_order
    WHERE tenant_id = ${tenant} AND order_id = ANY(${[...orders]}::uuid[]) ORDER BY order_id`.execute(db)
  const events = rows.flatMap(one =>
    one.alert_id === null
      ? []
      : [{ alert: one.alert_id, actor: actorOf(one), what: `order-${one.state}`, detail: detailOf(one) }],
  )
  await addAlertEvents(db, tenant, events, at)
  for (const one of rows) await moveAlert(db, tenant, one, at)
  await endTasks(db, tenant, [...new Set(rows.map(one => one.task_id))], at)
}

function actorOf({ state, created_by }: MovedOrder): string {
  if (state === 'queued' || state === 'waiting-approval' || state === 'cancelled') return created_by
  return state === 'sent' || state === 'expired' ? 'center' : 'host'
}

function detailOf({ order_id, kind, refusal, reason, run_id }: MovedOrder) {
  return {
    order: order_id,
    kind,
    ...(refusal === null ? {} : { refusal }),
    ...(reason === null ? {} : { reason }),
    ...(run_id === null ? {} : { run: run_id }),
  }
}

async function moveAlert(db: Db, tenant: string, order: MovedOrder, at: Date): Promise<void> {
  if (order.alert_id === null || !handling.has(order.kind)) return
  const alerts = [order.alert_id]
  const detail = { order: order.order_id, ...(order.reason === null ? {} : { reason: order.reason }) }
  const common = { alerts, detail, at, withChildren: true }
  if (order.state === 'done' && order.kind === 'block')
    await changeStatus(db, tenant, {
      ...common,
      to: 'handled',
      from: ['open', 'handling'],
      handledAs: 'block',
      by: order.created_by,
      what: 'handled',
    })
  else if (inVain.has(order.state) && !(await othersAtWork(db, tenant, order)))
    await changeStatus(db, tenant, { ...common, to: 'open', from: ['handling'], by: actorOf(order), what: 'reopened' })
  else if (!inVain.has(order.state) && order.state !== 'done')
    await changeStatus(db, tenant, {
      ...common,
      to: 'handling',
      from: ['open'],
      by: order.created_by,
      what: 'handling',
    })
}

async function othersAtWork(db: Db, tenant: string, { alert_id, order_id }: MovedOrder): Promise<boolean> {
  const { rows } = await sql`
    SELECT FROM host_order WHERE tenant_id = ${tenant} AND alert_id = ${alert_id} AND order_id <> ${order_id}
      AND kind IN ('clean', 'block') AND ended_at IS NULL LIMIT 1`.execute(db)
  return rows.length > 0
}

async function endTasks(db: Db, tenant: string, tasks: readonly string[], at: Date): Promise<void> {
  // In the order of ids and locked first: two orders of one task that end at the same moment must see each other.
  await sql`SELECT FROM task WHERE tenant_id = ${tenant} AND task_id = ANY(${[...tasks]}::uuid[]) ORDER BY task_id FOR UPDATE`.execute(
    db,
  )
  await sql`
    UPDATE task t SET ended_at = CASE
      WHEN EXISTS (SELECT FROM host_order o WHERE o.tenant_id = t.tenant_id AND o.task_id = t.task_id AND o.ended_at IS NULL)
      THEN NULL ELSE ${at}::timestamptz END
    WHERE t.tenant_id = ${tenant} AND t.task_id = ANY(${[...tasks]}::uuid[])`.execute(db)
}
