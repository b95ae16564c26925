import { sql } from 'kysely'
import type { Detection } from '../../model/index.ts'
import { levels } from '../../model/index.ts'
import { uuid7 } from '../uuid7.ts'
import { addCounts } from './alert-counts.ts'
import { addAlertEvents } from './alert-events.ts'
import { type AllowCondition, type AllowRule, conditionAgrees } from './allow-match.ts'
import { allowRulesFor, countHits } from './allow-rules.ts'
import { addOpen, changeStatus } from './change-status.ts'
import { alertTypeOf, few, hashOf, ownPathOf, sameThing, titleOf } from './detection-row.ts'
import { type HuntTerm, huntTerm } from './hunt-terms.ts'
import type { ReportContext } from './report-context.ts'
import { mostOpenAlerts } from './scan.ts'

/** The alert that a detection belongs to. `explains`: it is that of an incident, which tells of the whole. */
export interface DetectionAlert {
  readonly id: string
  readonly explains: boolean
}

/** What happens again and again is told in the history of its alert at most so often. */
const tellAgainMs = 3_600_000

/**
 * That of the incident which the last scan saw and which holds the same thing, while somebody still has to deal with it or has said that
 * it may be. Else, of a confirmed detection, an alert of its own: one for all detections of the same thing on this host. `before`: the
 * alert that it has already.
 */
export async function alertOfDetection(
  detection: Detection,
  before: string | undefined,
  context: ReportContext,
): Promise<DetectionAlert | undefined> {
  if (before !== undefined) return undefined
  const incident = await standingIncident(detection, context)
  if (incident !== undefined) {
    context.tell('alert', incident)
    return { id: incident, explains: true }
  }
  if (detection.verdict !== 'confirmed') return undefined
  const id = (await again(detection, context)) ?? (await open(detection, context))
  if (id === undefined) return undefined
  await hunted(id, detection, context)
  context.tell('alert', id)
  context.tell('host', context.host.id)
  return { id, explains: false }
}

/** By what incidents are hunted by, so that no evidence has to be read. */
async function standingIncident(
  detection: Detection,
  { db, tenant, host, now }: ReportContext,
): Promise<string | undefined> {
  const terms = termsOfDetection(detection)
  if (terms.length === 0) return undefined
  const { rows } = await sql<{ alert_id: string }>`
    SELECT s.alert_id FROM hunt_term h
    JOIN jsonb_to_recordset(${JSON.stringify(terms)}::jsonb) AS x(kind text, term text) USING (kind, term)
    JOIN alert_seen s ON s.tenant_id = h.tenant_id AND s.host_id = h.host_id AND s.about = 'incident' AND s.alert_id::text = h.source_id
    WHERE h.tenant_id = ${tenant} AND h.host_id = ${host.id} AND h.source = 'alert' AND h.gone_at IS NULL`.execute(db)
  if (rows.length === 0) return undefined
  const found = await sql<{ alert_id: string }>`
    UPDATE alert SET last_seen = ${now}, seen_times = seen_times + 1
    WHERE tenant_id = ${tenant} AND alert_id = (
      SELECT alert_id FROM alert WHERE tenant_id = ${tenant} AND alert_id = ANY(${rows.map(one => one.alert_id)}::uuid[])
        AND status <> 'handled' AND gone_at IS NULL
      ORDER BY level DESC, alert_id LIMIT 1)
    RETURNING alert_id`.execute(db)
  return found.rows[0]?.alert_id
}

function termsOfDetection(detection: Detection): HuntTerm[] {
  const { subject } = detection
  const address = subject.kind === 'connection' ? subject.address : undefined
  return [...named('hash', hashOf(detection)), ...named('path', ownPathOf(detection)), ...named('address', address)]
}

function named(kind: HuntTerm['kind'], text: string | undefined): HuntTerm[] {
  const term = text === undefined ? undefined : huntTerm(kind, text)
  return term === undefined ? [] : [term]
}

/** The alert that told of the same thing before: it counts, and is open again where it was handled. */
async function again(detection: Detection, context: ReportContext): Promise<string | undefined> {
  const { db, tenant, host, now } = context
  const { rows } = await sql<{ alert_id: string; status: string; last_seen: Date }>`
    SELECT alert_id, status, last_seen FROM alert WHERE tenant_id = ${tenant} AND about = 'detection' AND alert_id = (
      SELECT alert_id FROM alert_key WHERE tenant_id = ${tenant} AND host_id = ${host.id} AND about = 'detection'
        AND origin = ${sameThing(detection)})
    FOR UPDATE`.execute(db)
  const found = rows[0]
  if (found === undefined) return undefined
  const alert = found.alert_id
  await sql`
    UPDATE alert SET last_seen = ${now}, seen_times = seen_times + 1, gone_at = NULL,
      level = greatest(level, ${levels.indexOf(detection.level)}::smallint), body = ${JSON.stringify(detection)}::jsonb
    WHERE tenant_id = ${tenant} AND alert_id = ${alert}`.execute(db)
  const back = await changeStatus(db, tenant, {
    alerts: [alert],
    to: 'open',
    from: ['handled'],
    by: 'host',
    what: 'came-back',
    at: now,
  })
  if (back.length === 0 && found.last_seen.getTime() < now.getTime() - tellAgainMs)
    await addAlertEvents(db, tenant, [{ alert, actor: 'host', what: 'seen-again' }], now)
  return alert
}

