import { type RawBuilder, type SqlBool, sql } from 'kysely'
import { centerOrderStates, type OrderObject } from '../../model/api/index.ts'
import { orderAction, refusals } from '../../model/wire/index.ts'
import type { Db } from '../context.ts'

export interface OrderRow {
  readonly order_id: string
  readonly task_id: string
  readonly host_id: string
  readonly host_name: string
  readonly group_id: string
  readonly kind: string
  readonly action: unknown
  readonly alert_id: string | null
  readonly state: string
  readonly refusal: string | null
  readonly reason: string | null
  readonly run_id: string | null
  readonly digest: string
  readonly approvals_needed: number
  readonly approvals: { approver: string; at: string; signed: boolean }[]
  readonly created_by: string
  readonly created_at: Date
  readonly sent_at: Date | null
  readonly ended_at: Date | null
  readonly expires_at: Date
}

/** Orders (`o`) with their hosts (`h`) and approvals, newest first. */
export async function ordersWhere(db: Db, condition: RawBuilder<SqlBool>, limit: number): Promise<OrderRow[]> {
  const { rows } = await sql<OrderRow>`
    SELECT o.order_id, o.task_id, o.host_id, h.name AS host_name, h.group_id, o.kind, o.action, o.alert_id, o.state, o.refusal,
      o.reason, o.run_id, o.digest, o.approvals_needed, o.created_by, o.created_at, o.sent_at, o.ended_at, o.expires_at,
      (SELECT coalesce(jsonb_agg(jsonb_build_object('approver', a.approver, 'at', a.at, 'signed', a.document IS NOT NULL) ORDER BY a.at), '[]')
        FROM order_approval a WHERE a.tenant_id = o.tenant_id AND a.order_id = o.order_id) AS approvals
    FROM host_order o JOIN host h ON h.tenant_id = o.tenant_id AND h.host_id = o.host_id
    WHERE ${condition} ORDER BY o.order_id DESC LIMIT ${limit}`.execute(db)
  return rows
}

/** False for what another version wrote or somebody changed in the database: its task shows it as failed, with the reason. */
export function isReadable(row: OrderRow): boolean {
  return orderAction.safeParse(row.action).success
}

/** Throws when the row is not readable. */
export function orderObjectOf(row: OrderRow): OrderObject {
  const refusal = refusals.find(one => one === row.refusal)
  return {
    id: row.order_id,
    task: row.task_id,
    host: { id: row.host_id, name: row.host_name },
    kind: row.kind,
    action: orderAction.parse(row.action),
    ...(row.alert_id === null ? {} : { alert: row.alert_id }),
    state: centerOrderStates.find(one => one === row.state) ?? 'failed',
    ...(refusal === undefined ? {} : { refusal }),
    ...(row.reason === null ? {} : { reason: row.reason }),
    ...(row.run_id === null ? {} : { run: row.run_id }),
    digest: row.digest,
    approvalsNeeded: row.approvals_needed,
    approvals: row.approvals.map(one => ({ ...one, at: new Date(one.at).toISOString() })),
    createdBy: row.created_by,
    createdAt: row.created_at.toISOString(),
    ...(row.sent_at === null ? {} : { sentAt: row.sent_at.toISOString() }),
    ...(row.ended_at === null ? {} : { endedAt: row.ended_at.toISOString() }),
    expiresAt: row.expires_at.toISOString(),
  }
}
