import { randomBytes } from 'node:crypto'
import type { Db } from '../context.ts'
import { hashOf } from './secret.ts'

/** No letters and digits that look alike on paper. 31 signs. */
const signs = 'abcdefghjkmnpqrstuvwxyz23456789'
const codes = 10

/** Ten new codes of about 79 random bits; the old ones are gone. Shown once. */
export async function renewRecoveryCodes(db: Db, tenant: string, user: string): Promise<string[]> {
  const fresh = Array.from({ length: codes }, newCode)
  await dropRecoveryCodes(db, tenant, user)
  await db
    .insertInto('recovery_code')
    .values(fresh.map(code => ({ tenant_id: tenant, user_id: user, hash: hashOfCode(tenant, user, code) })))
    .execute()
  return fresh
}

export async function dropRecoveryCodes(db: Db, tenant: string, user: string): Promise<void> {
  await db.deleteFrom('recovery_code').where('tenant_id', '=', tenant).where('user_id', '=', user).execute()
}

/** Uses up a code; true when there was one. */
export async function useRecoveryCode(db: Db, tenant: string, user: string, code: string, at: Date): Promise<boolean> {
  const used = await db
    .updateTable('recovery_code')
    .set({ used_at: at })
    .where('tenant_id', '=', tenant)
    .where('user_id', '=', user)
    .where('hash', '=', hashOfCode(tenant, user, code))
    .where('used_at', 'is', null)
    .returning('user_id')
    .execute()
  return used.length > 0
}

export async function recoveryCodesLeft(db: Db, tenant: string, user: string): Promise<number> {
  const rows = await db
    .selectFrom('recovery_code')
    .select('hash')
    .where('tenant_id', '=', tenant)
    .where('user_id', '=', user)
    .where('used_at', 'is', null)
    .execute()
  return rows.length
}

/** `abcd-efgh-jkmn-pqrs`; each sign without bias. */
export function newCode(): string {
  const picked: string[] = []
  while (picked.length < 16)
    for (const byte of randomBytes(24)) if (byte < 248 && picked.length < 16) picked.push(signs.charAt(byte % 31))
  return (picked.join('').match(/.{4}/g) ?? []).join('-')
}

function hashOfCode(tenant: string, user: string, code: string): Buffer {
  return hashOf(`${tenant} ${user} ${code.toLowerCase().replace(/[^a-z0-9]/g, '')}`)
}
