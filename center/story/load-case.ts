import { sql } from 'kysely'
import { z } from 'zod'
import type { AlertObject } from '../../model/api/index.ts'
import {
  type ActionState,
  actionState,
  type Finding,
  finding as findingSchema,
  type Incident,
  incident as incidentSchema,
  type Plan,
  plan as planSchema,
  type Proof,
  proof as proofSchema,
} from '../../model/index.ts'
import { alertObjectOf, type AlertRow } from '../alerts/alert-object.ts'
import { alertRow } from '../alerts/detail.ts'
import type { Caller, Db } from '../context.ts'
import { mayInGroup } from '../fleet/index.ts'

/** All that the center has about one alert. */
export interface AlertCase {
  readonly alert: AlertObject
  /** The incident itself, or the one that the finding belongs to. */
  readonly incident: Incident | undefined
  /** Only of an alert about a finding. */
  readonly finding: Finding | undefined
  /** Of the incident, with their alerts. */
  readonly findings: readonly { readonly finding: Finding; readonly alert: string }[]
  /** What an alert that the center raised says of itself (indicator, agent). */
  readonly said: Readonly<Record<string, unknown>>
  readonly events: readonly CaseEvent[]
  readonly orders: readonly CaseOrder[]
  /** Oldest first; `undefined` where the caller may not see what happened on the host. */
  readonly runs: readonly CaseRun[] | undefined
}

export interface CaseEvent {
  readonly at: Date
  readonly actor: string
  readonly what: string
  readonly detail: Readonly<Record<string, unknown>>
}

export interface CaseOrder {
  readonly id: string
  readonly kind: string
  readonly state: string
  readonly run: string | undefined
  readonly createdBy: string
  readonly approvedBy: readonly string[]
}

export interface CaseRun {
  readonly id: string
  readonly state: string
  readonly startedAt: Date
  readonly changedAt: Date
  readonly actions: readonly { readonly state: ActionState; readonly at: Date }[]
  readonly proof: Proof | undefined
  readonly plan: Plan | undefined
}

const most = { findings: 500, events: 1_000, orders: 100, runs: 20, actions: 2_000 } as const
const object = z.record(z.string(), z.unknown()).catch({})

/** The alert with everything about it, or 404 where the caller may not see it. */
export async function loadCase(db: Db, caller: Caller, id: string): Promise<AlertCase> {
  const row = await alertRow(db, caller, id)
  const body = await bodyOf(db, id)
  const incident =
    row.about === 'incident'
      ? incidentSchema.safeParse(body).data
      : row.about === 'finding' && row.parent_id !== null
        ? incidentSchema.safeParse(await bodyOf(db, row.parent_id)).data
        : undefined
  const orders = await ordersOf(db, row)
  return {
    alert: alertObjectOf(row),
    incident,
    finding: row.about === 'finding' ? findingSchema.safeParse(body).data : undefined,
    findings: row.about === 'incident' ? await findingsOf(db, row, incident) : [],
    said: row.about === 'incident' || row.about === 'finding' ? {} : object.parse(body),
    events: await eventsOf(db, id),
    orders,
    runs: mayInGroup(caller, 'hosts:read', row.group_id) ? await runsOf(db, row, incident, orders) : undefined,
  }
}

async function bodyOf(db: Db, alert: string): Promise<unknown> {
  const found = await db.selectFrom('alert').where('alert_id', '=', alert).select('body').executeTakeFirst()
  return found?.body
}

/** Those that the incident names now; an earlier scan may have had others. */
async function findingsOf(db: Db, row: AlertRow, incident: Incident | undefined): Promise<AlertCase['findings']> {
  const rows = await db
    .selectFrom('alert')
    .where('parent_id', '=', row.alert_id)
    .where('about', '=', 'finding')
    .select(['alert_id', 'body'])
    .orderBy('level', 'desc')
    .orderBy('alert_id')
    .limit(most.findings)
    .execute()
  const named = new Set(incident?.findings)
  return rows.flatMap(one => {
    const finding = findingSchema.safeParse(one.body).data
    return finding === undefined || !named.has(finding.id) ? [] : [{ finding, alert: one.alert_id }]
  })
}

async function eventsOf(db: Db, alert: string): Promise<CaseEvent[]> {
  const rows = await db
    .selectFrom('alert_event')
    .where('alert_id', '=', alert)
    .select(['at', 'actor', 'what', 'detail'])
    .orderBy('event_id')
    .limit(most.events)
    .execute()
  return rows.map(one => ({ ...one, detail: object.parse(one.detail) }))
}

async function ordersOf(db: Db, row: AlertRow): Promise<CaseOrder[]> {
  const { rows } = await sql<{
    order_id: string
    kind: string
    state: string
    run_id: string | null
    created_by: string
    approved: string[]
  }>`
    SELECT o.order_id, o.kind, o.state, o.run_id, o.created_by,
      ARRAY(SELECT a.approver FROM order_approval a WHERE a.tenant_id = o.tenant_id AND a.order_id = o.order_id ORDER BY a.at) AS approved
    FROM host_order o WHERE o.alert_id = ${row.alert_id} ORDER BY o.order_id LIMIT ${most.orders}`.execute(db)
  return rows.map(one => ({
    id: one.order_id,
    kind: one.kind,
    state: one.state,
    run: one.run_id ?? undefined,
    createdBy: one.created_by,
    approvedBy: one.approved,
  }))
}

/** Runs that were ordered for this alert, or that name its incident; people on the host may have started them. */
async function runsOf(
  db: Db,
  row: AlertRow,
  incident: Incident | undefined,
  orders: readonly CaseOrder[],
): Promise<CaseRun[]> {
  const ordered = orders.flatMap(one => (one.run === undefined ? [] : [one.run]))
  const named = row.about === 'incident' ? row.origin : (incident?.id ?? '')
  const { rows } = await sql<{
    run_id: string
    plan_id: string
    state: string
    started_at: Date
    changed_at: Date
    body: unknown
  }>`
    SELECT run_id, plan_id, state, started_at, changed_at, body FROM run
    WHERE host_id = ${row.host_id} AND (run_id = ANY(${ordered}::text[]) OR ${named} = ANY(incidents))
    ORDER BY started_at LIMIT ${most.runs}`.execute(db)
  const runs: CaseRun[] = []
  for (const one of rows)
    runs.push({
      id: one.run_id,
      state: one.state,
      startedAt: one.started_at,
      changedAt: one.changed_at,
      actions: await actionsOf(db, row.host_id, one.run_id),
      proof: proofSchema.safeParse(object.parse(one.body)['proof']).data,
      plan: await planOf(db, row.host_id, one.plan_id),
    })
  return runs
}

async function actionsOf(db: Db, host: string, run: string): Promise<CaseRun['actions']> {
  const rows = await db
    .selectFrom('run_action')
    .where('host_id', '=', host)
    .where('run_id', '=', run)
    .select(['body', 'changed_at'])
    .orderBy('number')
    .limit(most.actions)
    .execute()
  return rows.flatMap(one => {
    const state = actionState.safeParse(one.body).data
    return state === undefined ? [] : [{ state, at: one.changed_at }]
  })
}

async function planOf(db: Db, host: string, plan: string): Promise<Plan | undefined> {
  const found = await db
    .selectFrom('plan')
    .where('host_id', '=', host)
    .where('plan_id', '=', plan)
    .select('body')
    .executeTakeFirst()
  return planSchema.safeParse(found?.body).data
}
