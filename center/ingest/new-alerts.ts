import { sql } from 'kysely'
import { uuid7 } from '../uuid7.ts'
import { addCounts } from './alert-counts.ts'
import type { SeenAlert } from './alert-rows.ts'
import { addOpen } from './change-status.ts'
import { putTerms } from './hunt-store.ts'
import { termsOf } from './hunt-terms.ts'
import type { ReportContext } from './report-context.ts'

/** That somebody allowed it, on the host or in the center. */
export interface Allowed {
  readonly by: string
  readonly reason: string
  /** Of the center. */
  readonly rule?: string
}

/** Seen for the first time. */
export interface NewAlert {
  readonly alertId: string
  readonly seen: SeenAlert
  readonly parentId: string | undefined
  readonly allowed: Allowed | undefined
}

/** All of them in one statement: the alerts, their keys and the first lines of their history. */
export async function insertAlerts(alerts: readonly NewAlert[], context: ReportContext): Promise<void> {
  if (alerts.length === 0) return
  const { db, tenant, host, now } = context
  await sql`
    WITH input AS (
      SELECT * FROM jsonb_to_recordset(${JSON.stringify(alerts.map(one => rowOf(one, now)))}::jsonb) AS x(
        alert_id uuid, about text, origin text, parent_id uuid, type text, rule_id text, level smallint, verdict text,
        title text, families text[], attack text[], hashes text[], status text, handled_as text, handled_by text,
        body jsonb, mark text, event_id uuid, event jsonb)),
    alerts AS (
      INSERT INTO alert (tenant_id, alert_id, host_id, group_id, about, origin, parent_id, type, rule_id, level, verdict, title,
        families, attack, hashes, status, handled_as, handled_by, status_at, first_seen, last_seen, body)
      SELECT ${tenant}::uuid, alert_id, ${host.id}::uuid, ${host.group}::uuid, about, origin, parent_id, type, rule_id, level,
        verdict, title, families, attack, hashes, status, handled_as, handled_by, ${now}::timestamptz, ${now}::timestamptz, ${now}::timestamptz, body
      FROM input),
    keys AS (
      INSERT INTO alert_key (tenant_id, host_id, about, origin, alert_id)
      SELECT ${tenant}::uuid, ${host.id}::uuid, about, origin, alert_id FROM input
      ON CONFLICT (tenant_id, host_id, about, origin) DO UPDATE SET alert_id = excluded.alert_id),
    seen AS (
      INSERT INTO alert_seen (tenant_id, host_id, about, origin, alert_id, body_hash)
      SELECT ${tenant}::uuid, ${host.id}::uuid, about, origin, alert_id, decode(mark, 'hex') FROM input
      ON CONFLICT (tenant_id, host_id, about, origin)
      DO UPDATE SET alert_id = excluded.alert_id, body_hash = excluded.body_hash)
    INSERT INTO alert_event (tenant_id, event_id, alert_id, at, actor, what, detail)
    SELECT ${tenant}::uuid, event_id, alert_id, ${now}::timestamptz, 'host', 'opened', event FROM input`.execute(db)
  const top = alerts.filter(one => one.parentId === undefined)
  const counted = top.map(({ seen }) => ({
    group: host.group,
    type: seen.type,
    level: seen.level,
    what: 'opened' as const,
  }))
  await addCounts(db, tenant, counted, now)
  await addOpen(db, tenant, host.id, top.filter(one => one.allowed === undefined).length)
  // A finding of an incident is found through the incident, which holds its facts too.
  const named = top.map(one => ({ id: one.alertId, terms: termsOf(one.seen.facts) }))
  await putTerms(db, { tenant, host: host.id, source: 'alert', at: now }, named, true)
  for (const one of alerts) context.tell('alert', one.alertId)
}

function rowOf({ alertId, seen, parentId, allowed }: NewAlert, now: Date) {
  return {
    alert_id: alertId,
    about: seen.about,
    origin: seen.origin,
    parent_id: parentId,
    type: seen.type,
    rule_id: seen.rule,
    level: seen.level,
    verdict: seen.verdict,
    title: seen.title,
    families: seen.families,
    attack: seen.attack,
    hashes: seen.hashes,
    status: allowed === undefined ? 'open' : 'allowed',
    handled_as: allowed === undefined ? null : 'allow',
    handled_by: allowed?.by ?? null,
    body: seen.body,
    mark: seen.mark.toString('hex'),
    event_id: uuid7(now),
    event:
      allowed === undefined
        ? {}
        : { allowed: allowed.reason, ...(allowed.rule === undefined ? {} : { rule: allowed.rule }) },
  }
}
