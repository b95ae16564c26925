import { type RawBuilder, type SqlBool, sql } from 'kysely'
import type { Permission } from '../../model/api/index.ts'
import type { Caller } from '../context.ts'

/** True for rows whose group (named as a column) the caller has the right in. */
export function inGroups(caller: Caller, permission: Permission, column: string): RawBuilder<SqlBool> {
  const groups = caller.groupsFor(permission)
  if (groups === 'all') return sql<SqlBool>`true`
  return sql<SqlBool>`${sql.ref(column)} = ANY(${[...groups]}::uuid[])`
}
