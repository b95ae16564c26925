import { z } from 'zod'
import type { tokenRoutes } from '../../model/api/index.ts'
import type { ApiHandlers } from '../api/index.ts'
import { beyond, keyset } from '../api/keyset.ts'
import type { Caller, Db } from '../context.ts'
import { conflict, notAllowed, notFound } from '../problem-error.ts'
import { uuid7 } from '../uuid7.ts'
import { ownSession, tokenPrefix } from './authenticate.ts'
import { requireGroups } from './user.ts'
import { covers, isPermission } from './rights.ts'
import { hashOf, newSecret } from './secret.ts'
import { announce } from './session.ts'

const newestFirst = keyset('tokens', [z.uuid()])
const mostTokens = 200

export const tokenHandlers: ApiHandlers<typeof tokenRoutes> = {
  async listTokens({ query }, { caller, db, center }) {
    let rows = tokens(db, caller.tenant)
      .where('api_token.revoked_at', 'is', null)
      .where('api_token.expires_at', '>', center.clock())
      .where(beyond(['api_token.token_id'], newestFirst.read(query.after), 'desc'))
    if (!seesAll(caller)) rows = rows.where('api_token.user_id', '=', caller.id)
    const found = await rows
      .orderBy('api_token.token_id', 'desc')
      .limit(query.limit + 1)
      .execute()
    const page = newestFirst.page(found, query.limit, row => [row.token_id])
    return { items: page.items.map(shown), ...(page.next === undefined ? {} : { next: page.next }) }
  },

  /** A token makes no tokens: whoever found one could live on in another. */
  async createToken({ body }, { caller, db, center, audit }) {
    ownSession(caller)
    const permissions = [...new Set(body.permissions)]
    requireHeld(caller, permissions, body.groups)
    if (body.groups)
      await requireGroups(
        db,
        caller.tenant,
        body.groups.map(group => ({ role: 'viewer', group })),
      )
    const at = center.clock()
    await requireRoom(db, caller, at)
    const token = newSecret(tokenPrefix)
    const id = uuid7(at)
    await db
      .insertInto('api_token')
      .values({
        tenant_id: caller.tenant,
        token_id: id,
        user_id: caller.id,
        name: body.name,
        hash: hashOf(token),
        hint: token.slice(-4),
        permissions,
        groups: body.groups ?? null,
        created_at: at,
        expires_at: new Date(at.getTime() + body.days * 86_400_000),
        last_address: null,
      })
      .execute()
    const scopes = { permissions, ...(body.groups ? { groups: body.groups } : {}), days: body.days }
    await audit('token.created', { kind: 'token', id }, { name: body.name, ...scopes })
    const row = await tokens(db, caller.tenant).where('api_token.token_id', '=', id).executeTakeFirstOrThrow()
    return { token, about: shown(row) }
  },

  async revokeToken({ params }, { caller, db, center, audit }) {
    const row = await tokens(db, caller.tenant).where('api_token.token_id', '=', params.token).executeTakeFirst()
    if (!row || row.revoked_at !== null || !(seesAll(caller) || row.user_id === caller.id)) throw notFound('token')
    await db
      .updateTable('api_token')
      .set({ revoked_at: center.clock() })
      .where('tenant_id', '=', caller.tenant)
      .where('token_id', '=', params.token)
      .execute()
    await announce(db, center.bus, caller.tenant, row.user_id)
    await audit('token.revoked', { kind: 'token', id: params.token }, { name: row.name })
  },
}

function tokens(db: Db, tenant: string) {
  return db
    .selectFrom('api_token')
    .innerJoin('user_account', join =>
      join
        .onRef('user_account.tenant_id', '=', 'api_token.tenant_id')
        .onRef('user_account.user_id', '=', 'api_token.user_id'),
    )
    .selectAll('api_token')
    .select('user_account.name as user_name')
    .where('api_token.tenant_id', '=', tenant)
}

function shown(row: Awaited<ReturnType<ReturnType<typeof tokens>['execute']>>[number]) {
  return {
    id: row.token_id,
    name: row.name,
    user: row.user_name,
    hint: row.hint,
    permissions: row.permissions.filter(isPermission),
    ...(row.groups === null ? {} : { groups: row.groups }),
    createdAt: row.created_at.toISOString(),
    expiresAt: row.expires_at.toISOString(),
    ...(row.last_used === null ? {} : { lastUsed: row.last_used.toISOString() }),
    ...(row.last_address === null ? {} : { lastAddress: row.last_address }),
  }
}

function seesAll(caller: Caller): boolean {
  return caller.groupsFor('tokens:write') === 'all'
}

function requireHeld(
  caller: Caller,
  permissions: readonly Parameters<Caller['groupsFor']>[0][],
  groups: readonly string[] | undefined,
): void {
  const lacking = permissions.find(permission =>
    groups ? !groups.every(group => covers(caller, permission, group)) : caller.groupsFor(permission).length === 0,
  )
  if (lacking)
    throw notAllowed(`You cannot give ${lacking}: you do not have it${groups ? ' in all those groups' : ''}.`)
}

async function requireRoom(db: Db, caller: Caller, at: Date): Promise<void> {
  const { count } = await db
    .selectFrom('api_token')
    .select(({ fn }) => fn.countAll<number>().as('count'))
    .where('tenant_id', '=', caller.tenant)
    .where('user_id', '=', caller.id)
    .where('revoked_at', 'is', null)
    .where('expires_at', '>', at)
    .executeTakeFirstOrThrow()
  if (count >= mostTokens) throw conflict(`You have ${count} API tokens`, 'Revoke those that are no longer needed.')
}
