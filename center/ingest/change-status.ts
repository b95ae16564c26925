import { sql } from 'kysely'
import type { Db } from '../context.ts'
import { addCounts, type Counted } from './alert-counts.ts'
import { addAlertEvents } from './alert-events.ts'

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
  await countOpen(db, tenant, rows, change.to)
  return rows
}

async function withChildren(db: Db, tenant: string, alerts: readonly string[]): Promise<string[]> {
  const { rows } = await sql<{ alert_id: string }>`
    SELECT alert_id FROM alert WHERE tenant_id = ${tenant} AND parent_id = ANY(${[...alerts]}::uuid[])`.execute(db)
  return [...new Set([...alerts, ...rows.map(one => one.alert_id)])]
}

function isEnd(before: ChangedAlert, to: AlertStatus): boolean {
  const ended = to === 'handled' || to === 'ignored' || to === 'allowed'
  return ended && before.parent_id === null && (before.status === 'open' || before.status === 'handling')
}

function handled({ group_id, type, level }: ChangedAlert): Counted {
  return { group: group_id, type, level, what: 'handled' }
}

async function countOpen(db: Db, tenant: string, before: readonly ChangedAlert[], to: AlertStatus): Promise<void> {
  const differences = new Map<string, number>()
  for (const one of before) {
    if (one.parent_id !== null) continue
    const difference = (to === 'open' ? 1 : 0) - (one.status === 'open' ? 1 : 0)
    differences.set(one.host_id, (differences.get(one.host_id) ?? 0) + difference)
  }
  // In the order of ids, so that two that change the same hosts wait for each other instead of for ever.
  for (const [host, difference] of [...differences].sort(([a], [b]) => (a < b ? -1 : 1)))
    await addOpen(db, tenant, host, difference)
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
