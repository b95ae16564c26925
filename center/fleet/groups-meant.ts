import { type RawBuilder, sql, type SqlBool } from 'kysely'
import type { Permission } from '../../model/api/index.ts'
import type { Caller, Db } from '../context.ts'
import { groupsBelow } from './groups.ts'

export type Groups = 'all' | readonly string[]

/** The groups in which the caller has the right, narrowed to one with those below it. */
export async function groupsMeant(
  db: Db,
  caller: Caller,
  group: string | undefined,
  permission: Permission = 'hosts:read',
): Promise<Groups> {
  const asked = group === undefined ? undefined : [group, ...(await groupsBelow(db, group))]
  return groupsOf(caller, permission, asked)
}

/** The same for groups that are known already; undefined: no narrowing. */
export function groupsOf(caller: Caller, permission: Permission, asked: readonly string[] | undefined): Groups {
  const mine = caller.groupsFor(permission)
  if (asked === undefined) return mine
  return mine === 'all' ? asked : asked.filter(one => mine.includes(one))
}

export function inGroups(column: string, groups: Groups): RawBuilder<SqlBool> {
  return groups === 'all' ? sql<SqlBool>`true` : sql<SqlBool>`${sql.ref(column)} = any(${sql.val([...groups])}::uuid[])`
}
