import { sql } from 'kysely'
import type { Bus, Db } from '../context.ts'
import { uuid7 } from '../uuid7.ts'
import { levelOf, reasonInWords } from './offline-reason.ts'
import type { AgentIdentity, Alarms, OfflineReason, Silent } from './ports.ts'

/** Who falls silent within this of a mass alarm belongs to it. */
const joinSeconds = 120
/** Hosts that an alert names; it counts all. */
const mostNamed = 1_000

/** Silent agents as alerts (`about = 'agent'`, type `agent-offline`), closed when the last agent of one is back. */
export function agentAlarms(bus: Bus): Alarms {
  return {
    offline: (db, silent, at) => tell(db, bus, [silent], undefined, at),
    silence: (db, silent, group, at) => tell(db, bus, silent, group, at),
    back: (db, agent, at) => tellBack(db, bus, agent, at),
  }
}

async function tell(db: Db, bus: Bus, silent: readonly Silent[], group: string | undefined, at: Date): Promise<void> {
  const [first] = silent
  if (first === undefined) return
  const { tenant } = first.agent
  const open = await openSilence(db, tenant, at)
  const alert = open ?? (await openAlert(db, silent, group, at))
  await db
    .insertInto('silent_agent')
    .values(silent.map(one => ({ tenant_id: tenant, agent_id: one.agent.agent, alert_id: alert, since: one.since })))
    .onConflict(known => known.columns(['tenant_id', 'agent_id']).doUpdateSet({ alert_id: alert }))
    .execute()
  if (open !== undefined) await renameSilence(db, tenant, alert, silent, at)
  await bus.publish('live', { tenant, what: 'alert', id: alert }, db)
}

/** A mass alarm that is still growing. */
async function openSilence(db: Db, tenant: string, at: Date): Promise<string | undefined> {
  const row = await db
    .selectFrom('silent_agent')
    .select('alert_id')
    .where('tenant_id', '=', tenant)
    .groupBy('alert_id')
    .having(({ and, fn, eb }) =>
      and([eb(fn.countAll(), '>', 1), eb(fn.max('since'), '>', new Date(at.getTime() - joinSeconds * 1_000))]),
    )
    .limit(1)
    .executeTakeFirst()
  return row?.alert_id
}

async function openAlert(db: Db, silent: readonly Silent[], group: string | undefined, at: Date): Promise<string> {
  const [first] = silent
  if (first === undefined) throw new Error('An alarm needs an agent')
  const { tenant, host } = first.agent
  const alert = uuid7(at)
  const name = group === undefined ? undefined : await groupName(db, tenant, group)
  const level = silent.length > 1 ? 3 : levelOf(first.reason)
  await db
    .insertInto('alert')
    .values({
      tenant_id: tenant,
      alert_id: alert,
      host_id: host,
      group_id: first.agent.group,
      about: 'agent',
      origin: silent.length > 1 ? `silence ${alert}` : 'offline',
      parent_id: null,
      type: 'agent-offline',
      level,
      title: titleOf(silent, name),
      handled_as: null,
      handled_by: null,
      status_at: at,
      assigned_to: null,
      first_seen: at,
      last_seen: at,
      campaign_id: null,
      body: JSON.stringify(bodyOf(silent)),
    })
    .execute()
  await addAlertEvent(db, tenant, alert, at, 'opened', { agents: silent.length })
  await db
    .updateTable('host')
    .set(eb => ({ open_alerts: eb('open_alerts', '+', 1) }))
    .where('host_id', '=', host)
    .execute()
  await db
    .insertInto('alert_hour')
    .values({
      tenant_id: tenant,
      hour: hourOf(at),
      group_id: first.agent.group,
      type: 'agent-offline',
      level,
      opened: 1,
    })
    .onConflict(known =>
      known
        .columns(['tenant_id', 'hour', 'group_id', 'type', 'level'])
        .doUpdateSet(eb => ({ opened: eb('alert_hour.opened', '+', 1) })),
    )
    .execute()
  return alert
}

async function renameSilence(db: Db, tenant: string, alert: string, more: readonly Silent[], at: Date): Promise<void> {
  const { count } = await db
    .selectFrom('silent_agent')
    .select(sql<number>`count(*)::int`.as('count'))
    .where('tenant_id', '=', tenant)
    .where('alert_id', '=', alert)
    .executeTakeFirstOrThrow()
  const hosts = JSON.stringify(bodyOf(more).hosts)
  await db
    .updateTable('alert')
    .set({
      title: `${count} agents fell silent at the same time`,
      last_seen: at,
      body: sql<string>`jsonb_set(jsonb_set(body, '{count}', to_jsonb(${count}::int)), '{hosts}',
        CASE WHEN jsonb_array_length(body->'hosts') < ${mostNamed} THEN body->'hosts' || ${hosts}::jsonb ELSE body->'hosts' END)`,
    })
    .where('tenant_id', '=', tenant)
    .where('alert_id', '=', alert)
    .execute()
  await addAlertEvent(db, tenant, alert, at, 'changed', { agents: count })
}

