import type { Permission } from '../../model/api/index.ts'
import type { Authenticate, Credentials, SignedIn } from '../api/index.ts'
import type { Center, Db } from '../context.ts'
import { notAllowed, ProblemError } from '../problem-error.ts'
import { groupTree, narrowed, noRights, type Rights, rightsOf, rolesOf, withSubgroups } from './rights.ts'
import { csrfTokenOf, hashOf } from './secret.ts'
import { cookieName, findSession, touchSession } from './session.ts'

export const tokenPrefix = 'davylamp_'

/** Who calls, by session cookie or `Authorization: Bearer`. A header that is there counts alone, right or wrong. */
export function authenticateWith(center: Pick<Center, 'store' | 'clock'>): Authenticate {
  return credentials => {
    const { authorization, cookies } = credentials
    const cookie = cookies[cookieName]
    if (authorization !== undefined) {
      const token = /^Bearer ([A-Za-z0-9_-]{20,200})$/i.exec(authorization)?.[1]
      if (!token?.startsWith(tokenPrefix)) return Promise.resolve(undefined)
      return center.store.system(db => byToken(db, token, credentials, center.clock()))
    }
    if (cookie === undefined || !/^[A-Za-z0-9_-]{43}$/.test(cookie)) return Promise.resolve(undefined)
    return center.store.system(db => byCookie(db, cookie, credentials, center.clock()))
  }
}

async function byCookie(
  db: Db,
  cookie: string,
  { address, passive }: Credentials,
  at: Date,
): Promise<SignedIn | undefined> {
  const row = await findSession(db, cookie, at)
  if (!row) return undefined
  if (!passive) await touchSession(db, row, address, at)
  const rights = await rightsOf(db, row.tenant_id, await rolesOf(db, row.tenant_id, row.user_id))
  return {
    tenant: row.tenant_id,
    kind: 'user',
    id: row.user_id,
    name: row.name,
    groupsFor: row.must_change ? mustChange : groupsOf(rights),
    address,
    session: { id: row.session_id, csrfToken: csrfTokenOf(cookie), freshAt: row.fresh_at },
  }
}

async function byToken(
  db: Db,
  token: string,
  { address, passive }: Credentials,
  at: Date,
): Promise<SignedIn | undefined> {
  const row = await db
    .selectFrom('api_token')
    .innerJoin('user_account', join =>
      join
        .onRef('user_account.tenant_id', '=', 'api_token.tenant_id')
        .onRef('user_account.user_id', '=', 'api_token.user_id'),
    )
    .selectAll('api_token')
    .select(['user_account.name as user_name', 'user_account.state'])
    .where('api_token.hash', '=', hashOf(token))
    .executeTakeFirst()
  if (row?.state !== 'active' || row.revoked_at !== null || row.expires_at <= at) return undefined
  const usedLately = row.last_used !== null && at.getTime() - row.last_used.getTime() < 60_000
  if (!passive && !(usedLately && row.last_address === address))
    await db
      .updateTable('api_token')
      .set({ last_used: at, last_address: address })
      .where('tenant_id', '=', row.tenant_id)
      .where('token_id', '=', row.token_id)
      .execute()
  const held = await rightsOf(db, row.tenant_id, await rolesOf(db, row.tenant_id, row.user_id))
  const groups = row.groups === null ? 'all' : withSubgroups(row.groups, await groupTree(db, row.tenant_id))
  return {
    tenant: row.tenant_id,
    kind: 'token',
    id: row.token_id,
    name: `${row.user_name} (token ${row.name})`,
    groupsFor: groupsOf(narrowed(held, row.permissions, groups)),
    address,
  }
}

export function groupsOf(rights: Rights = noRights): SignedIn['groupsFor'] {
  return (permission: Permission) => {
    const groups = rights.get(permission)
    return groups === 'all' ? 'all' : [...(groups ?? [])]
  }
}

function mustChange(): never {
  throw new ProblemError(
    403,
    'must-change-password',
    'Change your password first',
    'PUT /api/v1/profile/password with the old and a new one; everything else works afterwards.',
  )
}

/** The session of a person; throws for tokens, which have no account of their own. */
export function ownSession(caller: SignedIn): NonNullable<SignedIn['session']> {
  if (caller.session) return caller.session
  throw notAllowed('This takes a sign-in of a person; an API token cannot do it.')
}
