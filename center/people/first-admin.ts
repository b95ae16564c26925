import type { Store } from '../context.ts'
import { uuid7 } from '../uuid7.ts'
import { findTenant } from './account.ts'
import { appendAudit } from './audit.ts'
import { hashPassword } from './password.ts'
import { newCode } from './recovery-code.ts'
import { lockAdministrators } from './user.ts'
import { insertRoles, insertUser } from './user-rows.ts'

export interface FirstAdmin {
  readonly name: string
  /** Shown once; it must be changed at the first sign-in. */
  readonly password: string
}

/** Makes `admin` when there is no user at all (several centers may ask at once); `undefined`: there are users. */
export async function createFirstAdmin(store: Store): Promise<FirstAdmin | undefined> {
  const password = `${newCode()}-${newCode().slice(0, 4)}`
  const hash = await hashPassword(password)
  return store.system(async db => {
    const tenant = await findTenant(db, undefined)
    if (tenant === undefined)
      throw new Error('The store has no tenant yet: ensureTenant() comes before createFirstAdmin().')
    await lockAdministrators(db, tenant)
    const any = await db.selectFrom('user_account').select('user_id').limit(1).executeTakeFirst()
    if (any) return undefined
    const user = uuid7()
    const name = 'admin'
    const at = new Date()
    await insertUser(db, {
      tenant,
      user,
      name,
      displayName: '',
      email: '',
      language: 'en',
      createdBy: 'first start',
      at,
    })
    await db
      .updateTable('user_account')
      .set({ state: 'active', password_hash: hash, password_at: at, must_change: true })
      .where('tenant_id', '=', tenant)
      .where('user_id', '=', user)
      .execute()
    await insertRoles(db, tenant, user, [{ role: 'admin' }])
    await appendAudit(db, {
      tenant,
      actor: { kind: 'center', id: '', name: 'center' },
      address: '',
      action: 'user.created',
      object: { kind: 'user', id: user },
      detail: { name, roles: [{ role: 'admin' }], because: 'first start' },
    })
    return { name, password }
  })
}
