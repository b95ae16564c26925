import { sql } from 'kysely'
import { z } from 'zod'
import { type alertFilter, alertLevels, type alertRoutes } from '../../model/api/index.ts'
import { keyset } from '../api/keyset.ts'
import type { Db, Handlers } from '../context.ts'
import { containing, groupsIn, hostsNamed, inGroupsOf, mostNamed } from '../fleet/index.ts'
import { asSystem } from '../store/index.ts'
import { alertObjectOf, type AlertRow, alertsOf } from './alert-object.ts'
import { type Bounds, boundsOf, fromWindows, searchedDays, type Window, windowsOf } from './windows.ts'

type ListHandlers = Pick<Handlers<typeof alertRoutes>, 'listAlerts' | 'alertCounts'>
type Filter = z.output<typeof alertFilter>
type Alerts = ReturnType<typeof alertsOf>

const byTime = keyset('alerts', [z.uuid()])

export const listHandlers: ListHandlers = {
  async listAlerts({ query }, { caller, db, center }) {
    const groups = await groupsIn(db, query.group)
    const named = query.text === undefined ? [] : await hostsNamed(db, query.text)
    const [last] = byTime.read(query.after) ?? []
    const among: Among = (all, window, words) => {
      const own = within(narrowed(all, query, groups), window)
      return withText(own.where(inGroupsOf(caller, 'alerts:read', 'alert.group_id')), query.text, named, words)
    }
    const wanted = { among, bounds: boundsOf(query, last), now: center.clock(), limit: query.limit + 1 }
    const rows = isSearch(query) ? await searched(db, caller.tenant, wanted) : await listed(db, wanted)
    const { items, ...next } = byTime.page(rows, query.limit, row => [row.alert_id])
    return { items: items.map(alertObjectOf), ...next }
  },

  async alertCounts({ query }, { caller, db }) {
    const groups = await groupsIn(db, query.group)
    const narrow = sql`${inGroupsOf(caller, 'alerts:read', 'group_id')}
      AND (${groups === undefined} OR group_id = any(${sql.val(groups ?? [])}::uuid[]))`
    const open = await sql<{ type: string; level: number; count: number }>`
      SELECT type, level, count(*)::int AS count FROM alert
      WHERE status IN ('open', 'handling') AND parent_id IS NULL AND ${narrow}
      GROUP BY type, level ORDER BY level DESC, count DESC`.execute(db)
    const hours = await sql<{ hour: Date; opened: number; handled: number }>`
      SELECT hour, sum(opened)::int AS opened, sum(handled)::int AS handled FROM alert_hour
      WHERE hour > now() - make_interval(hours => ${query.hours}) AND ${narrow}
      GROUP BY hour ORDER BY hour`.execute(db)
    return {
      open: open.rows.map(row => ({ ...row, level: alertLevels[row.level] ?? 'informational' })),
      hours: hours.rows.map(row => ({ ...row, hour: row.hour.toISOString() })),
    }
  },
}

/** What is asked for, within a window; `words`: how a text is compared. */
type Among = (all: Alerts, window: Window, words: 'each' | 'indexed') => Alerts

interface Wanted {
  readonly among: Among
  readonly bounds: Bounds
  readonly now: Date
  readonly limit: number
}

async function listed(db: Db, { among, bounds, now, limit }: Wanted): Promise<AlertRow[]> {
  return await fromWindows(windowsOf(now, bounds), limit, (window, missing) =>
    among(alertsOf(db), window, 'each').orderBy('alert.alert_id', 'desc').limit(missing).execute(),
  )
}

/** What row-level security keeps from an index: conditions that could leak rows, were they looked at first (center/store/row-security.ts). */
function isSearch({ family, hash, text }: Filter): boolean {
  return family !== undefined || hash !== undefined || text !== undefined
}

/**
 * Ids are found as the center, with the tenant as a condition; the rows are read as the tenant, so that a mistake here shows nothing.
 * A text that is frequent fills its page from the last day. One that is then sought in all that is older is rare and found by its index:
 * all of it, and cut afterwards (`OFFSET 0` keeps PostgreSQL from mixing the two). Without statistics, which row-level security also
 * keeps from it, it would go through everything from the newest on.
 */
