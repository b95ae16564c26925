import { sql } from 'kysely'
import type { CenterOrderState } from '../../model/api/index.ts'
import type { OrderAction, Refusal } from '../../model/wire/index.ts'
import type { Center, Db } from '../context.ts'
import { afterOrders } from '../ingest/index.ts'
import { uuid7 } from '../uuid7.ts'
import { checkOrders } from './check-orders.ts'
import { orderDigest } from './digest.ts'
import { readSetting } from './settings.ts'

export interface NewTask {
  readonly tenant: string
  /** For people: `Handle 3 alerts in depth`. */
  readonly title: string
  /** Order kind, or `handle`; that of the orders when absent. */
  readonly kind?: string
  /** User or token name. */
  readonly by: string
  readonly orders: readonly {
    readonly host: string
    readonly action: OrderAction
    readonly alert?: string | undefined
    /** At least so many approvals, whatever the setting says: where the host is known to ask for one. */
    readonly approvals?: 0 | 1 | 2
  }[]
  /** After that hosts do not take them any more. A day when absent. */
  readonly expiresAt?: Date
  readonly detail?: unknown
}

export interface CreatedOrder {
  readonly host: string
  readonly alert?: string | undefined
  /** Absent where there is no agent to give it to. */
  readonly order?: string
  readonly state: CenterOrderState
  readonly refusal?: Refusal
  /** For people, where it was refused or waits. */
  readonly reason?: string
}

const dayMs = 86_400_000

/** One task, one order for each host. Those that cannot be carried out are kept as refused, with the reason. In the caller's transaction; nodes are woken at its commit. */
export async function createOrders(
  db: Db,
  center: Center,
  asked: NewTask,
): Promise<{ task: string; orders: CreatedOrder[] }> {
  const now = center.clock()
  const task = uuid7(now)
  const agents = await agentsOf(db, asked)
  const able = asked.orders.flatMap(one => {
    const agent = agents.get(one.host)
    return agent === undefined ? [] : [{ ...one, ...agent, digest: orderDigest(agent.agent, one.action) }]
  })
  const refusals = await checkOrders(db, asked.tenant, able)
  const approver = await readSetting(db, asked.tenant, 'second-approver')
  const rows = able.map((one, index) => {
    const needed = Math.max(one.approvals ?? 0, approver.kinds.includes(one.action.kind) ? approver.approvals : 0)
    const refused = refusals[index]
    const state = refused !== undefined ? 'refused' : needed > 0 ? 'waiting-approval' : 'queued'
    return { ...one, ...refused, order: uuid7(now), needed, state } as const
  })
  await insert(db, asked, task, rows, now)
  await afterOrders(
    db,
    asked.tenant,
    rows.map(one => one.order),
    now,
  )
  await wake(db, center, asked.tenant, task, rows)
  const orders = [...rows.map(createdFrom), ...asked.orders.filter(one => !agents.has(one.host)).map(withoutAgent)]
  return { task, orders }
}

type Row =
  Awaited<ReturnType<typeof agentsOf>> extends Map<string, infer A>
    ? A & {
        readonly host: string
        readonly action: OrderAction
        readonly alert?: string | undefined
        readonly order: string
        readonly digest: string
        readonly needed: number
        readonly state: 'refused' | 'waiting-approval' | 'queued'
        readonly refusal?: Refusal
        readonly reason?: string
      }
    : never

function createdFrom({ host, alert, order, state, refusal, reason }: Row): CreatedOrder {
  return {
    host,
    alert,
    order,
    state,
    ...(refusal === undefined ? {} : { refusal }),
    ...(reason === undefined ? {} : { reason }),
  }
}

function withoutAgent({ host, alert }: NewTask['orders'][number]): CreatedOrder {
  return { host, alert, state: 'refused', reason: 'this host has no agent in force: enrol it again' }
}

async function agentsOf(db: Db, { tenant, orders }: NewTask) {
  const rows = await db
    .selectFrom('host')
    .innerJoin('agent', join =>
      join.onRef('agent.tenant_id', '=', 'host.tenant_id').onRef('agent.agent_id', '=', 'host.agent_id'),
    )
    .where('host.tenant_id', '=', tenant)
    .where('host.removed_at', 'is', null)
    .where('agent.state', '=', 'active')
    .where(sql<boolean>`host.host_id = ANY(${orders.map(one => one.host)}::uuid[])`)
    .select(['host.host_id', 'agent.agent_id', 'agent.capabilities'])
    .execute()
  return new Map(rows.map(one => [one.host_id, { agent: one.agent_id, capabilities: one.capabilities }]))
}

async function insert(db: Db, asked: NewTask, task: string, rows: readonly Row[], now: Date): Promise<void> {
  const kinds = [...new Set(asked.orders.map(one => one.action.kind))]
  await db
    .insertInto('task')
    .values({
      tenant_id: asked.tenant,
      task_id: task,
      kind: asked.kind ?? (kinds.length === 1 ? (kinds[0] ?? 'handle') : 'handle'),
      title: asked.title.slice(0, 500),
      created_by: asked.by,
      created_at: now,
      ended_at: rows.length === 0 ? now : null,
      detail: JSON.stringify(asked.detail ?? {}),
    })
    .execute()
  if (rows.length === 0) return
  const expires = asked.expiresAt ?? new Date(now.getTime() + dayMs)
  await sql`
    INSERT INTO host_order (tenant_id, order_id, task_id, host_id, agent_id, kind, action, alert_id, state, refusal, reason,
      digest, approvals_needed, created_by, created_at, ended_at, expires_at)
    SELECT ${asked.tenant}::uuid, "order", ${task}::uuid, host, agent, action->>'kind', action, alert, state, refusal, reason,
      digest, needed, ${asked.by}, ${now}::timestamptz, CASE WHEN state = 'refused' THEN ${now}::timestamptz END, ${expires}::timestamptz
    FROM jsonb_to_recordset(${JSON.stringify(rows)}::jsonb) AS x("order" uuid, host uuid, agent uuid, action jsonb, alert uuid,
      state text, refusal text, reason text, digest text, needed smallint)`.execute(db)
}

async function wake(db: Db, center: Center, tenant: string, task: string, rows: readonly Row[]): Promise<void> {
  for (const agent of new Set(rows.filter(one => one.state === 'queued').map(one => one.agent)))
    await center.bus.publish('orders', { tenant, what: 'agent', id: agent }, db)
  await center.bus.publish('live', { tenant, what: 'task', id: task }, db)
}
