import { accountName, type Language, type Role } from '../../model/api/index.ts'
import type { Bus, Store } from '../context.ts'
import { badRequest, conflict, notFound } from '../problem-error.ts'
import { uuid7 } from '../uuid7.ts'
import { findAccountByName, findTenant, plainName } from './account.ts'
import { appendAudit } from './audit.ts'
import { hashPassword } from './password.ts'
import { newCode } from './recovery-code.ts'
import { rolesOf } from './rights.ts'
import { endSessions } from './session.ts'
import { dropSteps } from './sign-in-step.ts'
import { forgetDelays } from './throttle.ts'
import { dropSecondFactors, insertRoles, insertUser } from './user-rows.ts'

/** For `davylamp center user …`, on the store itself: whoever may do this is root on the center, and is written down as `offline`. */
export interface OfflineContext {
  readonly store: Store
  /** So that running centers hear of it. */
  readonly bus: Bus
  /** Name of the tenant; absent: the first. */
  readonly tenant?: string
  /** Who runs the command, for the audit log: the login name on this machine. */
  readonly actor: string
}

export interface OneTimePassword {
  readonly name: string
  readonly password: string
}

export interface OfflineUser {
  readonly name: string
  readonly state: string
  readonly roles: readonly { readonly role: Role; readonly group?: string }[]
  readonly secondFactor: boolean
  readonly lastLoginAt: Date | undefined
}

export async function listUsersOffline({ store, tenant }: OfflineContext): Promise<OfflineUser[]> {
  return store.system(async db => {
    const id = await requireTenant(db, tenant)
    const rows = await db
      .selectFrom('user_account')
      .selectAll()
      .where('tenant_id', '=', id)
      .where('state', '!=', 'removed')
      .orderBy('name')
      .execute()
    const shown: OfflineUser[] = []
    for (const row of rows) {
      const key = await db
        .selectFrom('webauthn_credential')
        .select('credential_id')
        .where('tenant_id', '=', id)
        .where('user_id', '=', row.user_id)
        .limit(1)
        .executeTakeFirst()
      shown.push({
        name: row.name,
        state: row.state,
        roles: (await rolesOf(db, id, row.user_id)).map(({ role, group }) => ({ role, ...(group ? { group } : {}) })),
        secondFactor: row.totp_sealed !== null || key !== undefined,
        lastLoginAt: row.last_login_at ?? undefined,
      })
    }
    return shown
  })
}

/** A user for all hosts with a one-time password, which must be changed at the first sign-in. */
export async function addUserOffline(
  context: OfflineContext,
  wanted: { readonly name: string; readonly role: Role; readonly email?: string; readonly language?: Language },
): Promise<OneTimePassword> {
  const parsed = accountName.safeParse(wanted.name)
  if (!parsed.success) throw badRequest('This name will not do', 'Letters, digits and . _ @ + - only, at most 100.')
  const { password, hash } = await oneTimePassword()
  const name = parsed.data
  await context.store.system(async db => {
    const tenant = await requireTenant(db, context.tenant)
    if (await findAccountByName(db, tenant, name))
      throw conflict(`There is a user ${name} already`, 'Names of removed users stay taken too.')
    const [user, at] = [uuid7(), new Date()]
    await insertUser(db, {
      tenant,
      user,
      name,
      displayName: '',
      email: wanted.email ?? '',
      language: wanted.language ?? 'en',
      createdBy: context.actor,
      at,
    })
    await db
      .updateTable('user_account')
      .set({ state: 'active', password_hash: hash, password_at: at, must_change: true })
      .where('tenant_id', '=', tenant)
      .where('user_id', '=', user)
      .execute()
    await insertRoles(db, tenant, user, [{ role: wanted.role }])
    await noteOffline(db, context, tenant, 'user.created', user, { name, roles: [{ role: wanted.role }] })
  })
  return { name, password }
}

/** The way back in: a one-time password, a disabled account works again; with `secondFactors` those are removed too. */
export async function resetPasswordOffline(
  context: OfflineContext,
  wanted: { readonly name: string; readonly secondFactors?: boolean },
): Promise<OneTimePassword> {
  const { password, hash } = await oneTimePassword()
  const name = plainName(wanted.name)
  await context.store.system(async db => {
    const tenant = await requireTenant(db, context.tenant)
    const account = await findAccountByName(db, tenant, name)
    if (!account || account.state === 'removed') throw notFound('user')
    const user = account.user_id
    const at = new Date()
    await db
      .updateTable('user_account')
      .set({ state: 'active', password_hash: hash, password_at: at, must_change: true })
      .where('tenant_id', '=', tenant)
      .where('user_id', '=', user)
      .execute()
    await dropSteps(db, tenant, user, ['link', 'second-factor', 'confirm-key'])
    if (wanted.secondFactors) await dropSecondFactors(db, tenant, user)
    await forgetDelays(db, tenant, name, user)
    await endSessions(db, context.bus, { tenant, user, because: 'password was reset at the center', at })
    const detail = { name, secondFactors: wanted.secondFactors === true }
    await noteOffline(db, context, tenant, 'user.password-reset', user, detail)
  })
  return { name, password }
}

type SystemDb = Parameters<Parameters<Store['system']>[0]>[0]

async function requireTenant(db: SystemDb, name: string | undefined): Promise<string> {
  const tenant = await findTenant(db, name)
  if (tenant !== undefined) return tenant
  throw notFound('tenant')
}

async function oneTimePassword(): Promise<{ password: string; hash: string }> {
  const password = `${newCode()}-${newCode().slice(0, 4)}`
  return { password, hash: await hashPassword(password) }
}

async function noteOffline(
  db: SystemDb,
  { actor }: OfflineContext,
  tenant: string,
  action: string,
  user: string,
  detail: unknown,
): Promise<void> {
  await appendAudit(db, {
    tenant,
    actor: { kind: 'offline', id: actor, name: actor },
    address: '',
    action,
    object: { kind: 'user', id: user },
    detail,
  })
}
