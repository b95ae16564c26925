import { type RawBuilder, type SqlBool, sql } from 'kysely'
import type { z } from 'zod'
import type { Permission, scope as scopeSchema } from '../../model/api/index.ts'
import type { Caller, Db } from '../context.ts'
import { groupsBelow } from './groups.ts'
import { inGroupsOf } from './host-object.ts'

export type Scope = z.output<typeof scopeSchema>

export interface ScopedHost {
  readonly host: string
  readonly name: string
  readonly group: string
  /** Absent: nothing can be asked of it. */
  readonly agent: string | undefined
}

/**
 * The hosts that a scope means and that the caller has the right for: those named, those of the groups (with the groups
 * below), those with a tag, all joined. An empty scope means all hosts.
 */
export async function hostsInScope(
  db: Db,
  caller: Caller,
  permission: Permission,
  scope: Scope,
): Promise<ScopedHost[]> {
  const groups = new Set(scope.groups ?? [])
  for (const group of scope.groups ?? []) for (const below of await groupsBelow(db, group)) groups.add(below)
  const all = scope.hosts === undefined && scope.groups === undefined && scope.tags === undefined
  const rows = await db
    .selectFrom('host')
    .leftJoin('agent', join =>
      join
        .onRef('agent.tenant_id', '=', 'host.tenant_id')
        .onRef('agent.agent_id', '=', 'host.agent_id')
        .on('agent.state', '=', 'active'),
    )
    .where('host.removed_at', 'is', null)
    .where(inGroupsOf(caller, permission))
    .where(sql<boolean>`(${all} OR host.host_id = any(${sql.val(scope.hosts ?? [])}::uuid[])
      OR host.group_id = any(${sql.val([...groups])}::uuid[]) OR host.tags && ${sql.val(scope.tags ?? [])}::text[])`)
    .select(['host.host_id', 'host.name', 'host.group_id', 'agent.agent_id'])
    .orderBy('host.name')
    .execute()
  return rows.map(row => ({ host: row.host_id, name: row.name, group: row.group_id, agent: row.agent_id ?? undefined }))
}

/** True for a scope (named as a column) that reaches into groups in which the caller has the right; what else it reaches does not matter. */
export function scopeReaches(caller: Caller, permission: Permission, column: string): RawBuilder<SqlBool> {
  const groups = caller.groupsFor(permission)
  if (groups === 'all') return sql<SqlBool>`true`
  const scope = sql.ref(column)
  const own = sql`${sql.val([...groups])}::uuid[]`
  return sql<SqlBool>`(NOT ${scope} ?| ARRAY['hosts', 'groups', 'tags']
    OR ${scope}->'groups' ?| ARRAY(
      WITH RECURSIVE up AS (
        SELECT group_id, parent_id FROM host_group WHERE group_id = ANY(${own})
        UNION SELECT g.group_id, g.parent_id FROM host_group g JOIN up ON g.group_id = up.parent_id)
      SELECT group_id::text FROM up)
    OR EXISTS (
      SELECT FROM host reached WHERE reached.removed_at IS NULL AND reached.group_id = ANY(${own})
        AND (${scope}->'hosts' ? reached.host_id::text OR ${scope}->'tags' ?| reached.tags)))`
}
