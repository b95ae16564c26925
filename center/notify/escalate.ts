import { sql } from 'kysely'
import { type Notice, notice } from '../../notify/index.ts'
import type { Bus, Db } from '../context.ts'
import { insertEscalated } from './outbox.ts'
import { readRoutes } from './route-set.ts'

interface Waiting {
  readonly tenant_id: string
  readonly route_id: string
  readonly alert_id: string
  readonly notice: unknown
}

/** Tells the next channels of alerts that nobody took up in time. Gives how many were looked at. */
export async function escalate(db: Db, bus: Bus, at: Date): Promise<number> {
  const { rows } = await sql<Waiting>`
    DELETE FROM escalation WHERE (tenant_id, escalation_id) IN (
      SELECT tenant_id, escalation_id FROM escalation WHERE due_at <= ${at} ORDER BY due_at LIMIT 200 FOR UPDATE SKIP LOCKED)
    RETURNING tenant_id, route_id, alert_id, notice`.execute(db)
  for (const [tenant, own] of Map.groupBy(rows, one => one.tenant_id)) {
    const open = await nobodys(
      db,
      tenant,
      own.map(one => one.alert_id),
    )
    const set = await readRoutes(db, tenant)
    for (const one of own)
      if (open.has(one.alert_id))
        await insertEscalated(
          db,
          bus,
          tenant,
          { route: one.route_id, alert: one.alert_id, notice: noticeOf(one.notice) },
          set,
          at,
        )
  }
  return rows.length
}

/** Still open, still there, and nobody's. */
async function nobodys(db: Db, tenant: string, alerts: readonly string[]): Promise<Set<string>> {
  const rows = await db
    .selectFrom('alert')
    .select('alert_id')
    .where('tenant_id', '=', tenant)
    .where('alert_id', 'in', [...alerts])
    .where('status', '=', 'open')
    .where('assigned_to', 'is', null)
    .where('gone_at', 'is', null)
    .execute()
  return new Set(rows.map(one => one.alert_id))
}

function noticeOf(value: unknown): Notice {
  return notice.parse(value)
}
