import { sql } from 'kysely'
import type { Fact, Ownership } from '../../model/index.ts'
import { uuid7Floor } from '../uuid7.ts'
import type { SeenAlert } from './alert-rows.ts'
import { changeStatus } from './change-status.ts'
import type { ReportContext } from './report-context.ts'

/** What is older was over before this scan, or an earlier one told of it. */
const lookedBackMs = 7 * 86_400_000
const mostLookedAt = 1_000

interface Unexplained {
  readonly detection_id: string
  readonly alert_id: string | null
  readonly path: string | null
  readonly sha256: string | null
  readonly address: string | null
  readonly pid: number | null
  readonly start_time: number | null
}

/** Incidents of a scan with the detections that told of parts of them before. By the host's id of the incident. */
export type Explained = ReadonlyMap<string, readonly Unexplained[]>

/**
 * What was noticed as it happened and what a scan finds of it is one thing for people: the alert of the detection becomes that of
 * the incident, with its history, and nobody is told twice. Before the scan's alerts are looked up.
 */
export async function adoptDetectionAlerts(seen: readonly SeenAlert[], context: ReportContext): Promise<Explained> {
  const incidents = seen.filter(one => one.about === 'incident')
  const found = incidents.length === 0 ? [] : await unexplained(context)
  const explained = new Map<string, readonly Unexplained[]>()
  if (found.length === 0) return explained
  const left = new Set(found)
  for (const incident of incidents) {
    const own = [...left].filter(one => incident.facts.some(fact => isPartOf(one, fact)))
    for (const one of own) left.delete(one)
    if (own.length > 0) explained.set(incident.origin, own)
  }
  if (explained.size === 0) return explained
  const known = await knownIncidents([...explained.keys()], context)
  for (const [origin, detections] of explained) if (!known.has(origin)) await adopt(origin, detections, context)
  return explained
}

async function unexplained({ db, tenant, host, now }: ReportContext): Promise<Unexplained[]> {
  const { rows } = await sql<Unexplained>`
    SELECT detection_id, alert_id, path, sha256, address, pid, start_time FROM detection
    WHERE tenant_id = ${tenant} AND host_id = ${host.id} AND NOT explained
      AND detection_id > ${uuid7Floor(now.getTime() - lookedBackMs)}::uuid
    ORDER BY detection_id DESC LIMIT ${mostLookedAt}`.execute(db)
  return rows
}

/** Owned by a package as they are: thousands of innocent processes run from such a path. */
const vouched: ReadonlySet<Ownership> = new Set(['verified', 'owned', 'conffile'])

export function isPartOf(detection: Omit<Unexplained, 'detection_id' | 'alert_id'>, fact: Fact): boolean {
  if ('pid' in fact && fact.pid === detection.pid && 'startTime' in fact && fact.startTime === detection.start_time)
    return fact.pid !== undefined
  if (detection.sha256 !== null && 'sha256' in fact && fact.sha256 === detection.sha256) return !isVouched(fact)
  if (fact.kind === 'socket') return detection.address !== null && fact.address === detection.address
  if (detection.path === null || isVouched(fact)) return false
  if ('path' in fact && fact.path === detection.path) return true
  return 'targets' in fact && fact.targets.includes(detection.path)
}

function isVouched(fact: Fact): boolean {
  return fact.kind === 'process' && fact.ownership !== undefined && vouched.has(fact.ownership)
}

async function knownIncidents(
  origins: readonly string[],
  { db, tenant, host }: ReportContext,
): Promise<ReadonlySet<string>> {
  const { rows } = await sql<{ origin: string }>`
    SELECT origin FROM alert_key
    WHERE tenant_id = ${tenant} AND host_id = ${host.id} AND about = 'incident' AND origin = ANY(${[...origins]}::text[])`.execute(
    db,
  )
  return new Set(rows.map(one => one.origin))
}

/** The oldest that somebody still has to deal with. What was ignored or handled was less than what is known now. */
async function adopt(
  origin: string,
  detections: readonly Unexplained[],
  { db, tenant, host }: ReportContext,
): Promise<void> {
  const { rows } = await sql<{ alert_id: string }>`
    SELECT alert_id FROM alert
    WHERE tenant_id = ${tenant} AND alert_id = ANY(${alertsOf(detections)}::uuid[])
      AND about = 'detection' AND status IN ('open', 'handling')
    ORDER BY alert_id LIMIT 1 FOR UPDATE`.execute(db)
  const alert = rows[0]?.alert_id
  if (alert === undefined) return
  await sql`
    UPDATE alert SET about = 'incident', origin = ${origin} WHERE tenant_id = ${tenant} AND alert_id = ${alert}`.execute(
    db,
  )
  await db
    .deleteFrom('alert_key')
    .where('tenant_id', '=', tenant)
    .where('host_id', '=', host.id)
    .where('about', '=', 'detection')
    .where('alert_id', '=', alert)
    .execute()
  await db
    .insertInto('alert_key')
    .values({ tenant_id: tenant, host_id: host.id, about: 'incident', origin, alert_id: alert })
    .execute()
}

/**
 * Detections point to the alert of their incident; other alerts that told of parts of it end in it. Where that alert is handled (and the
 * scan does not open it again), what was noticed since stays open: it is news. After the scan's alerts are stored.
 */
export async function linkDetections(
  explained: Explained,
  incidents: ReadonlyMap<string, { readonly alertId: string; readonly status: string }>,
  { db, tenant, now, tell }: ReportContext,
): Promise<void> {
  for (const [origin, detections] of explained) {
    const incident = incidents.get(origin)
    if (incident === undefined || incident.status === 'handled') continue
    const into = incident.alertId
    await changeStatus(db, tenant, {
      alerts: alertsOf(detections).filter(one => one !== into),
      to: 'handled',
      from: ['open', 'handling'],
      handledAs: 'merged',
      by: 'host',
      what: 'merged',
      detail: { into },
      at: now,
    })
    const ids = detections.map(one => one.detection_id)
    await sql`
      UPDATE detection SET alert_id = ${into}, explained = true
      WHERE tenant_id = ${tenant} AND detection_id = ANY(${ids}::uuid[])`.execute(db)
    for (const id of ids) tell('detection', id)
    for (const id of alertsOf(detections)) tell('alert', id)
  }
}

function alertsOf(detections: readonly Unexplained[]): string[] {
  return [...new Set(detections.flatMap(one => one.alert_id ?? []))]
}