/** `undefined`: this host has so many open ones that another would tell nobody anything. */
async function open(detection: Detection, context: ReportContext): Promise<string | undefined> {
  const { db, tenant, host, now } = context
  if ((await openAlertsOf(context)) >= mostOpenAlerts) return undefined
  const allowed = await allowedBy(detection, context)
  const alert = uuid7(now)
  const type = alertTypeOf(detection)
  const level = levels.indexOf(detection.level)
  const hash = hashOf(detection)
  const key = { tenant_id: tenant, host_id: host.id, about: 'detection', origin: sameThing(detection), alert_id: alert }
  await db
    .insertInto('alert')
    .values({
      ...key,
      group_id: host.group,
      type,
      level,
      rule_id: '',
      verdict: detection.verdict,
      title: titleOf(detection),
      families: few(detection.families),
      attack: few(detection.attack),
      hashes: hash === undefined ? [] : [hash],
      ...(allowed === undefined ? {} : { status: 'allowed', handled_as: 'allow', handled_by: allowed.createdBy }),
      first_seen: now,
      last_seen: now,
      status_at: now,
      body: JSON.stringify(detection),
    })
    .execute()
  await db
    .insertInto('alert_key')
    .values(key)
    .onConflict(clash => clash.columns(['tenant_id', 'host_id', 'about', 'origin']).doUpdateSet({ alert_id: alert }))
    .execute()
  const detail = allowed === undefined ? {} : { allowed: 'allowlist of the center', rule: allowed.id }
  await addAlertEvents(db, tenant, [{ alert, actor: 'host', what: 'opened', detail }], now)
  if (allowed !== undefined) {
    await countHits(db, tenant, new Map([[allowed.id, 1]]))
    return alert
  }
  await addCounts(db, tenant, [{ group: host.group, type, level, what: 'opened' }], now)
  await addOpen(db, tenant, host.id, 1)
  return alert
}

async function openAlertsOf({ db, tenant, host }: ReportContext): Promise<number> {
  const { rows } = await sql<{ open_alerts: number }>`
    SELECT open_alerts FROM host WHERE tenant_id = ${tenant} AND host_id = ${host.id}`.execute(db)
  return rows[0]?.open_alerts ?? 0
}

async function allowedBy(detection: Detection, { db, tenant, host, now }: ReportContext) {
  const rules = await allowRulesFor(db, tenant, { host: host.id, group: host.group, tags: host.tags }, now)
  return rules.find(one => covers(one, detection))
}

/** All that the condition gives must agree with the detection. */
function covers({ condition }: AllowRule, detection: Detection): boolean {
  const { subject, examination, findings } = detection
  const rules = [...new Set(findings.map(one => one.rule.id))]
  return conditionAgrees(condition, {
    // What another rule says as well is not allowed with it.
    rule: rules.length === 1 ? rules : [],
    sha256: [hashOf(detection)],
    path: [subject.path],
    user: [subject.user, subject.account],
    package: [examination?.package],
    fingerprint: [],
  } satisfies Record<keyof AllowCondition, readonly (string | undefined)[]>)
}

/** It was there then: what is still there is for a scan to say. */
async function hunted(alert: string, detection: Detection, { db, tenant, host, now }: ReportContext): Promise<void> {
  const terms = termsOfDetection(detection)
  if (terms.length === 0) return
  await sql`
    INSERT INTO hunt_term AS h (tenant_id, kind, term, host_id, source, source_id, first_seen, last_seen, gone_at)
    SELECT ${tenant}::uuid, kind, term, ${host.id}::uuid, 'alert', ${alert}, ${now}::timestamptz, ${now}::timestamptz, ${now}::timestamptz
    FROM jsonb_to_recordset(${JSON.stringify(terms)}::jsonb) AS x(kind text, term text)
    ON CONFLICT (tenant_id, kind, term, host_id, source, source_id)
    DO UPDATE SET last_seen = excluded.last_seen, gone_at = excluded.gone_at`.execute(db)
}
