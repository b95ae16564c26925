import type { providerRoutes, InputOf } from '../../model/api/index.ts'
import type { ApiHandlers } from '../api/index.ts'
import type { Caller, CenterKeys, Db } from '../context.ts'
import { conflict, notAllowed, notFound } from '../problem-error.ts'
import { uuid7 } from '../uuid7.ts'
import {
  findProvider,
  type ProviderRow,
  requireProvider,
  roleMap,
  sealProviderSecret,
  settingsOf,
} from './identity-provider.ts'
import { callbackOf } from './oidc-sign-in.ts'
import { mayGive } from './rights.ts'
import { requireGroups } from './user.ts'

type Given = InputOf<(typeof providerRoutes)['createProvider']>['body']

export const providerHandlers: ApiHandlers<typeof providerRoutes> = {
  async listProviders(_, { caller, db, center }) {
    requireAllHosts(caller)
    const rows = await db
      .selectFrom('identity_provider')
      .selectAll()
      .where('tenant_id', '=', caller.tenant)
      .orderBy('name')
      .execute()
    return { items: rows.map(row => shown(row, center.settings.address)) }
  },

  async createProvider({ body }, { caller, db, center, audit }) {
    await requireSound(db, caller, body)
    const provider = uuid7(center.clock())
    const secret = body.clientSecret
    await requireProvider({ issuer: body.issuer, clientId: body.clientId, secret, ca: body.ca }, center.clock())
    const id = { tenant_id: caller.tenant, provider_id: provider }
    const row = await db
      .insertInto('identity_provider')
      .values({ ...id, ...columns(body), secret_sealed: sealed(center.keys, id, secret) })
      .onConflict(same => same.columns(['tenant_id', 'name']).doNothing())
      .returningAll()
      .executeTakeFirst()
    if (!row) throw conflict('An identity provider of that name is there already')
    await audit('identity-provider.created', { kind: 'identity-provider', id: provider }, withoutSecret(body))
    return shown(row, center.settings.address)
  },

  async changeProvider({ params, body }, { caller, db, center, audit }) {
    await requireSound(db, caller, body)
    const before = await requireRow(db, caller, params.provider)
    // Another issuer must not be given the secret that was meant for this one.
    if (body.clientSecret === undefined && before.secret_sealed !== null && before.issuer !== body.issuer)
      throw conflict(
        'The issuer is another one',
        'Give clientSecret as well, or remove this provider and add a new one.',
      )
    const secret = body.clientSecret ?? settingsOf(before, center.keys).secret
    await requireProvider({ issuer: body.issuer, clientId: body.clientId, secret, ca: body.ca }, center.clock())
    const row = await db
      .updateTable('identity_provider')
      .set({ ...columns(body), secret_sealed: sealed(center.keys, before, secret) })
      .where('tenant_id', '=', caller.tenant)
      .where('provider_id', '=', params.provider)
      .returningAll()
      .executeTakeFirstOrThrow()
    await audit('identity-provider.changed', { kind: 'identity-provider', id: params.provider }, withoutSecret(body))
    return shown(row, center.settings.address)
  },

  async removeProvider({ params }, { caller, db, audit }) {
    requireAllHosts(caller)
    const row = await requireRow(db, caller, params.provider)
    const user = await db
      .selectFrom('user_account')
      .select('name')
      .where('tenant_id', '=', caller.tenant)
      .where('provider_id', '=', params.provider)
      .limit(1)
      .executeTakeFirst()
    if (user)
      throw conflict(
        'Users still sign in through this provider',
        `Remove them first, ${user.name} for one, or set enabled to false.`,
      )
    await db
      .deleteFrom('identity_provider')
      .where('tenant_id', '=', caller.tenant)
      .where('provider_id', '=', params.provider)
      .execute()
    await audit('identity-provider.removed', { kind: 'identity-provider', id: params.provider }, { name: row.name })
  },
}

/** A provider signs in people of all groups. */
function requireAllHosts(caller: Caller): void {
  if (caller.groupsFor('settings:write') !== 'all') throw notAllowed('This takes settings:write for all hosts.')
}

/** Who maps a group of the provider to a role gives that role. */
async function requireSound(db: Db, caller: Caller, body: Given): Promise<void> {
  requireAllHosts(caller)
  const too = body.roleMap.find(({ role, group }) => !mayGive(caller, role, group))
  if (too)
    throw notAllowed(`You cannot give the role ${too.role} by "${too.value}": you do not have all of its rights.`)
  await requireGroups(
    db,
    caller.tenant,
    body.roleMap.map(({ role, group }) => ({ role, ...(group ? { group } : {}) })),
  )
}

async function requireRow(db: Db, caller: Caller, provider: string): Promise<ProviderRow> {
  const row = await findProvider(db, provider)
  if (row?.tenant_id === caller.tenant) return row
  throw notFound('identity provider')
}

function columns(body: Given) {
  return {
    name: body.name,
    issuer: body.issuer,
    client_id: body.clientId,
    scopes: body.scopes,
    name_claim: body.nameClaim,
    group_claim: body.groupClaim,
    role_map: JSON.stringify(body.roleMap),
    create_users: body.createUsers,
    ca: body.ca ?? null,
    enabled: body.enabled,
  }
}

function sealed(keys: CenterKeys, id: Parameters<typeof sealProviderSecret>[1], secret: string | undefined) {
  return secret === undefined ? null : sealProviderSecret(keys, id, secret)
}

function withoutSecret({ clientSecret, ca: _, ...body }: Given) {
  return { ...body, secretGiven: clientSecret !== undefined }
}

function shown(row: ProviderRow, address: string) {
  const map = roleMap.safeParse(row.role_map)
  return {
    id: row.provider_id,
    name: row.name,
    issuer: row.issuer,
    clientId: row.client_id,
    scopes: row.scopes,
    nameClaim: row.name_claim,
    groupClaim: row.group_claim,
    roleMap: map.success ? map.data : [],
    createUsers: row.create_users,
    ...(row.ca === null ? {} : { ca: row.ca }),
    enabled: row.enabled,
    hasSecret: row.secret_sealed !== null,
    callback: callbackOf(address, row.provider_id),
  }
}
