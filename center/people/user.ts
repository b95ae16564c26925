import { sql } from 'kysely'
import type { GivenRole, ShownUser } from '../../model/api/index.ts'
import type { Caller, Db } from '../context.ts'
import { conflict, notAllowed, notFound } from '../problem-error.ts'
import { type Account, findAccount, languageOf } from './account.ts'
import { covers, type GivenIn, mayGive, rolesOf } from './rights.ts'
import { keysOf } from './security-key.ts'

/** A user as far as a caller may see: of the roles only those in groups that the caller administers. */
export async function shownUserOf(db: Db, caller: Caller, account: Account): Promise<ShownUser> {
  const seen = (await rolesOf(db, caller.tenant, account.user_id)).filter(given => administers(caller, given))
  const keys = await keysOf(db, caller.tenant, account.user_id)
  const state = (['active', 'invited', 'disabled'] as const).find(one => one === account.state) ?? 'removed'
  return {
    id: account.user_id,
    name: account.name,
    displayName: account.display_name,
    email: account.email,
    state,
    language: languageOf(account.language),
    roles: seen,
    secondFactor: account.totp_sealed !== null || keys.length > 0,
    ...(account.provider_id === null ? {} : { provider: account.provider_id }),
    createdAt: account.created_at.toISOString(),
    ...(account.last_login_at === null ? {} : { lastLoginAt: account.last_login_at.toISOString() }),
  }
}

/** Whoever administers groups sees those who have a role there; all others are not there. */
export async function requireUser(
  db: Db,
  caller: Caller,
  user: string,
): Promise<{ account: Account; roles: GivenIn[] }> {
  const account = await findAccount(db, caller.tenant, user)
  if (!account || account.state === 'removed') throw notFound('user')
  const roles = await rolesOf(db, caller.tenant, user)
  const seen = caller.groupsFor('users:write') === 'all' || roles.some(given => administers(caller, given))
  if (!seen) throw notFound('user')
  return { account, roles }
}

export function administers(caller: Caller, { group }: GivenIn): boolean {
  return covers(caller, 'users:write', group)
}

/**
 * For what touches the whole account (password, second factors, state): the caller must administer everything that the account can do,
 * or an administrator of one group would become one of all hosts through somebody else's account.
 */
export async function requireWholeUser(db: Db, caller: Caller, user: string) {
  const found = await requireUser(db, caller, user)
  const foreign = found.roles.some(({ role, group }) => !mayGive(caller, role, group))
  if (foreign && user !== caller.id)
    throw notAllowed('This user also has roles outside of what you administer. Ask an administrator of all hosts.')
  return found
}

/** Nobody gives more than they have. */
export function requireMayGive(caller: Caller, roles: readonly GivenRole[]): void {
  const too = roles.find(({ role, group }) => !mayGive(caller, role, group))
  if (!too) return
  const where = too.group === undefined ? 'for all hosts' : 'in that group'
  throw notAllowed(
    `You cannot give the role ${too.role} ${where}: you would have to have all of its rights there, and users:write.`,
  )
}

export async function requireGroups(db: Db, tenant: string, roles: readonly GivenRole[]): Promise<void> {
  const wanted = [...new Set(roles.flatMap(({ group }) => group ?? []))]
  if (wanted.length === 0) return
  const found = await db
    .selectFrom('host_group')
    .select('group_id')
    .where('tenant_id', '=', tenant)
    .where('group_id', 'in', wanted)
    .execute()
  if (found.length < wanted.length) throw notFound('group')
}

/** Changes that could take the last administrator away happen one after the other. To be called before they look. */
export async function lockAdministrators(db: Db, tenant: string): Promise<void> {
  await sql`SELECT pg_advisory_xact_lock(hashtextextended(${`davylamp administrators ${tenant}`}, 0))`.execute(db)
}

/** To be called after the change, in its transaction. Roles from a provider do not count: it may take them back at any time. */
export async function requireAdministrator(db: Db, tenant: string): Promise<void> {
  const left = await db
    .selectFrom('membership')
    .innerJoin('user_account', join =>
      join
        .onRef('user_account.tenant_id', '=', 'membership.tenant_id')
        .onRef('user_account.user_id', '=', 'membership.user_id'),
    )
    .select('membership.user_id')
    .where('membership.tenant_id', '=', tenant)
    .where('membership.role', '=', 'admin')
    .where('membership.group_id', 'is', null)
    .where('membership.source', '=', 'manual')
    .where('user_account.state', '=', 'active')
    .limit(1)
    .executeTakeFirst()
  if (!left)
    throw conflict(
      'This is the last administrator',
      'Make another active user administrator of all hosts first; otherwise nobody could manage users any more.',
    )
}
