import type { GivenRole } from '../../model/api/index.ts'
import type { Db } from '../context.ts'
import { uuid7 } from '../uuid7.ts'
import { dropRecoveryCodes } from './recovery-code.ts'
import { dropSteps } from './sign-in-step.ts'

export interface NewUser {
  readonly tenant: string
  readonly user: string
  readonly name: string
  readonly displayName: string
  readonly email: string
  readonly language: string
  readonly createdBy: string
  readonly at: Date
}

/** Invited: without a password, until its link was used. */
export async function insertUser(db: Db, wanted: NewUser): Promise<void> {
  await db
    .insertInto('user_account')
    .values({
      tenant_id: wanted.tenant,
      user_id: wanted.user,
      name: wanted.name,
      display_name: wanted.displayName,
      email: wanted.email,
      language: wanted.language,
      state: 'invited',
      password_hash: null,
      totp_sealed: null,
      totp_pending: null,
      totp_step: null,
      provider_id: null,
      provider_subject: null,
      created_by: wanted.createdBy,
      created_at: wanted.at,
    })
    .execute()
}

export async function insertRoles(db: Db, tenant: string, user: string, roles: readonly GivenRole[]): Promise<void> {
  for (const { role, group } of roles)
    await db
      .insertInto('membership')
      .values({ tenant_id: tenant, membership_id: uuid7(), user_id: user, role, group_id: group ?? null })
      .onConflict(same => same.columns(['tenant_id', 'user_id', 'role', 'group_id', 'source']).doNothing())
      .execute()
}

/** Recovery codes go with the factors. */
export async function dropSecondFactors(db: Db, tenant: string, user: string): Promise<void> {
  await updateUser(db, tenant, user, { totp_sealed: null, totp_pending: null, totp_step: null })
  await db.deleteFrom('webauthn_credential').where('tenant_id', '=', tenant).where('user_id', '=', user).execute()
  await dropRecoveryCodes(db, tenant, user)
  await dropSteps(db, tenant, user, ['second-factor', 'register-key', 'confirm-key'])
}

/** Columns of an account that others than its owner change. */
export interface Changes {
  readonly display_name?: string
  readonly email?: string
  readonly language?: string
  readonly state?: string
  readonly password_hash?: null
  readonly provider_id?: null
  readonly provider_subject?: null
  readonly totp_sealed?: null
  readonly totp_pending?: null
  readonly totp_step?: null
}

export async function updateUser(db: Db, tenant: string, user: string, changes: Changes): Promise<void> {
  await db
    .updateTable('user_account')
    .set(changes)
    .where('tenant_id', '=', tenant)
    .where('user_id', '=', user)
    .execute()
}
