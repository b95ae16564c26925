import { accountName, type Role } from '../../model/api/index.ts'
import type { Center, Db } from '../context.ts'
import { uuid7 } from '../uuid7.ts'
import { type Account, findAccount, findAccountByName } from './account.ts'
import { appendAudit } from './audit.ts'
import { type ProviderRow, roleMap } from './identity-provider.ts'
import { announce } from './session.ts'

export interface Claims {
  readonly sub: string
  readonly [name: string]: unknown
}

/** `name-taken`: an account of that name exists that is not this person's; it is never taken over. */
export type NoAccount = 'no-role' | 'not-invited' | 'name-taken' | 'no-name' | 'disabled'

interface WantedRole {
  readonly role: Role
  readonly group: string | null
}

/** The account of who signed in at the provider, made when it may be; its roles from the provider follow the claims. */
export async function accountForClaims(
  db: Db,
  center: Pick<Center, 'bus' | 'clock'>,
  provider: ProviderRow,
  claims: Claims,
  address: string,
  request: string,
): Promise<Account | NoAccount> {
  const known = await db
    .selectFrom('user_account')
    .selectAll()
    .where('tenant_id', '=', provider.tenant_id)
    .where('provider_id', '=', provider.provider_id)
    .where('provider_subject', '=', claims.sub)
    .executeTakeFirst()
  if (known && known.state !== 'active') return 'disabled'
  const wanted = await wantedRoles(db, provider, claims)
  if (!known && wanted.length === 0) return 'no-role'
  const account = known ?? (await makeAccount(db, center, provider, claims, address, request))
  if (typeof account === 'string') return account
  await followRoles(db, center, account, wanted, address, request)
  return (await hasAnyRole(db, account)) ? account : 'no-role'
}

/** Groups that are gone give nothing. */
async function wantedRoles(db: Db, provider: ProviderRow, claims: Claims): Promise<WantedRole[]> {
  const claimed = claims[provider.group_claim]
  const values = new Set((Array.isArray(claimed) ? claimed : [claimed]).filter(one => typeof one === 'string'))
  const map = roleMap.safeParse(provider.role_map)
  const matching = (map.success ? map.data : []).filter(({ value }) => values.has(value))
  const groups = await db
    .selectFrom('host_group')
    .select('group_id')
    .where('tenant_id', '=', provider.tenant_id)
    .execute()
  const present = new Set(groups.map(({ group_id }) => group_id))
  const found = new Map<string, WantedRole>()
  for (const { role, group } of matching)
    if (group === undefined || present.has(group)) found.set(`${role} ${group}`, { role, group: group ?? null })
  return [...found.values()]
}

async function makeAccount(
  db: Db,
  center: Pick<Center, 'clock'>,
  provider: ProviderRow,
  claims: Claims,
  address: string,
  request: string,
): Promise<Account | NoAccount> {
  if (!provider.create_users) return 'not-invited'
  const name = accountName.safeParse(claims[provider.name_claim])
  if (!name.success) return 'no-name'
  if (await findAccountByName(db, provider.tenant_id, name.data)) return 'name-taken'
  const user = uuid7(center.clock())
  const at = center.clock()
  await db
    .insertInto('user_account')
    .values({
      tenant_id: provider.tenant_id,
      user_id: user,
      name: name.data,
      display_name: shortText(claims['name'], 200),
      email: shortText(claims['email'], 254),
      state: 'active',
      password_hash: null,
      totp_sealed: null,
      totp_pending: null,
      totp_step: null,
      provider_id: provider.provider_id,
      provider_subject: claims.sub,
      created_by: `identity provider ${provider.name}`,
      created_at: at,
    })
    .execute()
  await appendAudit(db, {
    tenant: provider.tenant_id,
    actor: { kind: 'center', id: '', name: 'center' },
    address,
    action: 'user.created',
    object: { kind: 'user', id: user },
    detail: { name: name.data, provider: provider.name },
    request,
    at,
  })
  return (await findAccount(db, provider.tenant_id, user)) ?? 'no-name'
}

async function followRoles(
  db: Db,
  center: Pick<Center, 'bus' | 'clock'>,
  account: Account,
  wanted: readonly WantedRole[],
  address: string,
  request: string,
): Promise<void> {
  const { tenant_id, user_id } = account
  const before = await db
    .selectFrom('membership')
    .select(['role', 'group_id'])
    .where('tenant_id', '=', tenant_id)
    .where('user_id', '=', user_id)
    .where('source', '=', 'oidc')
    .execute()
  const shown = (rows: readonly { role: string; group: string | null }[]) =>
    rows.map(({ role, group }) => `${role} ${group}`).sort()
  const had = shown(before.map(({ role, group_id }) => ({ role, group: group_id })))
  if (JSON.stringify(had) === JSON.stringify(shown(wanted))) return
  await db
    .deleteFrom('membership')
    .where('tenant_id', '=', tenant_id)
    .where('user_id', '=', user_id)
    .where('source', '=', 'oidc')
    .execute()
  if (wanted.length > 0)
    await db
      .insertInto('membership')
      .values(
        wanted.map(({ role, group }) => {
          return { tenant_id, membership_id: uuid7(), user_id, role, group_id: group, source: 'oidc' }
        }),
      )
      .execute()
  await announce(db, center.bus, tenant_id, user_id)
  await appendAudit(db, {
    tenant: tenant_id,
    actor: { kind: 'center', id: '', name: 'center' },
    address,
    action: 'user.roles-followed',
    object: { kind: 'user', id: user_id },
    detail: { name: account.name, roles: wanted },
    request,
    at: center.clock(),
  })
}

async function hasAnyRole(db: Db, { tenant_id, user_id }: Account): Promise<boolean> {
  const row = await db
    .selectFrom('membership')
    .select('role')
    .where('tenant_id', '=', tenant_id)
    .where('user_id', '=', user_id)
    .limit(1)
    .executeTakeFirst()
  return row !== undefined
}

function shortText(value: unknown, most: number): string {
  return typeof value === 'string' ? value.replaceAll('\0', '').slice(0, most).toWellFormed() : ''
}
