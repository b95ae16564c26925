import { sql } from 'kysely'
import { uuid7 } from '../uuid7.ts'
import { type Counted, countRows } from './alert-counts.ts'
import type { SeenAlert } from './alert-rows.ts'
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

/**
 * All of them in one statement: the alerts, their keys, the first lines of their history, what is counted and what they are hunted by.
 * Each statement of its own would cost as much again as what it does.
 */
export async function insertAlerts(alerts: readonly NewAlert[], context: ReportContext): Promise<void> {
  if (alerts.length === 0) return
  const { db, tenant, host, now } = context
  const top = alerts.filter(one => one.parentId === undefined)
  // What is allowed disturbs nobody: it is neither open nor counted as opened.
  const raised = top.filter(one => one.allowed === undefined)
  const counts = countRows(
    raised.map(({ seen }) => countedAs(seen, host.group)),
    now,
  )
  // A finding of an incident is found through the incident, which holds its facts too.
  const terms = top.flatMap(one => termsOf(one.seen.facts).map(term => ({ id: one.alertId, ...term })))
  const open = raised.length
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
      DO UPDATE SET alert_id = excluded.alert_id, body_hash = excluded.body_hash),
    counted AS (
      INSERT INTO alert_count (tenant_id, count_id, hour, group_id, type, level, opened, handled)
      SELECT ${tenant}::uuid, count_id, hour, group_id, type, level, opened, handled
      FROM jsonb_to_recordset(${JSON.stringify(counts)}::jsonb) AS x(
        count_id uuid, hour timestamptz, group_id uuid, type text, level smallint, opened int, handled int)),
    hunted AS (
      INSERT INTO hunt_term (tenant_id, kind, term, host_id, source, source_id, first_seen, last_seen)
      SELECT ${tenant}::uuid, kind, term, ${host.id}::uuid, 'alert', id, ${now}::timestamptz, ${now}::timestamptz
      FROM jsonb_to_recordset(${JSON.stringify(terms)}::jsonb) AS x(id text, kind text, term text)
      ON CONFLICT (tenant_id, kind, term, host_id, source, source_id)
      DO UPDATE SET last_seen = excluded.last_seen, gone_at = NULL),
    opened AS (
      UPDATE host SET open_alerts = open_alerts + ${open}::int
      WHERE tenant_id = ${tenant} AND host_id = ${host.id} AND ${open}::int > 0)
    INSERT INTO alert_event (tenant_id, event_id, alert_id, at, actor, what, detail)
    SELECT ${tenant}::uuid, event_id, alert_id, ${now}::timestamptz, 'host', 'opened', event FROM input`.execute(db)
  for (const one of alerts) context.tell('alert', one.alertId)
}

function countedAs({ type, level }: SeenAlert, group: string): Counted {
  return { group, type, level, what: 'opened' }
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
