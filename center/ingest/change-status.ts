import { sql } from 'kysely'
import type { Db } from '../context.ts'
import { addCounts, type Counted } from './alert-counts.ts'
import { addAlertEvents } from './alert-events.ts'
import { rescore } from './rescore.ts'

export type AlertStatus = 'open' | 'handling' | 'handled' | 'ignored' | 'allowed'

export interface StatusChange {
  readonly alerts: readonly string[]
  readonly to: AlertStatus
  /** Only alerts that are in one of these are changed. */
  readonly from: readonly AlertStatus[]
  /** What it was handled as; taken away when it opens. */
  readonly handledAs?: string | undefined
  /** User or token name, `host` or `center`. */
  readonly by: string
  /** Word of the event in its history. */
  readonly what: string
  readonly detail?: unknown
  /** The findings of an incident follow it. */
  readonly withChildren?: boolean
  readonly at: Date
}

export interface ChangedAlert {
  readonly alert_id: string
  readonly host_id: string
  readonly group_id: string
  readonly type: string
  readonly level: number
  readonly status: string
  readonly parent_id: string | null
}

/** The one way in which the status of an alert changes: history, counts and the open alerts of the host stay right. Gives those that changed, as they were before. */
export async function changeStatus(db: Db, tenant: string, change: StatusChange): Promise<readonly ChangedAlert[]> {
  if (change.alerts.length === 0) return []
  const ids = change.withChildren === true ? await withChildren(db, tenant, change.alerts) : [...change.alerts]
  const { rows } = await sql<ChangedAlert>`
    SELECT alert_id, host_id, group_id, type, level, status, parent_id FROM alert
    WHERE tenant_id = ${tenant} AND alert_id = ANY(${ids}::uuid[]) AND status = ANY(${[...change.from]}::text[])
      AND status <> ${change.to}
    ORDER BY alert_id FOR UPDATE`.execute(db)
  if (rows.length === 0) return []
  const opens = change.to === 'open'
  await sql`
    UPDATE alert SET status = ${change.to}, status_at = ${change.at},
      handled_as = ${opens ? null : (change.handledAs ?? null)}, handled_by = ${opens ? null : change.by}
    WHERE tenant_id = ${tenant} AND alert_id = ANY(${rows.map(one => one.alert_id)}::uuid[])`.execute(db)
  const events = rows.map(one => ({
    alert: one.alert_id,
    actor: change.by,
    what: change.what,
    detail: {
      from: one.status,
      ...(change.handledAs === undefined ? {} : { as: change.handledAs }),
      ...toRecord(change.detail),
    },
  }))
  await addAlertEvents(db, tenant, events, change.at)
  await addCounts(db, tenant, rows.filter(one => isEnd(one, change.to)).map(handled), change.at)
  await followOnHosts(db, tenant, rows, change)
  return rows
}

async function withChildren(db: Db, tenant: string, alerts: readonly string[]): Promise<string[]> {
  const { rows } = await sql<{ alert_id: string }>`
    SELECT alert_id FROM alert WHERE tenant_id = ${tenant} AND parent_id = ANY(${[...alerts]}::uuid[])`.execute(db)
  return [...new Set([...alerts, ...rows.map(one => one.alert_id)])]
}

function isEnd(before: ChangedAlert, to: AlertStatus): boolean {
  return isOver(to) && before.parent_id === null && !isOver(before.status)
}

function isOver(status: string): boolean {
  return status === 'handled' || status === 'ignored' || status === 'allowed'
}

function handled({ group_id, type, level }: ChangedAlert): Counted {
  return { group: group_id, type, level, what: 'handled' }
}

/** The open alerts of the hosts, and their scores where something that stood against them is over, or stands again. */
async function followOnHosts(db: Db, tenant: string, before: readonly ChangedAlert[], { to, at }: StatusChange) {
  const differences = new Map<string, number>()
  const scored = new Set<string>()
  for (const one of before) {
    if (one.parent_id !== null) continue
    const difference = (to === 'open' ? 1 : 0) - (one.status === 'open' ? 1 : 0)
    differences.set(one.host_id, (differences.get(one.host_id) ?? 0) + difference)
    if (isOver(one.status) !== isOver(to)) scored.add(one.host_id)
  }
  // In the order of ids, so that two that change the same hosts wait for each other instead of for ever.
  const hosts = [...differences.keys()].sort()
  await sql`
    SELECT FROM host WHERE tenant_id = ${tenant} AND host_id = ANY(${hosts}::uuid[])
    ORDER BY host_id FOR NO KEY UPDATE`.execute(db)
  for (const host of hosts) await addOpen(db, tenant, host, differences.get(host) ?? 0)
  if (scored.size > 0) await rescore(db, tenant, [...scored], at)
}

/** Open alerts of a host that stand at the top of the list, more or fewer. */
export async function addOpen(db: Db, tenant: string, host: string, difference: number): Promise<void> {
  if (difference === 0) return
  await sql`
    UPDATE host SET open_alerts = greatest(0, open_alerts + ${difference}::int)
    WHERE tenant_id = ${tenant} AND host_id = ${host}`.execute(db)
}

function toRecord(detail: unknown): object {
  return typeof detail === 'object' && detail !== null ? detail : {}
}
