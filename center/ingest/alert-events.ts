import { sql } from 'kysely'
import type { Db } from '../context.ts'
import { uuid7 } from '../uuid7.ts'

export interface AlertEvent {
  readonly alert: string
  /** User or token name, `host` or `center`. */
  readonly actor: string
  readonly what: string
  readonly detail?: unknown
}

/** Adds to the history of alerts. */
export async function addAlertEvents(db: Db, tenant: string, events: readonly AlertEvent[], at: Date): Promise<void> {
  if (events.length === 0) return
  const rows = events.map(one => ({
    event_id: uuid7(at),
    alert_id: one.alert,
    actor: one.actor,
    what: one.what,
    detail: one.detail ?? {},
  }))
  await sql`
    INSERT INTO alert_event (tenant_id, event_id, alert_id, at, actor, what, detail)
    SELECT ${tenant}::uuid, event_id, alert_id, ${at}::timestamptz, actor, what, detail
    FROM jsonb_to_recordset(${JSON.stringify(rows)}::jsonb)
      AS x(event_id uuid, alert_id uuid, actor text, what text, detail jsonb)`.execute(db)
}
