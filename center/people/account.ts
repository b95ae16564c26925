import type { CenterKeys, Db } from '../context.ts'
import { type Language, languages } from '../../model/api/index.ts'
import { uuid7 } from '../uuid7.ts'
import { networkOf } from './throttle.ts'

export type Account = NonNullable<Awaited<ReturnType<typeof findAccount>>>

export function findAccount(db: Db, tenant: string, user: string) {
  return db
    .selectFrom('user_account')
    .selectAll()
    .where('tenant_id', '=', tenant)
    .where('user_id', '=', user)
    .executeTakeFirst()
}

export function findAccountByName(db: Db, tenant: string, name: string) {
  return db
    .selectFrom('user_account')
    .selectAll()
    .where('tenant_id', '=', tenant)
    .where('name', '=', name)
    .executeTakeFirst()
}

/** As accounts are stored: `Admin` and `admin` are one. */
export function plainName(typed: string): string {
  return typed.trim().normalize('NFC').toLowerCase().slice(0, 200)
}

/** By name; without one the first that was made, which most centers have alone. */
export async function findTenant(db: Db, name: string | undefined): Promise<string | undefined> {
  let rows = db.selectFrom('tenant').select('tenant_id')
  if (name !== undefined) rows = rows.where('name', '=', name)
  return (await rows.orderBy('created_at').orderBy('tenant_id').limit(1).executeTakeFirst())?.tenant_id
}

const nobody = '00000000-0000-0000-0000-000000000000'

/** Whether the account has signed in from that network within 30 days. The same look for names that are none. */
export async function signedInFrom(
  db: Db,
  tenant: string,
  user: string | undefined,
  address: string,
  at: Date,
): Promise<boolean> {
  const found = await db
    .selectFrom('login_attempt')
    .select('attempt_id')
    .where('tenant_id', '=', tenant)
    .where('user_id', '=', user ?? nobody)
    .where('address', '=', networkOf(address))
    .where('outcome', '=', 'ok')
    .where('at', '>', new Date(at.getTime() - 30 * 86_400_000))
    .limit(1)
    .executeTakeFirst()
  return found !== undefined
}

export async function noteAttempt(
  db: Db,
  attempt: {
    readonly tenant: string
    readonly account: Pick<Account, 'name' | 'user_id'> | undefined
    readonly address: string
    readonly outcome: 'ok' | 'wrong' | 'second-factor-wrong'
    readonly method: string
    readonly at: Date
  },
): Promise<void> {
  await db
    .insertInto('login_attempt')
    .values({
      tenant_id: attempt.tenant,
      attempt_id: uuid7(attempt.at),
      name: attempt.account?.name ?? '',
      user_id: attempt.account?.user_id ?? null,
      address: networkOf(attempt.address),
      outcome: attempt.outcome,
      method: attempt.method,
      at: attempt.at,
    })
    .execute()
}

/** Base32. */
export function openTotp(keys: CenterKeys, tenant: string, user: string, sealed: Buffer): string {
  return keys.open(sealed, totpContext(tenant, user)).toString('utf8')
}

export function sealTotp(keys: CenterKeys, tenant: string, user: string, secret: string): Buffer {
  return keys.seal(Buffer.from(secret, 'utf8'), totpContext(tenant, user))
}

export function languageOf(text: string): Language {
  return languages.find(one => one === text) ?? 'en'
}

/** A seed put into another row does not open there. */
function totpContext(tenant: string, user: string): string {
  return `user_account:totp:${tenant}:${user}`
}
