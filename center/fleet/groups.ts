import { sql } from 'kysely'
import type { groupObject, hostRoutes } from '../../model/api/index.ts'
import { centerPolicy } from '../../model/wire/index.ts'
import type { z } from 'zod'
import { badRequest, conflict, notAllowed, notFound } from '../problem-error.ts'
import { uuid7 } from '../uuid7.ts'
import type { Caller, Db, Handlers, Request } from '../context.ts'
import { mayInGroup } from './host-object.ts'

type GroupObject = z.infer<typeof groupObject>
type GroupHandlers = Pick<Handlers<typeof hostRoutes>, 'listGroups' | 'createGroup' | 'updateGroup' | 'deleteGroup'>

/** Deeper trees are mistakes, and each level costs a look at every sign-in. */
const deepest = 10

export const groupHandlers: GroupHandlers = {
  async listGroups(_, { caller, db }) {
    const rows = await groupsOf(db).execute()
    return { items: rows.filter(row => mayInGroup(caller, 'hosts:read', row.group_id)).map(groupObjectOf) }
  },

  async createGroup({ body }, { caller, db, audit }) {
    const parent = body.parent ?? (await rootGroup(db))
    await requireGroup(db, caller, parent)
    if ((await depthOf(db, parent)) >= deepest) throw conflict(`Groups can be nested ${deepest} deep`)
    await requireFreeName(db, body.name)
    const group = uuid7()
    await db
      .insertInto('host_group')
      .values({ tenant_id: caller.tenant, group_id: group, name: body.name, parent_id: parent })
      .execute()
    await audit('group.created', { kind: 'group', id: group }, { name: body.name, parent })
    return oneGroup(db, group)
  },

  async updateGroup({ params, body }, request) {
    const { caller, db, audit, center } = request
    await requireGroup(db, caller, params.group)
    if (body.parent !== undefined) await requireSoundMove(request, params.group, body.parent)
    if (body.name !== undefined) await requireFreeName(db, body.name, params.group)
    const before = await oneGroup(db, params.group)
    const policyChanges = body.policy !== undefined || body.parent !== undefined
    await db
      .updateTable('host_group')
      .where('group_id', '=', params.group)
      .set({
        ...(body.name === undefined ? {} : { name: body.name }),
        ...(body.parent === undefined ? {} : { parent_id: body.parent }),
        ...(body.policy === undefined
          ? {}
          : {
              policy:
                body.policy === null ? null : JSON.stringify({ ...body.policy, version: before.policyVersion + 1 }),
            }),
        ...(policyChanges ? { policy_version: sql<number>`policy_version + 1` } : {}),
      })
      .execute()
    await audit('group.changed', { kind: 'group', id: params.group }, body)
    if (policyChanges) await announcePolicy(request, params.group)
    await center.bus.publish('live', { tenant: caller.tenant, what: 'group', id: params.group }, db)
    return oneGroup(db, params.group)
  },

  async deleteGroup({ params }, { caller, db, audit }) {
    await requireGroup(db, caller, params.group)
    if (params.group === (await rootGroup(db))) throw conflict('The group of all hosts stays')
    const used = await db
      .selectFrom('host')
      .where('group_id', '=', params.group)
      .select(({ fn }) => fn.countAll<number>().as('hosts'))
      .executeTakeFirstOrThrow()
    const children = await db
      .selectFrom('host_group')
      .where('parent_id', '=', params.group)
      .select(({ fn }) => fn.countAll<number>().as('groups'))
      .executeTakeFirstOrThrow()
    if (used.hosts > 0 || children.groups > 0)
      throw conflict(
        'This group is not empty',
        'Move its hosts (removed ones too) and its groups to another one first.',
      )
    await db
      .updateTable('enrolment_token')
      .where('group_id', '=', params.group)
      .where('revoked_at', 'is', null)
      .set({ revoked_at: new Date(), group_id: await rootGroup(db) })
      .execute()
    await db.deleteFrom('host_group').where('group_id', '=', params.group).execute()
    await audit('group.removed', { kind: 'group', id: params.group })
  },
}