async function searched(db: Db, tenant: string, { among, bounds, now, limit }: Wanted): Promise<AlertRow[]> {
  const ids = await asSystem(db, system =>
    fromWindows(windowsOf(now, bounds, searchedDays), limit, async (window, missing, number) => {
      const own = among(alertsOf(system), window, number === 0 ? 'each' : 'indexed')
        .where('alert.tenant_id', '=', tenant)
        .clearSelect()
        .select('alert.alert_id')
      const all = number === 0 ? own : own.offset(0)
      const found = system.selectFrom(all.as('found')).select('alert_id').orderBy('alert_id', 'desc').limit(missing)
      return (await found.execute()).map(one => one.alert_id)
    }),
  )
  if (ids.length === 0) return []
  return await alertsOf(db).where('alert.alert_id', 'in', ids).orderBy('alert.alert_id', 'desc').execute()
}

/** By id, which is of the time it was first seen: only the days that are meant are looked at. */
function within(all: Alerts, { from, to }: Window): Alerts {
  const above = from === undefined ? all : all.where('alert.alert_id', '>=', from)
  return to === undefined ? above : above.where('alert.alert_id', '<', to)
}

function narrowed(all: Alerts, filter: Filter, groups: readonly string[] | undefined): Alerts {
  let query = all
  // A finding of an incident is asked for by name, by what only findings have, or with its siblings.
  const children =
    filter.children ?? (filter.about === 'finding' || filter.rule !== undefined || filter.hash !== undefined)
  if (!children) query = query.where('alert.parent_id', 'is', null)
  if (groups !== undefined) query = query.where('alert.group_id', 'in', groups)
  if (filter.status !== undefined) query = query.where('alert.status', '=', filter.status)
  if (filter.level !== undefined) query = query.where('alert.level', '=', alertLevels.indexOf(filter.level))
  if (filter.atLeast !== undefined) query = query.where('alert.level', '>=', alertLevels.indexOf(filter.atLeast))
  if (filter.type !== undefined) query = query.where('alert.type', '=', filter.type)
  if (filter.about !== undefined) query = query.where('alert.about', '=', filter.about)
  if (filter.verdict !== undefined) query = query.where('alert.verdict', '=', filter.verdict)
  if (filter.host !== undefined) query = query.where('alert.host_id', '=', filter.host)
  if (filter.region !== undefined) query = query.where('host.region', '=', filter.region)
  if (filter.rule !== undefined) query = query.where('alert.rule_id', '=', filter.rule)
  if (filter.campaign !== undefined) query = query.where('alert.campaign_id', '=', filter.campaign)
  if (filter.assignedTo !== undefined) query = query.where('alert.assigned_to', '=', filter.assignedTo)
  if (filter.family !== undefined) query = query.where(sql<boolean>`alert.families @> array[${filter.family}]::text[]`)
  if (filter.hash !== undefined)
    query = query.where(sql<boolean>`alert.hashes @> array[${filter.hash.toLowerCase()}]::text[]`)
  return query
}

/** Words of the index (migration 012) are no help for what is frequent. */
function withText(all: Alerts, text: string | undefined, named: readonly string[], words: 'each' | 'indexed'): Alerts {
  if (text === undefined) return all
  const pattern = containing(text)
  const ofAlert =
    words === 'indexed'
      ? sql`alert_words(alert.title, alert.families) ILIKE ${pattern}`
      : sql`(alert.title ILIKE ${pattern} OR array_to_string(alert.families, ' ') ILIKE ${pattern})`
  if (named.length === 0) return all.where(sql<boolean>`${ofAlert}`)
  const ofHosts = named.length > mostNamed ? sql`host.name ILIKE ${pattern}` : sql`alert.host_id = ANY (${named})`
  return all.where(sql<boolean>`(${ofAlert} OR ${ofHosts})`)
}
