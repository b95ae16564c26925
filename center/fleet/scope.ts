import { sql } from 'kysely'
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