/** A policy holds for the groups below that have none of their own. */
async function announcePolicy({ caller, db, center }: Request, group: string): Promise<void> {
  for (const id of [group, ...(await groupsBelow(db, group))])
    await center.bus.publish('policy', { tenant: caller.tenant, what: 'group', id }, db)
}

async function requireSoundMove({ caller, db }: Request, group: string, parent: string): Promise<void> {
  if (group === (await rootGroup(db))) throw conflict('The group of all hosts has no parent')
  await requireGroup(db, caller, parent)
  const below = await groupsBelow(db, group)
  if (parent === group || below.includes(parent)) throw badRequest('A group cannot be moved into itself')
  if ((await depthOf(db, parent)) >= deepest) throw conflict(`Groups can be nested ${deepest} deep`)
}

/** The one without a parent. */
export async function rootGroup(db: Db): Promise<string> {
  const root = await db
    .selectFrom('host_group')
    .where('parent_id', 'is', null)
    .select('group_id')
    .executeTakeFirstOrThrow()
  return root.group_id
}

/** All groups below one, at any depth. */
export async function groupsBelow(db: Db, group: string): Promise<string[]> {
  const found = await sql<{ group_id: string }>`
    WITH RECURSIVE below AS (
      SELECT group_id FROM host_group WHERE parent_id = ${group}::uuid
      UNION SELECT child.group_id FROM host_group child JOIN below ON child.parent_id = below.group_id
    ) SELECT group_id FROM below`.execute(db)
  return found.rows.map(row => row.group_id)
}

async function depthOf(db: Db, group: string): Promise<number> {
  const found = await sql<{ depth: number }>`
    WITH RECURSIVE above AS (
      SELECT parent_id FROM host_group WHERE group_id = ${group}::uuid
      UNION ALL SELECT parent.parent_id FROM host_group parent JOIN above ON parent.group_id = above.parent_id
    ) SELECT count(*)::int AS depth FROM above`.execute(db)
  return found.rows[0]?.depth ?? 0
}

async function requireGroup(db: Db, caller: Caller, group: string): Promise<void> {
  const found = await db.selectFrom('host_group').where('group_id', '=', group).select('group_id').executeTakeFirst()
  if (found === undefined || !mayInGroup(caller, 'hosts:read', group)) throw notFound('group')
  if (!mayInGroup(caller, 'policies:write', group)) throw notAllowed('You may see this group but not change it.')
}

async function requireFreeName(db: Db, name: string, except?: string): Promise<void> {
  const found = await db.selectFrom('host_group').where('name', '=', name).select('group_id').executeTakeFirst()
  if (found !== undefined && found.group_id !== except) throw conflict(`There is already a group ${name}`)
}

function groupsOf(db: Db) {
  return db
    .selectFrom('host_group')
    .select(['group_id', 'name', 'parent_id', 'policy', 'policy_version'])
    .select(({ selectFrom }) =>
      selectFrom('host')
        .whereRef('host.tenant_id', '=', 'host_group.tenant_id')
        .whereRef('host.group_id', '=', 'host_group.group_id')
        .where('host.removed_at', 'is', null)
        .select(({ fn }) => fn.countAll<number>().as('hosts'))
        .as('hosts'),
    )
    .orderBy('name')
}

async function oneGroup(db: Db, group: string): Promise<GroupObject> {
  const row = await groupsOf(db).where('group_id', '=', group).executeTakeFirst()
  if (row === undefined) throw notFound('group')
  return groupObjectOf(row)
}

function groupObjectOf(row: Awaited<ReturnType<ReturnType<typeof groupsOf>['execute']>>[number]): GroupObject {
  const policy = row.policy === null ? undefined : centerPolicy.parse(row.policy)
  return {
    id: row.group_id,
    name: row.name,
    ...(row.parent_id === null ? {} : { parent: row.parent_id }),
    hosts: row.hosts ?? 0,
    ...(policy === undefined ? {} : { policy }),
    policyVersion: row.policy_version,
  }
}
