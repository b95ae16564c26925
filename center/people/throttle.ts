import { isIPv6 } from 'node:net'
import { sql } from 'kysely'
import type { Db } from '../context.ts'
import { hashOf } from './secret.ts'

/** Delays that grow with failures. `free`: failures without a delay; then `first` seconds, doubled every `every` failures up to `most`. */
interface Growth {
  readonly free: number
  readonly first: number
  readonly every: number
  readonly most: number
  /** Forgotten after so many seconds without a failure. */
  readonly forget: number
}

/** One name from one address: the ordinary guesser. */
const pair: Growth = { free: 5, first: 2, every: 1, most: 900, forget: 86_400 }
/** One name from everywhere: never more than a minute, so that nobody can lock others out. */
const account: Growth = { free: 20, first: 2, every: 2, most: 60, forget: 3_600 }
/** One address, all names. An office has one address for many people. */
const source: Growth = { free: 50, first: 2, every: 5, most: 120, forget: 3_600 }
/** Second factors of one person: only reached by who has the password. */
const factor: Growth = { free: 5, first: 4, every: 1, most: 900, forget: 86_400 }

export interface Attempt {
  readonly tenant: string
  readonly name: string
  readonly address: string
  readonly at: Date
  /** The person has signed in from there lately: guesses from elsewhere do not delay it. */
  readonly known: boolean
}

/**
 * Counts an attempt as failed before it is judged, so that many at once gain nothing. Gives the seconds to wait; 0: go on.
 * Call `succeeded` when it was right.
 */
export async function begin(db: Db, attempt: Attempt): Promise<number> {
  return count(db, attempt.tenant, limitsOf(attempt), attempt.at)
}

export async function succeeded(db: Db, attempt: Attempt): Promise<void> {
  const [own, ...shared] = [...limitsOf(attempt).keys()]
  await db
    .deleteFrom('login_throttle')
    .where('tenant_id', '=', attempt.tenant)
    .where('key', '=', own ?? '')
    .execute()
  if (shared.length === 0) return
  await db
    .updateTable('login_throttle')
    .set({ failures: sql`greatest(failures - 1, 0)`, until: null })
    .where('tenant_id', '=', attempt.tenant)
    .where('key', 'in', shared)
    .execute()
}

export async function beginFactor(db: Db, tenant: string, user: string, at: Date): Promise<number> {
  return count(db, tenant, new Map([[`factor ${user}`, factor]]), at)
}

export async function factorSucceeded(db: Db, tenant: string, user: string): Promise<void> {
  await db.deleteFrom('login_throttle').where('tenant_id', '=', tenant).where('key', '=', `factor ${user}`).execute()
}

/** All delays of one account. */
export async function forgetDelays(db: Db, tenant: string, name: string, user: string): Promise<void> {
  const own = `% ${hashOf(name).toString('base64url').replaceAll('_', '\\_')}`
  await db
    .deleteFrom('login_throttle')
    .where('tenant_id', '=', tenant)
    .where(({ eb, or }) => or([eb('key', '=', `factor ${user}`), eb('key', 'like', own)]))
    .execute()
}

/** What a delay is kept by: an IPv4 address, or the /64 of an IPv6 address, of which one machine has all. */
export function networkOf(address: string): string {
  const bare = address.replace(/^::ffff:(?=\d+\.)/i, '').replace(/%.*$/, '')
  if (!isIPv6(bare)) return bare.slice(0, 64)
  const [head = '', tail] = bare.toLowerCase().split('::')
  const left = head === '' ? [] : head.split(':')
  const right = tail === undefined || tail === '' ? [] : tail.split(':')
  const middle = tail === undefined ? [] : Array<string>(Math.max(0, 8 - left.length - right.length)).fill('0')
  return `${[...left, ...middle, ...right]
    .slice(0, 4)
    .map(part => Number.parseInt(part, 16).toString(16))
    .join(':')}::/64`
}

export function delaySeconds(failures: number, { free, first, every, most }: Growth): number {
  if (failures <= free) return 0
  return Math.min(most, first * 2 ** Math.min(30, Math.floor((failures - free - 1) / every)))
}

function limitsOf({ name, address, known }: Attempt): Map<string, Growth> {
  const network = networkOf(address)
  // Hashed, because now and then somebody types the password where the name belongs.
  const typed = hashOf(name).toString('base64url')
  const own = new Map([[`pair ${network} ${typed}`, pair]])
  if (known) return own
  return own.set(`name ${typed}`, account).set(`from ${network}`, source)
}

async function count(db: Db, tenant: string, limits: ReadonlyMap<string, Growth>, at: Date): Promise<number> {
  const keys = [...limits.keys()].sort()
  for (const key of keys)
    await db
      .insertInto('login_throttle')
      .values({ tenant_id: tenant, key, last_at: at })
      .onConflict(conflict => conflict.columns(['tenant_id', 'key']).doNothing())
      .execute()
  const rows = await db
    .selectFrom('login_throttle')
    .select(['key', 'failures', 'last_at', 'until'])
    .where('tenant_id', '=', tenant)
    .where('key', 'in', keys)
    .orderBy('key')
    .forUpdate()
    .execute()
  const wait = Math.max(0, ...rows.map(row => (row.until ? Math.ceil((row.until.getTime() - at.getTime()) / 1000) : 0)))
  if (wait > 0) return wait
  for (const row of rows) {
    const growth = limits.get(row.key) ?? pair
    const forgotten = at.getTime() - row.last_at.getTime() > growth.forget * 1000
    const failures = (forgotten ? 0 : row.failures) + 1
    const delay = delaySeconds(failures, growth)
    await db
      .updateTable('login_throttle')
      .set({ failures, last_at: at, until: delay === 0 ? null : new Date(at.getTime() + delay * 1000) })
      .where('tenant_id', '=', tenant)
      .where('key', '=', row.key)
      .execute()
  }
  return 0
}
