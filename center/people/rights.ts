import { type Permission, permissions, permissionsOf, type Role, roles } from '../../model/api/index.ts'
import type { Caller, Db } from '../context.ts'

/** `all`, or ids of groups with their subgroups. */
export type Groups = 'all' | ReadonlySet<string>

/** For which groups somebody has each right. A right that is absent holds nowhere. */
export type Rights = ReadonlyMap<Permission, Groups>

export interface GivenIn {
  readonly role: Role
  /** Absent: all hosts. */
  readonly group?: string
  readonly fromProvider: boolean
}

export const noRights: Rights = new Map()

export async function rolesOf(db: Db, tenant: string, user: string): Promise<GivenIn[]> {
  const rows = await db
    .selectFrom('membership')
    .select(['role', 'group_id', 'source'])
    .where('tenant_id', '=', tenant)
    .where('user_id', '=', user)
    .orderBy('role')
    .orderBy('group_id')
    .execute()
  return rows.flatMap(row => shownRole(row) ?? [])
}

/** `undefined`: a role that this version of the program does not know, which then allows nothing. */
export function shownRole(row: {
  readonly role: string
  readonly group_id: string | null
  readonly source: string
}): GivenIn | undefined {
  const role = roles.find(one => one === row.role)
  if (!role) return undefined
  return { role, ...(row.group_id === null ? {} : { group: row.group_id }), fromProvider: row.source === 'oidc' }
}

export async function rightsOf(db: Db, tenant: string, given: readonly GivenIn[]): Promise<Rights> {
  const tree = given.some(one => one.group !== undefined) ? await groupTree(db, tenant) : new Map()
  const rights = new Map<Permission, Groups>()
  for (const { role, group } of given) {
    const groups: Groups = group === undefined ? 'all' : withSubgroups([group], tree)
    for (const permission of permissionsOf[role]) rights.set(permission, union(rights.get(permission), groups))
  }
  return rights
}

/** What a token may do: what it was made for, as far as its creator may do it now. */
export function narrowed(rights: Rights, wanted: readonly string[], groups: Groups): Rights {
  const narrow = new Map<Permission, Groups>()
  for (const [permission, held] of rights)
    if (wanted.includes(permission)) narrow.set(permission, intersection(held, groups))
  return narrow
}

/** Subgroups of each group. */
export type GroupTree = ReadonlyMap<string, readonly string[]>

export async function groupTree(db: Db, tenant: string): Promise<GroupTree> {
  const rows = await db
    .selectFrom('host_group')
    .select(['group_id', 'parent_id'])
    .where('tenant_id', '=', tenant)
    .execute()
  const tree = new Map<string, string[]>()
  for (const { group_id, parent_id } of rows) {
    tree.set(group_id, tree.get(group_id) ?? [])
    if (parent_id !== null) tree.set(parent_id, [...(tree.get(parent_id) ?? []), group_id])
  }
  return tree
}

/** Groups that are not there (any more) are left out. */
export function withSubgroups(groups: readonly string[], tree: GroupTree): Set<string> {
  const found = new Set<string>()
  const left = groups.filter(group => tree.has(group))
  for (let group = left.pop(); group !== undefined; group = left.pop()) {
    if (found.has(group)) continue
    found.add(group)
    left.push(...(tree.get(group) ?? []))
  }
  return found
}

/** Whether a caller has a right in a group, or with `undefined` for all hosts. */
export function covers(caller: Caller, permission: Permission, group: string | undefined): boolean {
  const groups = caller.groupsFor(permission)
  return groups === 'all' || (group !== undefined && groups.includes(group))
}

/** Whether a caller may give a role: it must have every right of it there, besides the right to give any. */
export function mayGive(caller: Caller, role: Role, group: string | undefined): boolean {
  return ['users:write' as const, ...permissionsOf[role]].every(permission => covers(caller, permission, group))
}

export function isPermission(text: string): text is Permission {
  return permissions.some(one => one === text)
}

function union(one: Groups | undefined, other: Groups): Groups {
  if (one === 'all' || other === 'all') return 'all'
  return new Set([...(one ?? []), ...other])
}

function intersection(one: Groups, other: Groups): Groups {
  if (one === 'all') return other
  if (other === 'all') return one
  return new Set([...one].filter(group => other.has(group)))
}
