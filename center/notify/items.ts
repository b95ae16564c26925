import { sql } from 'kysely'
import type { Center, Db } from '../context.ts'
import { type AlertRow, noticeOfAlert, noticeOfOrder, noticeOfRun, type OrderRow, type RunRow } from './notices.ts'
import { type Told, tellNotices } from './outbox.ts'

const mostAtOnce = 500

interface Item {
  readonly tenant_id: string
  readonly item_id: string
  readonly subject: string
  readonly subject_id: string
  readonly host_id: string | null
  readonly what: string
  readonly at: Date
}

interface Within {
  /** Its group: routes go by it. */
  readonly group_id: string | null
}

/** Makes deliveries of what the triggers noted, and forgets it, in one transaction. Gives how many items it took; call again while it is more than none. */
export async function takeItems(db: Db, { bus, settings: { address } }: Center, at: Date): Promise<number> {
  const { rows: items } = await sql<Item>`
    DELETE FROM notice_item WHERE (tenant_id, item_id) IN (
      SELECT tenant_id, item_id FROM notice_item ORDER BY at, item_id LIMIT ${mostAtOnce} FOR UPDATE SKIP LOCKED)
    RETURNING *`.execute(db)
  const inOrder = items.toSorted((a, b) => a.at.getTime() - b.at.getTime() || (a.item_id < b.item_id ? -1 : 1))
  for (const [tenant, own] of Map.groupBy(inOrder, one => one.tenant_id)) {
    const alerts = await toldOfAlerts(db, tenant, own, address)
    const orders = await toldOfOrders(db, tenant, own, address)
    const runs = await toldOfRuns(db, tenant, own, address)
    await tellNotices(db, bus, tenant, [...alerts, ...orders, ...runs], at)
  }
  return items.length
}

async function toldOfAlerts(db: Db, tenant: string, items: readonly Item[], address: string): Promise<Told[]> {
  const events = items.filter(one => one.subject === 'alert')
  const rows = await alertRows(
    db,
    tenant,
    events.map(one => one.subject_id),
  )
  return events.flatMap(event => {
    const row = rows.get(event.subject_id)
    // Findings of an incident are told with it; what an allowlist expects is told to nobody.
    if (row === undefined || row.parent_id !== null || row.status === 'allowed') return []
    if (event.what !== 'gone' && row.status !== 'open') return []
    const notice = noticeOfAlert(row, { id: event.item_id, what: event.what, at: event.at }, address)
    return [{ notice, group: row.group_id, alert: row.alert_id }]
  })
}

export async function alertRows(
  db: Db,
  tenant: string,
  ids: readonly string[],
): Promise<Map<string, AlertRow & { readonly group_id: string; readonly parent_id: string | null }>> {
  if (ids.length === 0) return new Map()
  const rows = await db
    .selectFrom('alert')
    .leftJoin('host', join =>
      join.onRef('host.tenant_id', '=', 'alert.tenant_id').onRef('host.host_id', '=', 'alert.host_id'),
    )
    .leftJoin('host_group', join =>
      join.onRef('host_group.tenant_id', '=', 'alert.tenant_id').onRef('host_group.group_id', '=', 'alert.group_id'),
    )
    .selectAll('alert')
    .select(['host.name as host_name', 'host_group.name as group_name'])
    .where('alert.tenant_id', '=', tenant)
    .where('alert.alert_id', 'in', [...new Set(ids)])
    .execute()
  return new Map(rows.map(row => [row.alert_id, row]))
}

async function toldOfOrders(db: Db, tenant: string, items: readonly Item[], address: string): Promise<Told[]> {
  const own = items.filter(one => one.subject === 'order')
  if (own.length === 0) return []
  const { rows } = await sql<OrderRow & Within>`
    SELECT o.order_id, o.task_id, o.host_id, o.kind, o.refusal, o.reason, o.created_by, t.title AS task_title,
      h.name AS host_name, h.group_id, g.name AS group_name
    FROM host_order o JOIN task t USING (tenant_id, task_id)
      LEFT JOIN host h ON h.tenant_id = o.tenant_id AND h.host_id = o.host_id
      LEFT JOIN host_group g ON g.tenant_id = h.tenant_id AND g.group_id = h.group_id
    WHERE o.tenant_id = ${tenant} AND o.order_id = ANY(${own.map(one => one.subject_id)}::uuid[])`.execute(db)
  const byId = new Map(rows.map(row => [row.order_id, row]))
  return own.flatMap(item => {
    const row = byId.get(item.subject_id)
    if (row === undefined) return []
    const notice = noticeOfOrder(row, { id: item.item_id, what: item.what, at: item.at }, address)
    return [{ notice, ...(row.group_id === null ? {} : { group: row.group_id }) }]
  })
}

async function toldOfRuns(db: Db, tenant: string, items: readonly Item[], address: string): Promise<Told[]> {
  const own = items.filter(one => one.subject === 'run')
  if (own.length === 0) return []
  const { rows } = await sql<RunRow & Within>`
    SELECT r.run_id, r.host_id, r.state, r.proof_result, h.name AS host_name, h.group_id, g.name AS group_name
    FROM run r LEFT JOIN host h ON h.tenant_id = r.tenant_id AND h.host_id = r.host_id
      LEFT JOIN host_group g ON g.tenant_id = h.tenant_id AND g.group_id = h.group_id
    WHERE r.tenant_id = ${tenant} AND r.run_id = ANY(${own.map(one => one.subject_id)}::text[])`.execute(db)
  return own.flatMap(item => {
    const row = rows.find(one => one.run_id === item.subject_id && one.host_id === item.host_id)
    if (row === undefined) return []
    const notice = noticeOfRun(row, { id: item.item_id, what: item.what, at: item.at }, address)
    return [{ notice, ...(row.group_id === null ? {} : { group: row.group_id }) }]
  })
}