async function tellBack(db: Db, bus: Bus, { tenant, agent }: AgentIdentity, at: Date): Promise<void> {
  await db.updateTable('agent').set({ offline_alarmed_at: null }).where('agent_id', '=', agent).execute()
  const row = await db
    .deleteFrom('silent_agent')
    .where('tenant_id', '=', tenant)
    .where('agent_id', '=', agent)
    .returning('alert_id')
    .executeTakeFirst()
  if (row === undefined) return
  // Two that come back at once would each still see the other.
  const alert = await db
    .selectFrom('alert')
    .select(['alert_id', 'host_id', 'group_id', 'level', 'status', 'first_seen'])
    .where('tenant_id', '=', tenant)
    .where('alert_id', '=', row.alert_id)
    .forUpdate()
    .executeTakeFirst()
  if (alert === undefined) return
  const left = await db
    .selectFrom('silent_agent')
    .select('agent_id')
    .where('alert_id', '=', row.alert_id)
    .limit(1)
    .executeTakeFirst()
  if (left !== undefined) return
  const open = alert.status === 'open' || alert.status === 'handling'
  await db
    .updateTable('alert')
    .set({
      gone_at: at,
      ...(open ? { status: 'handled', status_at: at, handled_as: 'gone', handled_by: 'center' } : {}),
    })
    .where('tenant_id', '=', tenant)
    .where('alert_id', '=', alert.alert_id)
    .execute()
  await addAlertEvent(db, tenant, alert.alert_id, at, 'gone', {})
  if (open) await countHandled(db, tenant, alert, at)
  await bus.publish('live', { tenant, what: 'alert', id: alert.alert_id }, db)
}

async function countHandled(
  db: Db,
  tenant: string,
  alert: { host_id: string; group_id: string; level: number },
  at: Date,
): Promise<void> {
  await db
    .updateTable('host')
    .set({ open_alerts: sql<number>`greatest(open_alerts - 1, 0)` })
    .where('host_id', '=', alert.host_id)
    .execute()
  await db
    .insertInto('alert_hour')
    .values({
      tenant_id: tenant,
      hour: hourOf(at),
      group_id: alert.group_id,
      type: 'agent-offline',
      level: alert.level,
      handled: 1,
    })
    .onConflict(known =>
      known
        .columns(['tenant_id', 'hour', 'group_id', 'type', 'level'])
        .doUpdateSet(eb => ({ handled: eb('alert_hour.handled', '+', 1) })),
    )
    .execute()
}

async function addAlertEvent(
  db: Db,
  tenant: string,
  alert: string,
  at: Date,
  what: string,
  detail: object,
): Promise<void> {
  await db
    .insertInto('alert_event')
    .values({
      tenant_id: tenant,
      event_id: uuid7(at),
      alert_id: alert,
      at,
      actor: 'center',
      what,
      detail: JSON.stringify(detail),
    })
    .execute()
}

async function groupName(db: Db, tenant: string, group: string): Promise<string> {
  const row = await db
    .selectFrom('host_group')
    .select('name')
    .where('tenant_id', '=', tenant)
    .where('group_id', '=', group)
    .executeTakeFirst()
  return row?.name ?? 'removed group'
}

function titleOf(silent: readonly Silent[], group: string | undefined): string {
  const [first] = silent
  if (silent.length === 1 && first !== undefined)
    return `The agent on ${first.hostname} is silent: ${reasonInWords(first.reason)}`
  if (group !== undefined) return `All ${silent.length} agents of the group ${group} fell silent`
  return `${silent.length} agents fell silent at the same time`
}

function bodyOf(silent: readonly Silent[]) {
  const reasons: Partial<Record<OfflineReason, number>> = {}
  for (const { reason } of silent) reasons[reason] = (reasons[reason] ?? 0) + 1
  return {
    kind: 'agent-offline',
    count: silent.length,
    reasons,
    hosts: silent.slice(0, mostNamed).map(({ agent, hostname, since, reason }) => ({
      host: agent.host,
      agent: agent.agent,
      hostname,
      since: since.toISOString(),
      reason,
    })),
  }
}

function hourOf(at: Date): Date {
  return new Date(Math.floor(at.getTime() / 3_600_000) * 3_600_000)
}
