import { sql } from 'kysely'
import type { Report } from '../../model/wire/index.ts'
import { uuid7 } from '../uuid7.ts'
import { addCounts } from './alert-counts.ts'
import { addAlertEvents } from './alert-events.ts'
import { alertTypes } from './alert-type.ts'
import { shortText } from './clean-value.ts'
import { addOpen, changeStatus } from './change-status.ts'
import { addHostEvent } from './host-event.ts'
import type { ReportContext } from './report-context.ts'

const type = 'agent-tampering'
const level = 3

/** One alert for each host, that opens again each time; every occasion is an event of the host. */
export async function takeTampering(
  report: Extract<Report, { kind: 'tampering' }>,
  context: ReportContext,
): Promise<void> {
  const { db, tenant, agent, host, at, now } = context
  const body = { what: shortText(report.what, 100), detail: shortText(report.detail, 10_000), at: at.toISOString() }
  await addHostEvent(db, agent, 'tampering', body, now)
  await db
    .updateTable('agent')
    .set({ tampered_at: at })
    .where('tenant_id', '=', tenant)
    .where('agent_id', '=', agent.agent)
    .execute()
  const alert = (await seeAgain(body, context)) ?? (await open(body, context))
  context.tell('alert', alert)
  context.tell('host', host.id)
}

async function seeAgain(body: object, { db, tenant, host, now }: ReportContext): Promise<string | undefined> {
  const { rows } = await sql<{ alert_id: string }>`
    UPDATE alert SET last_seen = ${now}, seen_times = seen_times + 1, body = ${JSON.stringify(body)}::jsonb
    WHERE tenant_id = ${tenant} AND alert_id = (
      SELECT alert_id FROM alert_key
      WHERE tenant_id = ${tenant} AND host_id = ${host.id} AND about = 'agent' AND origin = 'tampering')
    RETURNING alert_id`.execute(db)
  const alert = rows[0]?.alert_id
  if (alert === undefined) return undefined
  const at = now
  await addAlertEvents(db, tenant, [{ alert, actor: 'host', what: 'seen-again', detail: body }], at)
  await changeStatus(db, tenant, { alerts: [alert], to: 'open', from: ['handled'], by: 'host', what: 'reopened', at })
  return alert
}

async function open(body: object, { db, tenant, host, now }: ReportContext): Promise<string> {
  const alert = uuid7(now)
  const time = { first_seen: now, last_seen: now, status_at: now }
  const key = { tenant_id: tenant, host_id: host.id, about: 'agent', origin: 'tampering', alert_id: alert }
  await db
    .insertInto('alert')
    .values({ ...key, ...time, group_id: host.group, type, level, title: alertTypes[type], body: JSON.stringify(body) })
    .execute()
  await db
    .insertInto('alert_key')
    .values(key)
    .onConflict(clash => clash.columns(['tenant_id', 'host_id', 'about', 'origin']).doUpdateSet({ alert_id: alert }))
    .execute()
  await addAlertEvents(db, tenant, [{ alert, actor: 'host', what: 'opened', detail: body }], now)
  await addCounts(db, tenant, [{ group: host.group, type, level, what: 'opened' }], now)
  await addOpen(db, tenant, host.id, 1)
  return alert
}
