import { sql } from 'kysely'
import { changeStatus } from './change-status.ts'
import type { KnownAlert } from './known-alerts.ts'
import type { ReportContext } from './report-context.ts'

/** Incidents that count as being handled although no order and no run is at work on them any more are open again. */
export async function reopenAbandoned(alerts: readonly KnownAlert[], context: ReportContext): Promise<void> {
  const handling = alerts.filter(one => one.status === 'handling' && one.parentId === undefined)
  if (handling.length === 0) return
  const { db, tenant, host, now } = context
  const { rows } = await sql<{ alert_id: string }>`
    SELECT alert_id FROM jsonb_to_recordset(${JSON.stringify(handling.map(({ alertId, origin }) => ({ alertId, origin })))}::jsonb)
      AS x("alertId" uuid, origin text), LATERAL (SELECT x."alertId" AS alert_id) AS named
    WHERE NOT EXISTS (
        SELECT FROM host_order o WHERE o.tenant_id = ${tenant} AND o.alert_id = x."alertId" AND o.ended_at IS NULL)
      AND NOT EXISTS (
        SELECT FROM run r WHERE r.tenant_id = ${tenant} AND r.host_id = ${host.id} AND r.state = 'running'
          AND x.origin = ANY(r.incidents))`.execute(db)
  await changeStatus(db, tenant, {
    alerts: rows.map(one => one.alert_id),
    to: 'open',
    from: ['handling'],
    by: 'center',
    what: 'reopened',
    detail: { reason: 'nothing is at work on it any more, and no proof says that it is gone' },
    withChildren: true,
    at: now,
  })
}
