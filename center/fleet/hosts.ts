import { sql } from 'kysely'
import { z } from 'zod'
import { type hostFilter, type HostObject, type hostRoutes, scoreReason } from '../../model/api/index.ts'
import { beyond, keyset } from '../api/keyset.ts'
import type { Caller, Db, Handlers } from '../context.ts'
import { notAllowed, notFound } from '../problem-error.ts'
import { groupsBelow } from './groups.ts'
import { containing, hostObjectOf, hostsOf, inGroupsOf, mayInGroup } from './host-object.ts'
import { moveInto, requireTarget } from './move-hosts.ts'

type HostHandlers = Pick<
  Handlers<typeof hostRoutes>,
  'listHosts' | 'getHost' | 'updateHost' | 'removeHost' | 'listHostEvents'
>

const byName = keyset('hosts', [z.string().max(300), z.uuid()])
const byEvent = keyset('host-events', [z.uuid()])

export const hostHandlers: HostHandlers = {
  async listHosts({ query }, { caller, db }) {
    const rows = await narrowed(hostsOf(db), query, await groupsIn(db, query.group))
      .where(inGroupsOf(caller, 'hosts:read'))
      .where(beyond(['host.name', 'host.host_id'], byName.read(query.after), 'asc'))
      .orderBy('host.name')
      .orderBy('host.host_id')
      .limit(query.limit + 1)
      .execute()
    const { items, ...next } = byName.page(rows, query.limit, row => [row.name, row.host_id])
    return { items: items.map(hostObjectOf), ...next }
  },

  async getHost({ params }, { caller, db }) {
    const host = hostObjectOf(await hostRow(db, caller, params.host))
    return { ...host, scoreReasons: await scoreReasonsOf(db, params.host) }
  },

  async updateHost({ params, body }, request) {
    const { caller, db, audit, center } = request
    const before = await hostRow(db, caller, params.host)
    if (!mayInGroup(caller, 'hosts:write', before.group_id))
      throw notAllowed('You may see this host but not change it.')
    if (body.group !== undefined) await requireTarget(db, caller, body.group)
    await db
      .updateTable('host')
      .where('host_id', '=', params.host)
      .set({
        name: body.name ?? before.name,
        region: body.region ?? before.region,
        owner: body.owner ?? before.owner,
        tags: [...new Set(body.tags ?? before.tags)],
        note: body.note ?? before.note,
      })
      .execute()
    if (body.group !== undefined && body.group !== before.group_id) await moveInto(request, [params.host], body.group)
    await audit('host.changed', { kind: 'host', id: params.host }, body)
    await center.bus.publish('live', { tenant: caller.tenant, what: 'host', id: params.host }, db)
    return hostObjectOf(await hostRow(db, caller, params.host))
  },

  async removeHost({ params }, { caller, db, audit, center }) {
    const row = await hostRow(db, caller, params.host)
    if (!mayInGroup(caller, 'hosts:write', row.group_id)) throw notAllowed('You may see this host but not remove it.')
    const agents = await db
      .updateTable('agent')
      .where('host_id', '=', params.host)
      .where('state', 'in', ['active', 'pending'])
      .set({ state: 'revoked', revoked_at: new Date(), revoked_because: 'the host was removed', online: false })
      .returning('agent_id')
      .execute()
    await db.updateTable('host').where('host_id', '=', params.host).set({ removed_at: new Date() }).execute()
    await db.deleteFrom('host_processes').where('host_id', '=', params.host).execute()
    for (const { agent_id } of agents)
      await center.bus.publish('presence', { tenant: caller.tenant, what: 'revoked', id: agent_id }, db)
    await audit('host.removed', { kind: 'host', id: params.host }, { name: row.name })
    await center.bus.publish('live', { tenant: caller.tenant, what: 'host', id: params.host }, db)
  },

  async listHostEvents({ params, query }, { caller, db }) {
    await hostRow(db, caller, params.host)
    const rows = await db
      .selectFrom('host_event')
      .where('host_id', '=', params.host)
      .where(beyond(['event_id'], byEvent.read(query.after), 'desc'))
      .select(['event_id', 'what', 'detail', 'at'])
      .orderBy('event_id', 'desc')
      .limit(query.limit + 1)
      .execute()
    const { items, ...next } = byEvent.page(rows, query.limit, row => [row.event_id])
    return {
      items: items.map(row => ({ id: row.event_id, what: row.what, detail: row.detail, at: row.at.toISOString() })),
      ...next,
    }
  },
}

async function scoreReasonsOf(db: Db, host: string): Promise<z.output<typeof scoreReason>[]> {
  const row = await db.selectFrom('host_score').where('host_id', '=', host).select('reasons').executeTakeFirst()
  return z.array(scoreReason).catch([]).parse(row?.reasons)
}

/** A host that the caller may see, or 404. */
export async function hostRow(db: Db, caller: Caller, host: string) {
  const row = await hostsOf(db)
    .where('host.host_id', '=', host)
    .where(inGroupsOf(caller, 'hosts:read'))
    .executeTakeFirst()
  if (row === undefined) throw notFound('host')
  return row
}

/** The group with those below it; undefined: no narrowing. */
export async function groupsIn(db: Db, group: string | undefined): Promise<readonly string[] | undefined> {
  return group === undefined ? undefined : [group, ...(await groupsBelow(db, group))]
}

function narrowed(
  all: ReturnType<typeof hostsOf>,
  filter: z.output<typeof hostFilter>,
  groups: readonly string[] | undefined,
): ReturnType<typeof hostsOf> {
  let query = all
  if (groups !== undefined) query = query.where('host.group_id', 'in', groups)
  if (filter.region !== undefined) query = query.where('host.region', '=', filter.region)
  if (filter.owner !== undefined) query = query.where('host.owner', '=', filter.owner)
  if (filter.verdict !== undefined)
    query = query.where('host.verdict', '=', filter.verdict satisfies HostObject['verdict'])
  if (filter.tag !== undefined) query = query.where(sql<boolean>`host.tags @> array[${filter.tag}]::text[]`)
  if (filter.online !== undefined) query = query.where(sql<boolean>`coalesce(agent.online, false) = ${filter.online}`)
  if (filter.text !== undefined) {
    const pattern = containing(filter.text)
    query =
      query.where(sql<boolean>`(host.name ILIKE ${pattern} OR host.hostname ILIKE ${pattern} OR host.owner ILIKE ${pattern}
      OR host.note ILIKE ${pattern} OR array_to_string(host.addresses, ' ') ILIKE ${pattern})`)
  }
  return query
}
