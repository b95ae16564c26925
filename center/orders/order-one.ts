import { sql } from 'kysely'
import type { CenterOrderState, Permission } from '../../model/api/index.ts'
import type { OrderAction } from '../../model/wire/index.ts'
import type { Request } from '../context.ts'
import { conflict, notFound } from '../problem-error.ts'
import { createOrders, type NewTask } from './create-orders.ts'
import { inGroups } from './in-groups.ts'

/** What the API answers when one thing was asked of one host. */
export interface OrderedOne {
  readonly task: string
  readonly order: string
  readonly state: CenterOrderState
  readonly reason?: string
}

export interface AskedOne extends Pick<NewTask, 'title' | 'expiresAt'> {
  readonly host: string
  readonly action: OrderAction
}

/** Orders one thing, with an entry in the audit log. Throws `ProblemError` 409 where there is no agent to give it to. */
export async function orderOne(request: Request, { host, action, ...asked }: AskedOne): Promise<OrderedOne> {
  const { caller, db, center, audit } = request
  const { tenant, name: by } = caller
  const { task, orders } = await createOrders(db, center, { tenant, by, ...asked, orders: [{ host, action }] })
  const [order] = orders
  if (order?.order === undefined) throw conflict('This cannot be ordered', order?.reason)
  await audit('order.created', { kind: 'order', id: order.order }, { action })
  return {
    task,
    order: order.order,
    state: order.state,
    ...(order.reason === undefined ? {} : { reason: order.reason }),
  }
}

/** The same, but who asks while the same is under way already is told of that order. */
export async function orderOnce(request: Request, asked: AskedOne): Promise<OrderedOne> {
  const { rows } = await sql<{ task_id: string; order_id: string; state: CenterOrderState }>`
    SELECT task_id, order_id, state FROM host_order
    WHERE tenant_id = ${request.caller.tenant} AND host_id = ${asked.host} AND ended_at IS NULL
      AND kind = ${asked.action.kind} AND action = ${JSON.stringify(asked.action)}::jsonb
    ORDER BY order_id DESC LIMIT 1`.execute(request.db)
  const [open] = rows
  return open === undefined ? orderOne(request, asked) : { task: open.task_id, order: open.order_id, state: open.state }
}

/** The name of a host in whose group the caller has the right; for others it is not there. */
export async function hostToCommand(
  { caller, db }: Request,
  host: string,
  permission: Permission = 'alerts:handle',
): Promise<string> {
  const { rows } = await sql<{ name: string }>`
    SELECT h.name FROM host h WHERE h.tenant_id = ${caller.tenant} AND h.host_id = ${host} AND h.removed_at IS NULL
      AND ${inGroups(caller, permission, 'h.group_id')}`.execute(db)
  const name = rows[0]?.name
  if (name === undefined) throw notFound('host')
  return name
}
