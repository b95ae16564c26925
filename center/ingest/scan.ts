import { sql } from 'kysely'
import type { Finding, Incident, Scan } from '../../model/index.ts'
import type { Report } from '../../model/wire/index.ts'
import { uuid7 } from '../uuid7.ts'
import { alertsOf, type SeenAlert } from './alert-rows.ts'
import { type AllowRule, ruleForFinding, ruleForIncident } from './allow-match.ts'
import { allowRulesFor, countHits } from './allow-rules.ts'
import { shortText } from './clean-value.ts'
import { adoptDetectionAlerts, linkDetections } from './explained-detections.ts'
import { closeMerged, loseAlerts } from './gone-alerts.ts'
import { type KnownAlert, keyOf, knownAlerts } from './known-alerts.ts'
import { noteForCampaigns } from './note-for-campaigns.ts'
import { type Allowed, insertAlerts, type NewAlert } from './new-alerts.ts'
import { type ReportContext, trueTime } from './report-context.ts'
import { ReportRefused } from './report-refused.ts'
import { type Score, scoreOf } from './score.ts'
import { type AgainAlert, comesBack, seeAgain } from './seen-again.ts'
import { reopenAbandoned } from './still-handled.ts'

/** Open alerts of one host at most, and incidents and findings of one scan. */
export const mostOpenAlerts = 5_000

/** A scan becomes a row, alerts, their histories, the host's verdict and score. One that came already is left out. */
export async function takeScan(report: Extract<Report, { kind: 'scan' }>, context: ReportContext): Promise<void> {
  const { scan } = report
  if (report.id === context.host.lastScan) return
  const seen = alertsOf(scan)
  if (seen.length > mostOpenAlerts)
    throw new ReportRefused(`the scan has ${seen.length} incidents and findings; at most ${mostOpenAlerts} are taken`)
  const explained = await adoptDetectionAlerts(seen, context)
  const known = await knownAlerts(seen, context)
  const { fresh, again } = await sort(seen, known, scan, context)
  if (context.host.openAlerts + fresh.filter(isTop).length > mostOpenAlerts)
    throw new ReportRefused(`this host has more than ${mostOpenAlerts} open alerts: handle or ignore some of them`)
  await insertAlerts(fresh, context)
  await seeAgain(again, context)
  await linkDetections(explained, incidentsAfter(fresh, again), context)
  const merged = mergedInto(seen, known, [...fresh, ...again.map(one => ({ ...one, alertId: one.known.alertId }))])
  await closeMerged(merged, context)
  const away = new Set(merged.map(one => one.known.alertId))
  const unseen = (await loseAlerts(missingFrom(seen, known), scan, context)).filter(one => !away.has(one.alertId))
  await reopenAbandoned([...known.values()], context)
  await noteForCampaigns(scan, fresh, again, context)
  context.tell('scan', await storeScan(report, scoreOf(scored(fresh, again, unseen), scan), context))
  context.tell('host', context.host.id)
}

async function sort(
  seen: readonly SeenAlert[],
  known: ReadonlyMap<string, KnownAlert>,
  scan: Scan,
  context: ReportContext,
): Promise<{ fresh: NewAlert[]; again: AgainAlert[] }> {
  const allowedOf = await allowances(seen, known, scan, context)
  const ids = new Map(seen.map(one => [keyOf(one), known.get(keyOf(one))?.alertId ?? uuid7(context.now)]))
  const fresh: NewAlert[] = []
  const again: AgainAlert[] = []
  for (const one of seen) {
    const before = known.get(keyOf(one))
    const parentId = one.parent === undefined ? undefined : ids.get(keyOf({ about: 'incident', origin: one.parent }))
    const allowed = allowedOf(one)
    if (before === undefined)
      fresh.push({ alertId: ids.get(keyOf(one)) ?? uuid7(context.now), seen: one, parentId, allowed })
    else again.push({ known: before, seen: one, parentId, allowed })
  }
  return { fresh, again }
}

/** The host's own allowlist allows findings; the center's allows findings and incidents, and is asked only about what would be open. */
async function allowances(
  seen: readonly SeenAlert[],
  known: ReadonlyMap<string, KnownAlert>,
  scan: Scan,
  { db, tenant, host, now }: ReportContext,
): Promise<(one: SeenAlert) => Allowed | undefined> {
  const asked = seen.filter(one => {
    const before = known.get(keyOf(one))
    return before === undefined || before.status === 'open' || comesBack({ known: before, allowed: undefined })
  })
  if (asked.length === 0) return () => undefined
  const rules = await allowRulesFor(db, tenant, { host: host.id, group: host.group, tags: host.tags }, now)
  const findings = new Map(scan.findings.map(one => [one.id, one]))
  const allowed = new Map<string, Allowed>()
  const hits = new Map<string, number>()
  for (const one of asked) {
    const own = 'fact' in one.body ? one.body.allowed : undefined
    const rule = own === undefined ? ruleFor(one.body, findings, rules) : undefined
    if (own !== undefined)
      allowed.set(keyOf(one), { by: shortText(own.author, 200), reason: shortText(own.reason, 1_000) })
    if (rule === undefined) continue
    allowed.set(keyOf(one), { by: rule.createdBy, reason: 'allowlist of the center', rule: rule.id })
    hits.set(rule.id, (hits.get(rule.id) ?? 0) + 1)
  }
  await countHits(db, tenant, hits)
  return one => allowed.get(keyOf(one))
}

