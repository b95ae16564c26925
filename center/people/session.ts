import type { Bus, Db } from '../context.ts'
import { uuid7 } from '../uuid7.ts'
import { csrfTokenOf, hashOf, newSecret } from './secret.ts'

export const cookieName = '__Host-davylamp'

const hour = 3_600_000
/** A session ends after so long without use … */
export const idleMs = 12 * hour
/** … and in any case after so long. */
export const longestMs = 7 * 24 * hour
/** How exact `last_used` is: one write a minute for each session that is in use, not one for each request. */
const lastUsedMs = 60_000

export type SignInMethod = 'password' | 'passkey' | 'oidc' | 'link'

export interface NewSession {
  readonly tenant: string
  readonly user: string
  readonly method: SignInMethod
  readonly secondFactor: boolean
  readonly address: string
  readonly client: string
  readonly at: Date
}

/** `cookie` is the value of the cookie; the store only has its hash. */
export async function startSession(db: Db, wanted: NewSession): Promise<{ cookie: string; csrf: string; id: string }> {
  const cookie = newSecret()
  const id = uuid7(wanted.at)
  await db
    .insertInto('session')
    .values({
      tenant_id: wanted.tenant,
      session_id: id,
      user_id: wanted.user,
      hash: hashOf(cookie),
      method: wanted.method,
      second_factor: wanted.secondFactor,
      address: wanted.address,
      client: printable(wanted.client).slice(0, 300),
      created_at: wanted.at,
      last_used: wanted.at,
      fresh_at: wanted.at,
      expires_at: new Date(wanted.at.getTime() + longestMs),
    })
    .execute()
  return { cookie, csrf: csrfTokenOf(cookie), id }
}

export function setCookie(value: string): string {
  return `${cookieName}=${value}; Path=/; Secure; HttpOnly; SameSite=Strict; Max-Age=${longestMs / 1000}`
}

export const clearCookie = `${cookieName}=; Path=/; Secure; HttpOnly; SameSite=Strict; Max-Age=0`

/** `undefined`: unknown, ended, too old, or its user may not sign in. Touches nothing. */
export async function findSession(db: Db, cookie: string, at: Date) {
  const row = await db
    .selectFrom('session')
    .innerJoin('user_account', join =>
      join
        .onRef('user_account.tenant_id', '=', 'session.tenant_id')
        .onRef('user_account.user_id', '=', 'session.user_id'),
    )
    .selectAll('session')
    .select(['user_account.name', 'user_account.state', 'user_account.must_change'])
    .where('session.hash', '=', hashOf(cookie))
    .executeTakeFirst()
  if (row?.state !== 'active' || row.revoked_at !== null || row.expires_at <= at) return undefined
  return at.getTime() - row.last_used.getTime() > idleMs ? undefined : row
}

export async function touchSession(
  db: Db,
  row: { readonly tenant_id: string; readonly session_id: string; readonly last_used: Date; readonly address: string },
  address: string,
  at: Date,
): Promise<void> {
  if (at.getTime() - row.last_used.getTime() < lastUsedMs && row.address === address) return
  await db
    .updateTable('session')
    .set({ last_used: at, address })
    .where('tenant_id', '=', row.tenant_id)
    .where('session_id', '=', row.session_id)
    .where('revoked_at', 'is', null)
    .execute()
}

export async function markFresh(db: Db, tenant: string, session: string, at: Date): Promise<void> {
  await db
    .updateTable('session')
    .set({ fresh_at: at })
    .where('tenant_id', '=', tenant)
    .where('session_id', '=', session)
    .execute()
}

export interface Ending {
  readonly tenant: string
  readonly user: string
  readonly because: string
  readonly at: Date
  /** Only this one. */
  readonly session?: string
  /** All but this one. */
  readonly except?: string | undefined
}

/** Gives how many ended. Everybody who holds a live stream of that tenant asks again who it is. */
export async function endSessions(db: Db, bus: Bus, ending: Ending): Promise<number> {
  let rows = db
    .updateTable('session')
    .set({ revoked_at: ending.at, revoked_because: ending.because })
    .where('tenant_id', '=', ending.tenant)
    .where('user_id', '=', ending.user)
    .where('revoked_at', 'is', null)
  if (ending.session !== undefined) rows = rows.where('session_id', '=', ending.session)
  if (ending.except !== undefined) rows = rows.where('session_id', '!=', ending.except)
  const ended = await rows.where('expires_at', '>', ending.at).returning('session_id').execute()
  if (ended.length > 0) await announce(db, bus, ending.tenant, ending.user)
  return ended.length
}

/** Says that the rights or sessions of a user changed. */
export async function announce(db: Db, bus: Bus, tenant: string, user: string): Promise<void> {
  await bus.publish('sessions', { tenant, what: 'user', id: user }, db)
}

export async function liveSessions(db: Db, tenant: string, user: string, at: Date) {
  return db
    .selectFrom('session')
    .selectAll()
    .where('tenant_id', '=', tenant)
    .where('user_id', '=', user)
    .where('revoked_at', 'is', null)
    .where('expires_at', '>', at)
    .where('last_used', '>', new Date(at.getTime() - idleMs))
    .orderBy('last_used', 'desc')
    .limit(200)
    .execute()
}

function printable(text: string): string {
  return text.replace(/[^\x20-\x7e]/g, '?')
}
