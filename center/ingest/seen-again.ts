import { sql } from 'kysely'
import type { SeenAlert } from './alert-rows.ts'
import { type AlertEvent, addAlertEvents } from './alert-events.ts'
import { addOpen, changeStatus } from './change-status.ts'
import { putTerms } from './hunt-store.ts'
import { termsOf } from './hunt-terms.ts'
import type { KnownAlert } from './known-alerts.ts'
import type { Allowed } from './new-alerts.ts'
import type { ReportContext } from './report-context.ts'

export interface AgainAlert {
  readonly known: KnownAlert
  readonly seen: SeenAlert
  readonly parentId: string | undefined
  readonly allowed: Allowed | undefined
}

/** Handled so that it must be gone: seen once more, it is not handled. */
const mustBeGone = new Set(['terminate', 'terminate-and-quarantine', 'in-depth', 'gone'])
/** Handled by a word: it counts until the thing was away and is there again. */
const countsUntilBack = new Set(['manual', 'block', 'merged'])

/** Alerts that a scan sees once more; those that say the same as before cost one statement together. */
export async function seeAgain(alerts: readonly AgainAlert[], context: ReportContext): Promise<void> {
  if (alerts.length === 0) return
  const changed = alerts.filter(one => !sameBytes(one))
  await touch(alerts.filter(sameBytes), context)
  await rewrite(changed, context)
  await addAlertEvents(context.db, context.tenant, changed.flatMap(eventOf), context.now)
  await reopen(alerts.filter(comesBack), context)
  await allow(
    alerts.filter(one => one.allowed !== undefined && one.known.status === 'open'),
    context,
  )
}

export function isChanged({ known, seen }: AgainAlert): boolean {
  return known.mark === undefined || !known.mark.subarray(0, 16).equals(seen.mark.subarray(0, 16))
}

/** True when the alert is to be open again because of this scan. */
export function comesBack({ known, allowed }: Pick<AgainAlert, 'known' | 'allowed'>): boolean {
  if (known.status !== 'handled' || allowed !== undefined) return false
  const as = known.handledAs ?? ''
  return mustBeGone.has(as) || (countsUntilBack.has(as) && known.gone)
}

function sameBytes({ known, seen, parentId }: AgainAlert): boolean {
  return known.mark?.equals(seen.mark) === true && known.parentId === parentId && !known.gone
}

async function touch(alerts: readonly AgainAlert[], { db, tenant, now }: ReportContext): Promise<void> {
  if (alerts.length === 0) return
  await sql`
    UPDATE alert SET last_seen = ${now}, seen_times = seen_times + 1
    WHERE tenant_id = ${tenant} AND alert_id = ANY(${alerts.map(one => one.known.alertId)}::uuid[])`.execute(db)
}

async function rewrite(alerts: readonly AgainAlert[], context: ReportContext): Promise<void> {
  if (alerts.length === 0) return
  const { db, tenant, host, now } = context
  // The ids are given a second time by themselves: they tell PostgreSQL which partitions to leave alone.
  await sql`
    WITH input AS (
      SELECT * FROM jsonb_to_recordset(${JSON.stringify(alerts.map(rowOf))}::jsonb) AS x(
        alert_id uuid, about text, origin text, parent_id uuid, type text, level smallint, verdict text, title text,
        families text[], attack text[], hashes text[], body jsonb, mark text)),
    seen AS (
      INSERT INTO alert_seen (tenant_id, host_id, about, origin, alert_id, body_hash)
      SELECT ${tenant}::uuid, ${host.id}::uuid, about, origin, alert_id, decode(mark, 'hex') FROM input
      ON CONFLICT (tenant_id, host_id, about, origin)
      DO UPDATE SET alert_id = excluded.alert_id, body_hash = excluded.body_hash)
    UPDATE alert a SET last_seen = ${now}, seen_times = a.seen_times + 1, gone_at = NULL, parent_id = i.parent_id, type = i.type,
      level = i.level, verdict = i.verdict, title = i.title, families = i.families, attack = i.attack, hashes = i.hashes, body = i.body
    FROM input i
    WHERE a.tenant_id = ${tenant} AND a.alert_id = i.alert_id
      AND a.alert_id = ANY(${alerts.map(one => one.known.alertId)}::uuid[])`.execute(db)
  const top = alerts.filter(one => one.parentId === undefined)
  const named = top.map(one => ({ id: one.known.alertId, terms: termsOf(one.seen.facts) }))
  await putTerms(db, { tenant, host: host.id, source: 'alert', at: now }, named)
  await addOpen(db, tenant, host.id, movedUnderParents(alerts))
  for (const one of alerts) context.tell('alert', one.known.alertId)
}

/** A finding that went into an incident, or came out of one, leaves or joins the list of open alerts. */
function movedUnderParents(alerts: readonly AgainAlert[]): number {
  const open = alerts.filter(one => one.known.status === 'open')
  return open.reduce(
    (sum, one) => sum + Number(one.parentId === undefined) - Number(one.known.parentId === undefined),
    0,
  )
}

function rowOf({ known, seen, parentId }: AgainAlert) {
  return {
    alert_id: known.alertId,
    about: seen.about,
    origin: seen.origin,
    parent_id: parentId,
    type: seen.type,
    level: seen.level,
    verdict: seen.verdict,
    title: seen.title,
    families: seen.families,
    attack: seen.attack,
    hashes: seen.hashes,
    body: seen.body,
    mark: seen.mark.toString('hex'),
  }
}

function eventOf(one: AgainAlert): AlertEvent[] {
  const { known, seen } = one
  if (known.gone) return [{ alert: known.alertId, actor: 'host', what: 'came-back' }]
  if (!isChanged(one)) return []
  const detail = known.verdict === seen.verdict ? {} : { verdict: seen.verdict, before: known.verdict }
  return [{ alert: known.alertId, actor: 'host', what: 'changed', detail }]
}

async function reopen(alerts: readonly AgainAlert[], { db, tenant, now }: ReportContext): Promise<void> {
  const at = now
  const detail = { reason: 'a later scan sees it again' }
  const ids = alerts.map(one => one.known.alertId)
  await changeStatus(db, tenant, {
    alerts: ids,
    to: 'open',
    from: ['handled'],
    by: 'host',
    what: 'reopened',
    detail,
    at,
  })
}

async function allow(alerts: readonly AgainAlert[], { db, tenant, now }: ReportContext): Promise<void> {
  for (const { known, allowed } of alerts)
    await changeStatus(db, tenant, {
      alerts: [known.alertId],
      to: 'allowed',
      from: ['open'],
      handledAs: 'allow',
      by: allowed?.by ?? 'host',
      what: 'allowed',
      detail: { reason: allowed?.reason, rule: allowed?.rule },
      at: now,
    })
}