function ruleFor(
  body: Incident | Finding,
  findings: ReadonlyMap<string, Finding>,
  rules: readonly AllowRule[],
): AllowRule | undefined {
  return 'fact' in body ? ruleForFinding(body, rules) : ruleForIncident(body, findings, rules)
}

function isTop({ parentId, allowed }: NewAlert): boolean {
  return parentId === undefined && allowed === undefined
}

function mergedInto(
  seen: readonly SeenAlert[],
  known: ReadonlyMap<string, KnownAlert>,
  stored: readonly { readonly alertId: string; readonly seen: SeenAlert }[],
) {
  const present = new Set(seen.map(keyOf))
  return stored.flatMap(({ alertId, seen: survivor }) =>
    survivor.mergedFrom.flatMap(origin => {
      const key = keyOf({ about: 'incident', origin })
      const one = known.get(key)
      return one === undefined || present.has(key) || one.alertId === alertId ? [] : [{ known: one, into: alertId }]
    }),
  )
}

/** Alerts of incidents with the status that they have from now on; by the host's id. */
function incidentsAfter(fresh: readonly NewAlert[], again: readonly AgainAlert[]) {
  const after = [
    ...fresh.map(one => ({ ...one, status: one.allowed === undefined ? 'open' : 'allowed' })),
    ...again.map(one => ({ ...one, alertId: one.known.alertId, status: statusAfter(one) })),
  ]
  return new Map(after.filter(one => one.seen.about === 'incident').map(one => [one.seen.origin, one]))
}

function missingFrom(seen: readonly SeenAlert[], known: ReadonlyMap<string, KnownAlert>): KnownAlert[] {
  const present = new Set(seen.map(keyOf))
  return [...known.values()].filter(one => one.mark !== undefined && !present.has(keyOf(one)))
}

function scored(fresh: readonly NewAlert[], again: readonly AgainAlert[], unseen: readonly KnownAlert[]) {
  return [
    ...unseen.map(one => ({ seen: one, parentId: one.parentId, status: one.status })),
    ...fresh.map(one => ({ ...one, status: one.allowed === undefined ? 'open' : 'allowed' })),
    ...again.map(one => ({ ...one, status: statusAfter(one) })),
  ].map(({ seen, parentId, status }) => ({
    about: seen.about,
    verdict: seen.verdict,
    level: seen.level,
    status,
    child: parentId !== undefined,
  }))
}

function statusAfter(one: AgainAlert): string {
  if (comesBack(one)) return 'open'
  return one.allowed !== undefined && one.known.status === 'open' ? 'allowed' : one.known.status
}

async function storeScan(
  { id, order, scan }: Extract<Report, { kind: 'scan' }>,
  { score, reasons }: Score,
  { db, tenant, host, now }: ReportContext,
): Promise<string> {
  const scanId = uuid7(now)
  const startedAt = trueTime(scan.startedAt, now)
  const duration = Math.min(Math.max(0, Math.round(scan.durationMs)), 2_147_483_647)
  const rules = Math.min(Math.max(0, Math.round(scan.rules.count)), 2_147_483_647)
  await sql`
    WITH scanned AS (
      INSERT INTO scan (tenant_id, scan_id, host_id, origin, order_id, mode, verdict, started_at, duration_ms, rules_version,
        rules_count, facts, gaps, findings, incidents, received_at)
      VALUES (${tenant}, ${scanId}, ${host.id}, ${id}, ${order ?? null}, ${scan.mode}, ${scan.verdict}, ${startedAt}, ${duration},
        ${shortText(scan.rules.version, 100)}, ${rules}, ${JSON.stringify(scan.facts)}::jsonb,
        ${JSON.stringify(scan.gaps.slice(0, 1_000))}::jsonb, ${scan.findings.length}, ${scan.incidents.length}, ${now})),
    scored AS (
      INSERT INTO host_score (tenant_id, host_id, score, reasons, at)
      VALUES (${tenant}, ${host.id}, ${score}, ${JSON.stringify(reasons)}::jsonb, ${now})
      ON CONFLICT (tenant_id, host_id) DO UPDATE SET score = excluded.score, reasons = excluded.reasons, at = excluded.at)
    UPDATE host SET verdict = ${scan.verdict}, last_scan_at = ${startedAt}, last_scan_id = ${id}, score = ${score}
    WHERE tenant_id = ${tenant} AND host_id = ${host.id}`.execute(db)
  return scanId
}
