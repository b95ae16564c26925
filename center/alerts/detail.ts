import { sql } from 'kysely'
import { z } from 'zod'
import { plan as planSchema } from '../../model/index.ts'
import { handlings } from '../../model/wire/index.ts'
import type { alertEvent, alertRoutes } from '../../model/api/index.ts'
import { beyond, keyset } from '../api/keyset.ts'
import type { Caller, Db, Handlers } from '../context.ts'
import { inGroupsOf } from '../fleet/index.ts'
import { notFound } from '../problem-error.ts'
import { type AlertRow, alertObjectOf, alertsOf } from './alert-object.ts'

type DetailHandlers = Pick<
  Handlers<typeof alertRoutes>,
  'getAlert' | 'getAlertPlan' | 'listAlertEvents' | 'listRelatedAlerts'
>

const byEvent = keyset('alert-events', [z.uuid()])
const mostRelated = 50

export const detailHandlers: DetailHandlers = {
  async getAlert({ params }, { caller, db }) {
    const row = await alertRow(db, caller, params.alert)
    const { body } = await db
      .selectFrom('alert')
      .where('alert_id', '=', params.alert)
      .select('body')
      .executeTakeFirstOrThrow()
    const findings = await alertsOf(db)
      .where('alert.parent_id', '=', params.alert)
      .orderBy('alert.level', 'desc')
      .orderBy('alert.alert_id')
      .limit(500)
      .execute()
    const orders = await db
      .selectFrom('host_order')
      .where('alert_id', '=', params.alert)
      .select(['order_id', 'kind', 'state', 'run_id'])
      .orderBy('order_id', 'desc')
      .limit(100)
      .execute()
    return {
      ...alertObjectOf(row),
      evidence: body,
      findings: findings.map(alertObjectOf),
      plans: await plansFor(db, row),
      orders: orders.map(one => ({
        id: one.order_id,
        kind: one.kind,
        state: one.state,
        ...(one.run_id === null ? {} : { run: one.run_id }),
      })),
    }
  },

  async getAlertPlan({ params }, { caller, db }) {
    const row = await alertRow(db, caller, params.alert)
    const found = await db
      .selectFrom('plan')
      .where('host_id', '=', row.host_id)
      .where('plan_id', '=', params.plan)
      .select('body')
      .executeTakeFirst()
    if (found === undefined) throw notFound('plan')
    return planSchema.parse(found.body)
  },

  async listAlertEvents({ params, query }, { caller, db }) {
    await alertRow(db, caller, params.alert)
    const rows = await db
      .selectFrom('alert_event')
      .where('alert_id', '=', params.alert)
      .where(beyond(['event_id'], byEvent.read(query.after), 'asc'))
      .select(['event_id', 'at', 'actor', 'what', 'detail'])
      .orderBy('event_id')
      .limit(query.limit + 1)
      .execute()
    const { items, ...next } = byEvent.page(rows, query.limit, row => [row.event_id])
    return { items: items.map(eventObjectOf), ...next }
  },

  async listRelatedAlerts({ params }, { caller, db }) {
    const row = await alertRow(db, caller, params.alert)
    const related = await relatedTo(db, row)
    const rows = await alertsOf(db)
      .where('alert.alert_id', 'in', [params.alert, ...related.keys()])
      .where('alert.alert_id', '!=', params.alert)
      .where(inGroupsOf(caller, 'alerts:read', 'alert.group_id'))
      .orderBy('alert.alert_id', 'desc')
      .limit(mostRelated)
      .execute()
    return { items: rows.map(one => ({ ...alertObjectOf(one), because: related.get(one.alert_id) ?? '' })) }
  },
}

/** An alert that the caller may see, or 404. */
export async function alertRow(db: Db, caller: Caller, alert: string): Promise<AlertRow> {
  const row = await alertsOf(db)
    .where('alert.alert_id', '=', alert)
    .where(inGroupsOf(caller, 'alerts:read', 'alert.group_id'))
    .executeTakeFirst()
  if (row === undefined) throw notFound('alert')
  return row
}

