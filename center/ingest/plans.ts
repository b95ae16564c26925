import { sql } from 'kysely'
import { canonicalHash } from '../../engine/index.ts'
import type { Plan } from '../../model/index.ts'
import type { Report } from '../../model/wire/index.ts'
import { cleanValue } from './clean-value.ts'
import type { ReportContext } from './report-context.ts'
import { ReportRefused } from './report-refused.ts'

/** Plans that one host may have here, old ones included; beyond it the oldest that hold no longer are dropped. */
const mostPlans = 20_000

/** What the host would do. The newest plan for an incident (or finding) and handling takes the place of the one before. */
export async function takePlans(report: Extract<Report, { kind: 'plans' }>, context: ReportContext): Promise<void> {
  if (report.plans.length === 0) return
  const { db, tenant, host, now } = context
  const rows = [...new Map(report.plans.map(one => [keyOf(one), rowOf(one)])).values()]
  const input = JSON.stringify(rows)
  await sql`
    UPDATE plan p SET current = false
    FROM jsonb_to_recordset(${input}::jsonb) AS i(plan_id text, incident text, finding text, handling text)
    WHERE p.tenant_id = ${tenant} AND p.host_id = ${host.id} AND p.current AND p.incident = i.incident
      AND p.finding = i.finding AND p.handling = i.handling AND p.plan_id <> i.plan_id`.execute(db)
  await sql`
    INSERT INTO plan (tenant_id, host_id, plan_id, incident, finding, handling, actions, body, reported_at)
    SELECT ${tenant}::uuid, ${host.id}::uuid, plan_id, incident, finding, handling, actions, body, ${now}::timestamptz
    FROM jsonb_to_recordset(${input}::jsonb)
      AS i(plan_id text, incident text, finding text, handling text, actions int, body jsonb)
    ON CONFLICT (tenant_id, host_id, plan_id, incident, finding, handling)
    DO UPDATE SET current = true, reported_at = excluded.reported_at`.execute(db)
  await dropOld(context)
}

type Reported = Extract<Report, { kind: 'plans' }>['plans'][number]

function keyOf({ incident, finding = '', handling }: Reported): string {
  return JSON.stringify([incident, finding, handling])
}

function rowOf({ incident, finding = '', handling, plan }: Reported) {
  const { id, ...rest } = plan
  // Approvers sign the id, so it must be that of what they were shown.
  if (canonicalHash(rest) !== id)
    throw new ReportRefused(`plan ${id.slice(0, 16)}: its id is not the SHA-256 of what it says`)
  if (!isClean(plan)) throw new ReportRefused(`plan ${id.slice(0, 16)}: holds characters that no plan has`)
  if (!plan.incidents.includes(incident)) throw new ReportRefused(`plan ${id.slice(0, 16)}: is not for that incident`)
  return { plan_id: id, incident, finding, handling, actions: plan.actions.length, body: plan }
}

/** What is stored must be what was signed, to the byte. */
function isClean(plan: Plan): boolean {
  return JSON.stringify(cleanValue(plan)) === JSON.stringify(plan)
}

async function dropOld({ db, tenant, host }: ReportContext): Promise<void> {
  await sql`
    DELETE FROM plan WHERE tenant_id = ${tenant} AND host_id = ${host.id} AND NOT current AND plan_id IN (
      SELECT plan_id FROM plan WHERE tenant_id = ${tenant} AND host_id = ${host.id}
      ORDER BY current DESC, reported_at DESC OFFSET ${mostPlans})`.execute(db)
}
