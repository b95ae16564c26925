import { sql } from 'kysely'
import type { hostRoutes } from '../../model/api/index.ts'
import type { Caller, Db, Handlers, Request } from '../context.ts'
import { badRequest, notAllowed, notFound } from '../problem-error.ts'
import { hostsOf, inGroupsOf, mayInGroup } from './host-object.ts'

export const moveHandlers: Pick<Handlers<typeof hostRoutes>, 'moveHosts'> = {
  async moveHosts({ body }, request) {
    const { caller, db, audit } = request
    const asked = [...new Set(body.hosts)]
    const rows = await hostsOf(db)
      .where(sql<boolean>`host.host_id = ANY(${asked}::uuid[])`)
      .where(inGroupsOf(caller, 'hosts:read'))
      .execute()
    if (rows.length < asked.length) throw notFound('host')
    if (!rows.every(row => mayInGroup(caller, 'hosts:write', row.group_id)))
      throw notAllowed('You may see all of these hosts, but not change each of them.')
    await requireTarget(db, caller, body.group)
    const moved = rows.filter(row => row.group_id !== body.group).map(row => row.host_id)
    await moveInto(request, moved, body.group)
    await audit('hosts.moved', { kind: 'group', id: body.group }, { hosts: moved })
    return { moved: moved.length }
  },
}

/** Throws `ProblemError` when the caller may not put hosts into that group. */
export async function requireTarget(db: Db, caller: Caller, group: string): Promise<void> {
  const found = await db.selectFrom('host_group').where('group_id', '=', group).select('group_id').executeTakeFirst()
  if (found === undefined || !mayInGroup(caller, 'hosts:read', group))
    throw badRequest('There is no such group to move it to')
  if (!mayInGroup(caller, 'hosts:write', group)) throw notAllowed('You may not move hosts into that group.')
}

/** Rights over alerts and detections go by the group, which each carries; another group may also mean another policy. */
export async function moveInto(
  { caller, db, center }: Request,
  hosts: readonly string[],
  group: string,
): Promise<void> {
  const those = sql<boolean>`host_id = ANY(${[...hosts]}::uuid[])`
  const rows = await db
    .updateTable('host')
    .where(those)
    .set({ group_id: group })
    .returning(['host_id', 'agent_id'])
    .execute()
  await db.updateTable('alert').where(those).set({ group_id: group }).execute()
  await db.updateTable('detection').where(those).set({ group_id: group }).execute()
  for (const { host_id, agent_id } of rows) {
    await center.bus.publish('live', { tenant: caller.tenant, what: 'host', id: host_id }, db)
    if (agent_id !== null)
      await center.bus.publish('policy', { tenant: caller.tenant, what: 'agent', id: agent_id }, db)
  }
}