export function eventObjectOf(row: {
  event_id: string
  at: Date
  actor: string
  what: string
  detail: unknown
}): z.output<typeof alertEvent> {
  return { id: row.event_id, at: row.at.toISOString(), actor: row.actor, what: row.what, detail: row.detail }
}

/** Plans of the newest scan: for an incident those of the whole, for a finding those that are about it alone. */
async function plansFor(db: Db, row: AlertRow) {
  if (row.about !== 'incident' && row.about !== 'finding') return []
  const incident = row.about === 'incident' ? row.origin : await originOf(db, row.parent_id)
  if (incident === undefined) return []
  const found = await db
    .selectFrom('plan')
    .where('host_id', '=', row.host_id)
    .where('incident', '=', incident)
    .where('finding', '=', row.about === 'finding' ? row.origin : '')
    .where('current', '=', true)
    .select(['plan_id', 'handling', 'actions', 'reported_at'])
    .execute()
  return found.flatMap(one => {
    const handling = handlings.find(name => name === one.handling)
    if (handling === undefined) return []
    return [{ id: one.plan_id, handling, actions: one.actions, reportedAt: one.reported_at.toISOString() }]
  })
}

async function originOf(db: Db, alert: string | null): Promise<string | undefined> {
  if (alert === null) return undefined
  const found = await db.selectFrom('alert').where('alert_id', '=', alert).select('origin').executeTakeFirst()
  return found?.origin
}

/** Ids of other alerts with the reason, the strongest reason first: the same thing elsewhere, the same campaign, the same host then. */
async function relatedTo(db: Db, row: AlertRow): Promise<Map<string, string>> {
  const shared = await sql<{ alert_id: string; kind: string; term: string }>`
    SELECT DISTINCT ON (other.source_id) other.source_id::uuid AS alert_id, other.kind, other.term
    FROM hunt_term mine JOIN hunt_term other USING (tenant_id, kind, term)
    WHERE mine.host_id = ${row.host_id} AND mine.source = 'alert' AND mine.source_id = ${row.alert_id}
      AND other.source = 'alert' AND other.source_id <> ${row.alert_id} AND mine.kind IN ('hash', 'key', 'address', 'domain', 'wallet', 'line')
    ORDER BY other.source_id, array_position(array['wallet', 'hash', 'key', 'domain', 'address', 'line'], mine.kind)
    LIMIT ${mostRelated}`.execute(db)
  const related = new Map<string, string>()
  for (const { alert_id, kind, term } of shared.rows) related.set(alert_id, `shares the ${kind} ${term.slice(0, 200)}`)
  if (row.campaign_id !== null) {
    const same = await db
      .selectFrom('alert')
      .where('campaign_id', '=', row.campaign_id)
      .where('alert_id', '!=', row.alert_id)
      .select('alert_id')
      .limit(mostRelated)
      .execute()
    for (const { alert_id } of same) if (!related.has(alert_id)) related.set(alert_id, 'is of the same campaign')
  }
  const near = await sql<{ alert_id: string }>`
    SELECT alert_id FROM alert WHERE host_id = ${row.host_id} AND parent_id IS NULL AND alert_id <> ${row.alert_id}
      AND first_seen BETWEEN ${row.first_seen}::timestamptz - interval '1 day' AND ${row.first_seen}::timestamptz + interval '1 day'
    ORDER BY alert_id DESC LIMIT ${mostRelated}`.execute(db)
  for (const { alert_id } of near.rows)
    if (!related.has(alert_id)) related.set(alert_id, 'is of the same host within a day')
  // Its own findings and its incident are in the detail already.
  const family = await db
    .selectFrom('alert')
    .where(sql<boolean>`(parent_id = ${row.alert_id} OR alert_id = ${row.parent_id ?? row.alert_id})`)
    .select('alert_id')
    .execute()
  for (const { alert_id } of family) related.delete(alert_id)
  return related
}
