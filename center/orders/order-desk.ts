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
        const orders = await center.store.tenant(agent.tenant, db => signNext(db, center, agent))
        yield* orders
        if (orders.length < most) return
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
  return rows.map(one => signedOrder.parse(one.envelope))
}

async function signNext(db: Db, center: Center, agent: AgentIdentity): Promise<SignedOrder[]> {
  const now = center.clock()
  // The agent's row is the lock of its sequence: two nodes never give the same number.
  const row = await db
    .selectFrom('agent')
    .select(['order_sequence', 'state'])
    .where('tenant_id', '=', agent.tenant)
    .where('agent_id', '=', agent.agent)
    .forUpdate()
    .executeTakeFirst()
  if (row === undefined || row.state !== 'active') return []
  const { rows } = await sql<{ order_id: string; action: unknown; expires_at: Date }>`
    SELECT order_id, action, expires_at FROM host_order
    WHERE tenant_id = ${agent.tenant} AND agent_id = ${agent.agent} AND state = 'queued' AND expires_at > ${now}
    ORDER BY order_id LIMIT ${most} FOR UPDATE SKIP LOCKED`.execute(db)
  if (rows.length === 0) return []
  const approvals = await approvalsOf(
    db,
    agent.tenant,
    rows.map(one => one.order_id),
  )
  const signed: SignedOrder[] = []
  for (const [index, one] of rows.entries()) {
    const order: Order = {
      format: 'davylamp-order',
      version: 1,
      id: one.order_id,
      agent: agent.agent,
      sequence: row.order_sequence + index + 1,
      nonce: randomBytes(18).toString('base64url'),
      issuedAt: now.toISOString(),
      expiresAt: one.expires_at.toISOString(),
      action: orderAction.parse(one.action),
    }
    const { key, signature } = await center.keys.signOrder(Buffer.from(canonicalJson(order)))
    signed.push({ order, key, signature, approvals: approvals.get(one.order_id) ?? [] })
  }
  await markSent(db, agent, signed, now)
  return signed
}

async function approvalsOf(db: Db, tenant: string, orders: readonly string[]) {
  const { rows } = await sql<{ order_id: string; document: unknown }>`
    SELECT order_id, document FROM order_approval
    WHERE tenant_id = ${tenant} AND order_id = ANY(${[...orders]}::uuid[]) AND document IS NOT NULL
    ORDER BY at, approver`.execute(db)
  const documents = new Map<string, SignedOrder['approvals']>()
  for (const { order_id, document } of rows)
    documents.set(order_id, [...(documents.get(order_id) ?? []), approval.parse(document)].slice(0, 5))
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
