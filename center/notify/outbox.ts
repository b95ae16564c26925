import { sql } from 'kysely'
import type { Notice } from '../../notify/index.ts'
import type { Bus, Db } from '../context.ts'
import { uuid7 } from '../uuid7.ts'
import { type RouteSet, readRoutes } from './route-set.ts'
import { type About, sendingsOf } from './routing.ts'
import { tellChannels } from './tell-channels.ts'

export interface Told {
  readonly notice: Notice
  /** The host's group; absent for the whole fleet. */
  readonly group?: string
  readonly alert?: string
}

/**
 * Writes the deliveries of notices into the outbox, in the caller's transaction. Gives how many. Nothing has to call it for
 * alerts, orders and runs: the triggers of 004-notify.sql do that part.
 */
export async function tellNotices(db: Db, bus: Bus, tenant: string, told: readonly Told[], at: Date): Promise<number> {
  if (told.length === 0) return 0
  const routes = await readRoutes(db, tenant)
  const rows = told.flatMap(one => deliveriesOf(one, routes, at))
  await insertDeliveries(db, bus, tenant, rows)
  await insertEscalations(db, tenant, told, routes, at)
  return rows.length
}

interface NewDelivery {
  readonly id: string
  readonly channel: string
  readonly route: string
  readonly purpose: 'notice' | 'escalation'
  readonly notice: Notice
  readonly alert: string | null
  readonly language: string
  readonly gather: boolean
  readonly due: string
}

function deliveriesOf(told: Told, set: RouteSet, at: Date): NewDelivery[] {
  return sendingsOf(told.notice, aboutOf(told, set), set.routes, at).flatMap(one => {
    const channel = set.channels.get(one.channel)
    if (channel === undefined) return []
    return {
      id: uuid7(at),
      channel: one.channel,
      route: one.route,
      purpose: 'notice' as const,
      notice: slim(told.notice, channel.forMachines),
      alert: told.alert ?? null,
      language: one.language ?? channel.language,
      // A machine wants each of them, and at once.
      gather: one.gather && !channel.forMachines,
      due: (channel.forMachines ? at : one.dueAt).toISOString(),
    }
  })
}

function aboutOf({ group, alert }: Told, { groupsAbove }: RouteSet): About {
  return { groups: group === undefined ? [] : groupsAbove(group), ...(alert === undefined ? {} : { alert }) }
}

/** The whole alert is for machines; people's messages need none of it, and the outbox stays small. */
function slim(notice: Notice, forMachines: boolean): Notice {
  if (forMachines) return notice
  const { document: _, ...rest } = notice
  return rest
}

async function insertDeliveries(db: Db, bus: Bus, tenant: string, rows: readonly NewDelivery[]): Promise<void> {
  if (rows.length === 0) return
  await sql`
    INSERT INTO delivery (tenant_id, delivery_id, channel_id, route_id, purpose, notice_id, notice, alert_id, language, gather, due_at)
    SELECT ${tenant}::uuid, id, channel, route, purpose, notice->>'id', notice, alert, language, gather, due
    FROM jsonb_to_recordset(${JSON.stringify(rows)}::jsonb)
      AS x(id uuid, channel uuid, route uuid, purpose text, notice jsonb, alert uuid, language text, gather boolean, due timestamptz)
    ON CONFLICT (tenant_id, channel_id, purpose, notice_id) DO NOTHING`.execute(db)
  await tellChannels(
    bus,
    tenant,
    rows.map(one => one.channel),
    db,
  )
}

/** Remembers whom to tell when nobody takes an alert up. */
async function insertEscalations(
  db: Db,
  tenant: string,
  told: readonly Told[],
  set: RouteSet,
  at: Date,
): Promise<void> {
  const rows = told.flatMap(one => {
    const { alert, notice } = one
    if (alert === undefined || notice.what !== 'alert') return []
    return set.routes
      .filter(route => route.escalation !== undefined && sendingsOf(notice, aboutOf(one, set), [route], at).length > 0)
      .map(route => ({
        id: uuid7(at),
        route: route.id,
        alert,
        notice: slim(notice, false),
        due: new Date(at.getTime() + (route.escalation?.afterMinutes ?? 0) * 60_000).toISOString(),
      }))
  })
  if (rows.length === 0) return
  await sql`
    INSERT INTO escalation (tenant_id, escalation_id, route_id, alert_id, notice, due_at)
    SELECT ${tenant}::uuid, id, route, alert, notice, due
    FROM jsonb_to_recordset(${JSON.stringify(rows)}::jsonb) AS x(id uuid, route uuid, alert uuid, notice jsonb, due timestamptz)
    ON CONFLICT (tenant_id, route_id, alert_id) DO NOTHING`.execute(db)
}

/** Tells further channels of one alert that nobody has taken up. */
export async function insertEscalated(
  db: Db,
  bus: Bus,
  tenant: string,
  { route, alert, notice }: { readonly route: string; readonly alert: string; readonly notice: Notice },
  set: RouteSet,
  at: Date,
): Promise<void> {
  const channels = set.routes.find(one => one.id === route)?.escalation?.channels ?? []
  const rows = channels.flatMap(id => {
    const channel = set.channels.get(id)
    if (channel === undefined) return []
    return {
      id: uuid7(at),
      channel: id,
      route,
      purpose: 'escalation' as const,
      notice: { ...notice, what: 'escalation' as const },
      alert,
      language: channel.language,
      gather: false,
      due: at.toISOString(),
    }
  })
  await insertDeliveries(db, bus, tenant, rows)
}
