import { quietHours, routeCondition, routeEscalation, routeRate } from '../../model/api/index.ts'
import { type Language, languages } from '../../notify/index.ts'
import type { Db } from '../context.ts'
import type { Route } from './routing.ts'

/** All that deciding about notices of one tenant needs. */
export interface RouteSet {
  readonly routes: readonly Route[]
  /** Those that are switched on. */
  readonly channels: ReadonlyMap<string, { readonly language: Language; readonly forMachines: boolean }>
  /** A group and all above it. */
  groupsAbove(group: string): string[]
}

const machines = new Set(['syslog', 'webhook'])

export async function readRoutes(db: Db, tenant: string): Promise<RouteSet> {
  const rows = await db
    .selectFrom('notify_route')
    .selectAll()
    .where('tenant_id', '=', tenant)
    .where('enabled', '=', true)
    .orderBy('route_id')
    .execute()
  const channels = await db
    .selectFrom('channel')
    .select(['channel_id', 'kind', 'language'])
    .where('tenant_id', '=', tenant)
    .where('enabled', '=', true)
    .execute()
  const groups = await db
    .selectFrom('host_group')
    .select(['group_id', 'parent_id'])
    .where('tenant_id', '=', tenant)
    .execute()
  const parents = new Map(groups.map(one => [one.group_id, one.parent_id]))
  return {
    routes: rows.map(routeOf),
    channels: new Map(
      channels.map(one => [
        one.channel_id,
        { language: languageOf(one.language) ?? 'en', forMachines: machines.has(one.kind) },
      ]),
    ),
    groupsAbove: group => above(group, parents),
  }
}

interface RouteRow {
  readonly route_id: string
  readonly condition: unknown
  readonly channels: readonly string[]
  readonly language: string | null
  readonly quiet: unknown
  readonly digest_minutes: number | null
  readonly rate: unknown
  readonly escalation: unknown
}

export function routeOf(row: RouteRow): Route {
  const language = languageOf(row.language)
  return {
    id: row.route_id,
    condition: routeCondition.parse(row.condition),
    channels: row.channels,
    ...(language === undefined ? {} : { language }),
    ...(row.quiet === null ? {} : { quiet: quietHours.parse(row.quiet) }),
    ...(row.digest_minutes === null ? {} : { digestMinutes: row.digest_minutes }),
    ...(row.rate === null ? {} : { rate: routeRate.parse(row.rate) }),
    ...(row.escalation === null ? {} : { escalation: routeEscalation.parse(row.escalation) }),
  }
}

export function languageOf(text: string | null): Language | undefined {
  return languages.find(one => one === text)
}

/** Bounded, should groups ever form a ring. */
function above(group: string, parents: ReadonlyMap<string, string | null>): string[] {
  const path: string[] = []
  for (let at: string | null | undefined = group; at && !path.includes(at); at = parents.get(at)) path.push(at)
  return path
}
