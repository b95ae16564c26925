import { sql } from 'kysely'
import type { Scan } from '../../model/index.ts'
import { shortText } from './clean-value.ts'
import type { NewAlert } from './new-alerts.ts'
import type { ReportContext } from './report-context.ts'
import { type AgainAlert, isChanged } from './seen-again.ts'

/** Incidents that have to be compared with those of other hosts (campaigns.ts does it after the commit), and the log-ins behind them. */
export async function noteForCampaigns(
  scan: Scan,
  fresh: readonly NewAlert[],
  again: readonly AgainAlert[],
  { db, tenant, host, now }: ReportContext,
): Promise<void> {
  const alerts = [
    ...fresh.filter(one => isIntrusion(one.seen.verdict)).map(one => one.alertId),
    ...again.filter(one => isIntrusion(one.seen.verdict) && isChanged(one)).map(one => one.known.alertId),
  ]
  if (alerts.length === 0) return
  await sql`
    INSERT INTO campaign_todo (tenant_id, alert_id, host_id, at)
    SELECT ${tenant}::uuid, alert_id, ${host.id}::uuid, ${now}::timestamptz FROM unnest(${alerts}::uuid[]) AS alert_id
    ON CONFLICT (tenant_id, alert_id) DO UPDATE SET at = excluded.at`.execute(db)
  const logins = loginsOf(scan)
  if (logins.length === 0) return
  await sql`
    INSERT INTO login_seen (tenant_id, host_id, address, account, first_seen, last_seen)
    SELECT ${tenant}::uuid, ${host.id}::uuid, address, account, ${now}::timestamptz, ${now}::timestamptz
    FROM jsonb_to_recordset(${JSON.stringify(logins)}::jsonb) AS x(address text, account text)
    ON CONFLICT (tenant_id, host_id, address, account) DO UPDATE SET last_seen = excluded.last_seen`.execute(db)
}

function isIntrusion(verdict: string): boolean {
  return verdict === 'confirmed' || verdict === 'suspected'
}

/** Log-ins that succeeded, as far as incidents and findings tell of them. */
function loginsOf(scan: Scan): { address: string; account: string }[] {
  const logins = new Map<string, { address: string; account: string }>()
  const facts = [
    ...scan.incidents.flatMap(one => [
      ...one.members,
      ...one.context,
      ...one.entryPoints.map(way => way.fact).filter(fact => fact !== undefined),
    ]),
    ...scan.findings.map(one => one.fact),
  ]
  for (const fact of facts) {
    if (fact.kind !== 'log-entry' || fact.event !== 'login' || fact.address === undefined || logins.size >= 1_000)
      continue
    const one = { address: shortText(fact.address.toLowerCase(), 64), account: shortText(fact.user ?? '', 100) }
    logins.set(`${one.address} ${one.account}`, one)
  }
  return [...logins.values()]
}
