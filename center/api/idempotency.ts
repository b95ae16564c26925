import { createHash } from 'node:crypto'
import { sql } from 'kysely'
import { canonicalJson } from '../../engine/index.ts'
import type { Center, Db } from '../context.ts'
import { badRequest, ProblemError } from '../problem-error.ts'
import type { Checked } from './checked-input.ts'
import { callerKey } from './limits.ts'
import type { SignedIn } from './ports.ts'

/** How long an answer is kept for its key. */
const keptHours = 24

export interface KeyedRequest {
  readonly caller: SignedIn
  readonly key: string
  readonly method: string
  readonly path: string
  readonly input: Checked
}

export interface StoredAnswer {
  readonly status: number
  readonly body: unknown
}

/**
 * Does `work` once for one key of one caller: the same request again gets the first one's answer, another request under the same key is
 * refused (422), and the same one while the first is still at work too (409). All of it happens in the transaction of the work, so a
 * process that dies in the middle leaves neither the change nor the key. Errors are not kept: the change was rolled back.
 */
export async function once(
  db: Db,
  center: Pick<Center, 'keys' | 'clock'>,
  request: KeyedRequest,
  work: () => Promise<StoredAnswer>,
): Promise<StoredAnswer & { readonly replayed: boolean }> {
  const { caller, key } = request
  const who = callerKey(caller)
  const context = `idempotent answer ${caller.tenant} ${who} ${key}`
  if (!(await alone(db, context))) throw busyWithIt
  const hash = requestHash(request)
  const since = new Date(center.clock().getTime() - keptHours * 3_600_000)
  const row = { tenant_id: caller.tenant, caller: who, key }
  const found = await db
    .selectFrom('idempotent_answer')
    .select(['request_hash', 'status', 'body', 'at'])
    .where('tenant_id', '=', row.tenant_id)
    .where('caller', '=', row.caller)
    .where('key', '=', row.key)
    .executeTakeFirst()
  if (found !== undefined && found.at >= since) {
    if (!found.request_hash.equals(hash)) throw otherRequest
    return { status: found.status ?? 200, body: opened(center, found.body, context), replayed: true }
  }
  const done = await work()
  const values = {
    request_hash: hash,
    status: done.status,
    body: sealed(center, done.body, context),
    at: center.clock(),
  }
  await db
    .insertInto('idempotent_answer')
    .values({ ...row, ...values })
    .onConflict(clash => clash.columns(['tenant_id', 'caller', 'key']).doUpdateSet(values))
    .execute()
  return { ...done, replayed: false }
}

/** The header's value, or `undefined` without one. Throws 400 for what is no key. */
export function idempotencyKey(header: string | readonly string[] | undefined): string | undefined {
  if (header === undefined) return undefined
  if (typeof header === 'string' && /^[\x21-\x7e]{1,200}$/.test(header)) return header
  throw badRequest(
    'The Idempotency-Key is not one',
    'Send 1 to 200 visible ASCII characters, best a new UUID for each change.',
  )
}

/** Removes answers that are too old to be given again. */
export async function forgetAnswers(center: Pick<Center, 'store' | 'clock'>): Promise<void> {
  const before = new Date(center.clock().getTime() - keptHours * 3_600_000)
  await center.store.system(async db => {
    await db.deleteFrom('idempotent_answer').where('at', '<', before).execute()
  })
}

const busyWithIt = new ProblemError(
  409,
  'in-progress',
  'The same request is still being worked on',
  'Wait for its answer, then ask again with the same key.',
)
const otherRequest = new ProblemError(
  422,
  'key-used',
  'This Idempotency-Key was used for another request',
  'Make a new key for each change; use it again only to repeat exactly that request.',
)

/** Held until the transaction ends, whichever way it does. */
async function alone(db: Db, name: string): Promise<boolean> {
  const locked = await sql<{
    locked: boolean
  }>`SELECT pg_try_advisory_xact_lock(hashtextextended(${name}, 0)) AS locked`.execute(db)
  return locked.rows[0]?.locked === true
}

function requestHash({ method, path, input }: KeyedRequest): Buffer {
  return createHash('sha256')
    .update(canonicalJson([method, path, input]))
    .digest()
}

/** Sealed, for an answer may hold what is shown only once, like a new token. */
function sealed(center: Pick<Center, 'keys'>, body: unknown, context: string): string {
  const plain = Buffer.from(JSON.stringify(body ?? null))
  return JSON.stringify({ sealed: center.keys.seal(plain, context).toString('base64') })
}

function opened(center: Pick<Center, 'keys'>, body: unknown, context: string): unknown {
  const text = typeof body === 'object' && body !== null && 'sealed' in body ? body.sealed : undefined
  if (typeof text !== 'string') return undefined
  return JSON.parse(center.keys.open(Buffer.from(text, 'base64'), context).toString()) ?? undefined
}
