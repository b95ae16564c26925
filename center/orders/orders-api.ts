import { type SqlBool, sql } from 'kysely'
import { z } from 'zod'
import { actionState, plan } from '../../model/index.ts'
import type { orderRoutes, Permission } from '../../model/api/index.ts'
import { beyond, keyset } from '../api/keyset.ts'
import type { Caller, Db, Handlers } from '../context.ts'
import { badRequest, notFound } from '../problem-error.ts'
import { type Approver, approveOrders, refuseOrders } from './approve-orders.ts'
import { inGroups } from './in-groups.ts'
import { isReadable, orderObjectOf, type OrderRow, ordersWhere } from './order-object.ts'
import { approvalChallenge, approvalText } from './verify-approval.ts'

type OrderHandlers = Pick<
  Handlers<typeof orderRoutes>,
  'listOrders' | 'getOrder' | 'approvalRequest' | 'approveOrders' | 'refuseOrders'
>

const byOrder = keyset('orders', [z.uuid()])

export const orderHandlers: OrderHandlers = {
  async listOrders({ query }, { caller, db }) {
    const { state, host, task, alert } = query
    const conditions = [
      sql<SqlBool>`o.tenant_id = ${caller.tenant}`,
      inGroups(caller, 'hosts:read', 'h.group_id'),
      beyond(['o.order_id'], byOrder.read(query.after), 'desc'),
      ...(state === undefined ? [] : [sql<SqlBool>`o.state = ${state}`]),
      ...(host === undefined ? [] : [sql<SqlBool>`o.host_id = ${host}`]),
      ...(task === undefined ? [] : [sql<SqlBool>`o.task_id = ${task}`]),
      ...(alert === undefined ? [] : [sql<SqlBool>`o.alert_id = ${alert}`]),
    ]
    const rows = await ordersWhere(db, sql<SqlBool>`${sql.join(conditions, sql` AND `)}`, query.limit + 1)
    const { items, ...next } = byOrder.page(rows, query.limit, row => [row.order_id])
    return { items: items.filter(isReadable).map(orderObjectOf), ...next }
  },

  async getOrder({ params }, { caller, db }) {
    const [row] = await visible(db, caller, 'hosts:read', [params.order])
    if (row === undefined || !isReadable(row)) throw notFound('order')
    return { ...orderObjectOf(row), steps: await stepsOf(db, caller.tenant, row) }
  },

  async approvalRequest({ body }, { caller, db, center }) {
    const rows = await allVisible(db, caller, body.orders)
    const expiresAt = new Date(center.clock().getTime() + body.minutes * 60_000).toISOString()
    const digests = [...new Set(rows.map(one => one.digest))].sort()
    const approved = { format: 'davylamp-approval' as const, version: 1 as const, digests, expiresAt }
    const orders = []
    for (const row of rows) orders.push(await shownToApprover(db, caller.tenant, row))
    return { approved, text: approvalText(approved), challenge: approvalChallenge(approved), orders }
  },

  async approveOrders({ body }, { caller, db, center, audit }) {
    await allVisible(db, caller, body.orders)
    const result = await approveOrders(db, center, approverOf(caller), body.orders, body.approval)
    const signed = body.approval === undefined ? {} : { signedAs: body.approval.approver }
    for (const id of result.approved) await audit('order.approved', { kind: 'order', id }, signed)
    return result
  },

  async refuseOrders({ body }, { caller, db, center, audit }) {
    await allVisible(db, caller, body.orders)
    const result = await refuseOrders(db, center, approverOf(caller), body.orders, body.reason)
    for (const id of result.refused) await audit('order.refused', { kind: 'order', id }, { reason: body.reason })
    return result
  },
}

function approverOf({ tenant, name, kind, id }: Caller): Approver {
  return { tenant, name, user: kind === 'user' ? id : undefined }
}

async function visible(db: Db, caller: Caller, permission: Permission, orders: readonly string[]): Promise<OrderRow[]> {
  const condition = sql<SqlBool>`o.tenant_id = ${caller.tenant} AND o.order_id = ANY(${[...orders]}::uuid[])
    AND ${inGroups(caller, permission, 'h.group_id')}`
  return await ordersWhere(db, condition, orders.length)
}

/** One that the caller may not approve is, for them, not there. */
async function allVisible(db: Db, caller: Caller, orders: readonly string[]): Promise<OrderRow[]> {
  const rows = await visible(db, caller, 'orders:approve', orders)
  if (rows.length < new Set(orders).size) throw notFound('order')
  return rows
}

async function stepsOf(db: Db, tenant: string, { host_id, run_id }: OrderRow) {
  if (run_id === null) {
    return []
  }
  const rows = await db
    .selectFrom('run_action')
    .select('body')
    .where('tenant_id', '=', tenant)
    .where('host_id', '=', host_id)
    .where('run_id', '=', run_id)
    .orderBy('number')
    .execute()
  return rows.map(one => actionState.parse(one.body))
}

async function shownToApprover(db: Db, tenant: string, row: OrderRow) {
  const { id, host, kind, action, digest, createdBy } = orderObjectOf(row)
  if (row.state !== 'waiting-approval') throw badRequest('An order waits for no approval', `${id} is ${row.state}.`)
  const shown = { id, host, kind, action, digest, createdBy }
  const alert = await alertOf(db, tenant, row.alert_id)
  const planned =
    action.kind === 'clean' && action.plan !== undefined
      ? await planOf(db, tenant, row.host_id, action.plan)
      : undefined
  return { ...shown, ...(alert === undefined ? {} : { alert }), ...(planned === undefined ? {} : { plan: planned }) }
}

async function alertOf(db: Db, tenant: string, id: string | null) {
  if (id === null) return undefined
  return await db
    .selectFrom('alert')
    .select(['alert_id as id', 'title'])
    .where('tenant_id', '=', tenant)
    .where('alert_id', '=', id)
    .executeTakeFirst()
}

async function planOf(db: Db, tenant: string, host: string, id: string) {
  const row = await db
    .selectFrom('plan')
    .select('body')
    .where('tenant_id', '=', tenant)
    .where('host_id', '=', host)
    .where('plan_id', '=', id)
    .executeTakeFirst()
  return row && plan.parse(row.body)
}
