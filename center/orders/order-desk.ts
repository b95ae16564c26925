import { randomBytes } from 'node:crypto'
import { sql } from 'kysely'
import { canonicalJson } from '../../engine/index.ts'
import { approval, type Order, orderAction, type SignedOrder, signedOrder } from '../../model/wire/index.ts'
import type { Center, Db } from '../context.ts'
import type { AgentIdentity, OrderDesk } from '../gateway/ports.ts'
import { afterOrders } from '../ingest/index.ts'

/** Orders handed out in one transaction at most. */
const most = 50

/** Hands orders to agents: signed once, with the next sequence of that agent, and the same envelope whenever it is sent again. */
export function createOrderDesk(center: Center): OrderDesk {
  return {
    async *waiting(agent, again) {
      if (again) yield* await center.store.tenant(agent.tenant, db => unanswered(db, agent, center.clock()))
      for (;;) {
        const { orders, looked } = await center.store.tenant(agent.tenant, db => signNext(db, center, agent))
        yield* orders
        if (looked < most) return
      }
    },
  }
}

async function unanswered(db: Db, agent: AgentIdentity, now: Date): Promise<SignedOrder[]> {
  const rows = await db
    .selectFrom('host_order')
    .select('envelope')
    .where('tenant_id', '=', agent.tenant)
    .where('agent_id', '=', agent.agent)
    .where('state', '=', 'sent')
    .where('expires_at', '>', now)
    .orderBy('sequence')
    .execute()
  // What cannot be read any more expires by itself.
  return rows.flatMap(one => signedOrder.safeParse(one.envelope).data ?? [])
}

async function signNext(
  db: Db,
  center: Center,
  agent: AgentIdentity,
): Promise<{ orders: SignedOrder[]; looked: number }> {
  const now = center.clock()
  // The agent's row is the lock of its sequence: two nodes never give the same number.
  const row = await db
    .selectFrom('agent')
    .select(['order_sequence', 'state'])
    .where('tenant_id', '=', agent.tenant)
    .where('agent_id', '=', agent.agent)
    .forUpdate()
    .executeTakeFirst()
  if (row === undefined || row.state !== 'active') return { orders: [], looked: 0 }
  const { rows } = await sql<{ order_id: string; action: unknown; expires_at: Date }>`
    SELECT order_id, action, expires_at FROM host_order
    WHERE tenant_id = ${agent.tenant} AND agent_id = ${agent.agent} AND state = 'queued' AND expires_at > ${now}
    ORDER BY order_id LIMIT ${most} FOR UPDATE SKIP LOCKED`.execute(db)
  if (rows.length === 0) return { orders: [], looked: 0 }
  const approvals = await approvalsOf(
    db,
    agent.tenant,
    rows.map(one => one.order_id),
  )
  const signed: SignedOrder[] = []
  const unreadable: string[] = []
  for (const one of rows) {
    const action = orderAction.safeParse(one.action).data
    if (action === undefined) {
      unreadable.push(one.order_id)
      continue
    }
    const order: Order = {
      format: 'davylamp-order',
      version: 1,
      id: one.order_id,
      agent: agent.agent,
      sequence: row.order_sequence + signed.length + 1,
      nonce: randomBytes(18).toString('base64url'),
      issuedAt: now.toISOString(),
      expiresAt: one.expires_at.toISOString(),
      action,
    }
    const { key, signature } = await center.keys.signOrder(Buffer.from(canonicalJson(order)))
    signed.push({ order, key, signature, approvals: approvals.get(one.order_id) ?? [] })
  }
  await markUnreadable(db, agent, unreadable, now)
  if (signed.length > 0) await markSent(db, agent, signed, now)
  return { orders: signed, looked: rows.length }
}

/** One row that nobody can read must not keep all that wait behind it. */
async function markUnreadable(db: Db, { tenant }: AgentIdentity, orders: readonly string[], now: Date): Promise<void> {
  if (orders.length === 0) return
  const reason = 'this center cannot read the order: another version wrote it, or somebody changed it in the database'
  await sql`
    UPDATE host_order SET state = 'failed', reason = ${reason}, ended_at = ${now}
    WHERE tenant_id = ${tenant} AND order_id = ANY(${[...orders]}::uuid[])`.execute(db)
  await afterOrders(db, tenant, orders, now)
}

async function approvalsOf(db: Db, tenant: string, orders: readonly string[]) {
  const { rows } = await sql<{ order_id: string; document: unknown }>`
    SELECT order_id, document FROM order_approval
    WHERE tenant_id = ${tenant} AND order_id = ANY(${[...orders]}::uuid[]) AND document IS NOT NULL
    ORDER BY at, approver`.execute(db)
  const documents = new Map<string, SignedOrder['approvals']>()
  for (const { order_id, document } of rows) {
    const read = approval.safeParse(document).data
    if (read !== undefined) documents.set(order_id, [...(documents.get(order_id) ?? []), read].slice(0, 5))
  }
  return documents
}

async function markSent(db: Db, agent: AgentIdentity, signed: readonly SignedOrder[], now: Date): Promise<void> {
  const rows = signed.map(one => ({ order_id: one.order.id, sequence: one.order.sequence, envelope: one }))
  await sql`
    UPDATE host_order o SET state = 'sent', sent_at = ${now}, sequence = i.sequence, envelope = i.envelope
    FROM jsonb_to_recordset(${JSON.stringify(rows)}::jsonb) AS i(order_id uuid, sequence bigint, envelope jsonb)
    WHERE o.tenant_id = ${agent.tenant} AND o.order_id = i.order_id`.execute(db)
  await db
    .updateTable('agent')
    .set({ order_sequence: signed.at(-1)?.order.sequence ?? 0 })
    .where('tenant_id', '=', agent.tenant)
    .where('agent_id', '=', agent.agent)
    .execute()
  await afterOrders(
    db,
    agent.tenant,
    signed.map(one => one.order.id),
    now,
  )
}
