import { sql } from 'kysely'
import type { Fact, Finding, Gap, Incident, Scan } from '../../model/index.ts'
import { addAlertEvents } from './alert-events.ts'
import { changeStatus } from './change-status.ts'
import { loseTerms } from './hunt-store.ts'
import type { KnownAlert } from './known-alerts.ts'
import type { ReportContext } from './report-context.ts'

/**
 * Alerts that the scan before saw and this one does not are gone, as far as this one could have seen them. Gives those that
 * still stand because it could not.
 */
export async function loseAlerts(
  missing: readonly KnownAlert[],
  scan: Scan,
  context: ReportContext,
): Promise<readonly KnownAlert[]> {
  if (missing.length === 0 || !isWhole(scan)) return missing
  const { db, tenant, host, now } = context
  const gone = (await couldBeSeen(missing, scan.gaps, context)).filter(one => !one.gone)
  if (gone.length === 0) return missing
  const ids = gone.map(one => one.alertId)
  await sql`
    WITH seen AS (
      DELETE FROM alert_seen WHERE tenant_id = ${tenant} AND host_id = ${host.id} AND alert_id = ANY(${ids}::uuid[]))
    UPDATE alert SET gone_at = ${now} WHERE tenant_id = ${tenant} AND alert_id = ANY(${ids}::uuid[])`.execute(db)
  await addAlertEvents(
    db,
    tenant,
    gone.map(one => ({ alert: one.alertId, actor: 'host', what: 'gone' })),
    now,
  )
  await loseTerms(db, { tenant, host: host.id, source: 'alert', at: now }, ids)
  await forgetPlans(gone, context)
  await closeProven(gone, context)
  for (const id of ids) context.tell('alert', id)
  const away = new Set(ids)
  return missing.filter(one => !away.has(one.alertId))
}

/** Incidents that became part of another: they are told there, and no longer on their own. */
export async function closeMerged(
  merged: readonly { readonly known: KnownAlert; readonly into: string }[],
  { db, tenant, now }: ReportContext,
): Promise<void> {
  for (const { known, into } of merged)
    await changeStatus(db, tenant, {
      alerts: [known.alertId],
      to: 'handled',
      from: ['open', 'handling'],
      handledAs: 'merged',
      by: 'host',
      what: 'merged',
      detail: { into },
      at: now,
    })
}

/** A scan of a whole running host. One that saw not even itself run has failed. */
function isWhole(scan: Scan): boolean {
  return scan.target.root === '/' && (!scan.target.live || (scan.facts['process'] ?? 0) > 0)
}

async function couldBeSeen(
  missing: readonly KnownAlert[],
  gaps: readonly Gap[],
  { db, tenant }: ReportContext,
): Promise<readonly KnownAlert[]> {
  if (gaps.length === 0) return missing
  const { rows } = await sql<{ alert_id: string; body: Incident | Finding }>`
    SELECT alert_id, body FROM alert
    WHERE tenant_id = ${tenant} AND alert_id = ANY(${missing.map(one => one.alertId)}::uuid[])`.execute(db)
  const bodies = new Map(rows.map(one => [one.alert_id, one.body]))
  return missing.filter(one => {
    const body = bodies.get(one.alertId)
    return body === undefined || !factsIn(body).some(fact => gaps.some(gap => hides(gap, fact)))
  })
}

function factsIn(body: Incident | Finding): readonly Fact[] {
  return 'fact' in body ? [body.fact] : body.members
}

/** Gaps that take away a whole kind of fact. */
const blindTo: Readonly<Record<string, readonly Fact['kind'][]>> = {
  processes: ['process'],
  sockets: ['socket', 'listener'],
  'kernel modules': ['kernel-module'],
  'BPF programs': ['bpf-program'],
  'kernel hooks': ['kernel-hook'],
  accounts: ['account'],
  files: ['file'],
  'web roots': ['web-root'],
  'systemd units': ['autostart'],
}

/** True when the gap may be why the fact was not seen. */
export function hides(gap: Gap, fact: Fact): boolean {
  // What is only cut or not understood somewhere else says nothing about this fact.
  if (gap.path !== undefined) {
    const path = 'path' in fact ? fact.path : undefined
    return path === gap.path || path?.startsWith(gap.path.endsWith('/') ? gap.path : `${gap.path}/`) === true
  }
  return blindTo[gap.what]?.includes(fact.kind) === true
}

async function forgetPlans(gone: readonly KnownAlert[], { db, tenant, host }: ReportContext): Promise<void> {
  const incidents = gone.filter(one => one.about === 'incident').map(one => one.origin)
  if (incidents.length === 0) return
  await sql`
    UPDATE plan SET current = false
    WHERE tenant_id = ${tenant} AND host_id = ${host.id} AND current AND incident = ANY(${incidents}::text[])`.execute(
    db,
  )
}

/** What was being handled and is gone after a run that was proven clean, is handled. */
async function closeProven(gone: readonly KnownAlert[], { db, tenant, host, now }: ReportContext): Promise<void> {
  const handling = gone.filter(one => one.status === 'handling' && one.about === 'incident')
  if (handling.length === 0) return
  const { rows } = await sql<{ incident: string }>`
    SELECT DISTINCT incident FROM run, unnest(incidents) AS incident
    WHERE tenant_id = ${tenant} AND host_id = ${host.id} AND proof_result = 'clean'
      AND incident = ANY(${handling.map(one => one.origin)}::text[])`.execute(db)
  const proven = new Set(rows.map(one => one.incident))
  await changeStatus(db, tenant, {
    alerts: handling.filter(one => proven.has(one.origin)).map(one => one.alertId),
    to: 'handled',
    from: ['handling'],
    handledAs: 'gone',
    by: 'host',
    what: 'handled',
    detail: { reason: 'a whole scan no longer sees it, and its run was proven clean' },
    withChildren: true,
    at: now,
  })
}
