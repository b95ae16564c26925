import { sql } from 'kysely'
import type { Approval } from '../../model/wire/index.ts'
import type { Center, Db } from '../context.ts'
import { addAlertEvents, afterOrders } from '../ingest/index.ts'
import { approverKeyNamed } from '../people/index.ts'
import { badRequest } from '../problem-error.ts'
import { isSignedBy } from './verify-approval.ts'

export interface Approver {
  readonly tenant: string
  readonly name: string
  /** Absent for tokens. */
  readonly user?: string | undefined
}

export interface ApprovalResult {
  readonly approved: string[]
  /** Those that have all they need and go out. */
  readonly queued: string[]
  readonly refused: { order: string; reason: string }[]
}

interface WaitingOrder {
  readonly order_id: string
  readonly task_id: string
  readonly agent_id: string
  readonly alert_id: string | null
  readonly state: string
  readonly digest: string
  readonly created_by: string
  readonly approvals_needed: number
  readonly expires_at: Date
}

/** Approves orders that wait; `document` is kept and goes to the host. The caller has checked that the approver may see them. */
export async function approveOrders(
  db: Db,
  center: Center,
  approver: Approver,
  orders: readonly string[],
  document?: Approval,
): Promise<ApprovalResult> {
  const now = center.clock()
  if (document !== undefined) await checkDocument(db, approver, document, now)
  const rows = await lockOrders(db, approver.tenant, orders)
  const result: ApprovalResult = { approved: [], queued: [], refused: [] }
  for (const id of new Set(orders)) {
    const row = rows.get(id)
    const reason = row === undefined ? 'there is no such order' : whyNot(row, approver, document, now)
    if (row === undefined || reason !== undefined) {
      result.refused.push({ order: id, reason: reason ?? '' })
      continue
    }
    if (!(await note(db, approver, row, document, now))) {
      result.refused.push({ order: id, reason: 'you have approved it already; it needs somebody else' })
      continue
    }
    result.approved.push(id)
    if (await isComplete(db, approver.tenant, row)) result.queued.push(id)
  }
  await queue(
    db,
    center,
    approver.tenant,
    result.queued.flatMap(id => rows.get(id) ?? []),
    now,
  )
  return result
}

export async function refuseOrders(
  db: Db,
  center: Center,
  approver: Approver,
  orders: readonly string[],
  reason: string,
): Promise<{ refused: string[]; left: { order: string; reason: string }[] }> {
  const now = center.clock()
  const rows = await lockOrders(db, approver.tenant, orders)
  const waiting = [...rows.values()].filter(one => one.state === 'waiting-approval')
  const refused = waiting.map(one => one.order_id)
  await sql`
    UPDATE host_order SET state = 'cancelled', reason = ${`${approver.name} refused it: ${reason}`}, ended_at = ${now}
    WHERE tenant_id = ${approver.tenant} AND order_id = ANY(${refused}::uuid[])`.execute(db)
  await afterOrders(db, approver.tenant, refused, now)
  await tellTasks(db, center, approver.tenant, waiting)
  const left = [...new Set(orders)].filter(id => !refused.includes(id))
  return {
    refused,
    left: left.map(order => ({ order, reason: rows.has(order) ? 'it waits for nobody' : 'there is no such order' })),
  }
}

/**
 * Of keys that people registered the center checks the signature; one that it does not know counts as a second pair of eyes here,
 * and it is the host that believes it or not.
 */
async function checkDocument(db: Db, approver: Approver, document: Approval, now: Date): Promise<void> {
  if (new Date(document.approved.expiresAt) <= now)
    throw badRequest('This approval has expired', 'Ask for a new approval request and sign that.')
  const key = await approverKeyNamed(db, approver.tenant, document.approver)
  if (key === undefined) return
  if (key.revoked)
    throw badRequest('That key was revoked', `Register another key than "${document.approver}", and sign with that.`)
  if (approver.user !== undefined && approver.user !== key.user)
    throw badRequest('That is the key of somebody else', 'Sign with a key of your own: one person counts once.')
  if (!(await isSignedBy(document, key.pinned)))
    throw badRequest(
      'The signature is not of that approver',
      `Sign with the key that is registered as "${document.approver}".`,
    )
}

async function lockOrders(
  db: Db,
  tenant: string,
  orders: readonly string[],
): Promise<ReadonlyMap<string, WaitingOrder>> {
  const { rows } = await sql<WaitingOrder>`
    SELECT order_id, task_id, agent_id, alert_id, state, digest, created_by, approvals_needed, expires_at FROM host_order
    WHERE tenant_id = ${tenant} AND order_id = ANY(${[...orders]}::uuid[]) ORDER BY order_id FOR UPDATE`.execute(db)
  return new Map(rows.map(one => [one.order_id, one]))
}

function whyNot(row: WaitingOrder, approver: Approver, document: Approval | undefined, now: Date): string | undefined {
  if (row.state !== 'waiting-approval') return `it waits for no approval: it is ${row.state}`
  if (row.expires_at <= now) return 'it has expired: order it again'
  if (row.created_by === approver.name) return 'you made it: somebody else must approve it'
  if (document !== undefined && !document.approved.digests.includes(row.digest))
    return 'the signed document does not name it'
  return undefined
}

/** False when this person has approved it before: one person counts once. */
async function note(
  db: Db,
  { tenant, name, user }: Approver,
  row: WaitingOrder,
  document: Approval | undefined,
  now: Date,
) {
  const added = await db
    .insertInto('order_approval')
    .values({
      tenant_id: tenant,
      order_id: row.order_id,
      approver: name,
      user_id: user ?? null,
      document: document === undefined ? null : JSON.stringify(document),
      at: now,
    })
    .onConflict(clash => clash.columns(['tenant_id', 'order_id', 'approver']).doNothing())
    .returning('order_id')
    .execute()
  if (added.length === 0) return false
  const detail = { order: row.order_id, signed: document !== undefined }
  if (row.alert_id !== null)
    await addAlertEvents(db, tenant, [{ alert: row.alert_id, actor: name, what: 'order-approved', detail }], now)
  return true
}

async function isComplete(db: Db, tenant: string, row: WaitingOrder): Promise<boolean> {
  const { rows } = await sql<{ count: number }>`
    SELECT count(*)::int AS count FROM order_approval WHERE tenant_id = ${tenant} AND order_id = ${row.order_id}`.execute(
    db,
  )
  return (rows[0]?.count ?? 0) >= row.approvals_needed
}

async function queue(db: Db, center: Center, tenant: string, rows: readonly WaitingOrder[], now: Date): Promise<void> {
  if (rows.length === 0) return
  const ids = rows.map(one => one.order_id)
  await sql`
    UPDATE host_order SET state = 'queued' WHERE tenant_id = ${tenant} AND order_id = ANY(${ids}::uuid[])`.execute(db)
  await afterOrders(db, tenant, ids, now)
  for (const id of new Set(rows.map(one => one.agent_id)))
    await center.bus.publish('orders', { tenant, what: 'agent', id }, db)
  await tellTasks(db, center, tenant, rows)
}

async function tellTasks(db: Db, center: Center, tenant: string, rows: readonly WaitingOrder[]): Promise<void> {
  for (const id of new Set(rows.map(one => one.task_id)))
    await center.bus.publish('live', { tenant, what: 'task', id }, db)
}
