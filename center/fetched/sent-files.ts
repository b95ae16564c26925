import { createHash } from 'node:crypto'
import { sql } from 'kysely'
import { largestSentFile, orderAction, sentPartBytes } from '../../model/wire/index.ts'
import type { Center, Db } from '../context.ts'
import type { AgentIdentity, SentFiles } from '../gateway/index.ts'
import { conflict, ProblemError } from '../problem-error.ts'
import { wantRoom } from './room.ts'
import { openPart, sealPart } from './sealed-part.ts'

/** For so long a file can be downloaded; and for so long one whose parts stop coming is kept. */
const keepMs = 3_600_000

/** Keeps what hosts send of files that somebody asked for. */
export function sentFiles(center: Center): SentFiles {
  const within = <T>(agent: AgentIdentity, work: (db: Db) => Promise<T>) => center.store.tenant(agent.tenant, work)
  return {
    wanted: (agent, order) => within(agent, async db => void (await wantedFile(db, agent, order))),
    part: (agent, order, number, bytes) => within(agent, db => keepPart(db, center, agent, { order, number, bytes })),
    async end(agent, order, parts) {
      const { tenant, host } = agent
      const wrong = await within(agent, db => endFile(db, center, agent, { order, parts }))
      // After the transaction, which threw the file away.
      if (wrong !== undefined) throw conflict('This is not the file that was asked for', wrong)
      await center.bus.publish('live', { tenant, what: 'quarantine', id: host })
    },
  }
}

interface Wanted {
  readonly entry: string
  readonly sha256: string
}

/** What an order of this agent, which it has and has not ended, asks for. */
async function wantedFile(db: Db, { tenant, host, agent }: AgentIdentity, order: string): Promise<Wanted> {
  const row = await db
    .selectFrom('host_order')
    .select('action')
    .where('tenant_id', '=', tenant)
    .where('order_id', '=', order)
    .where('host_id', '=', host)
    .where('agent_id', '=', agent)
    .where('kind', '=', 'send-quarantined')
    .where('state', 'in', ['sent', 'accepted', 'running'])
    .executeTakeFirst()
  const action = orderAction.safeParse(row?.action).data
  if (action?.kind !== 'send-quarantined')
    throw conflict('No order of this host wants a file', 'It may have ended or been cancelled meanwhile.')
  return action
}

interface Part {
  readonly order: string
  readonly number: number
  readonly bytes: Buffer
}

async function keepPart(db: Db, center: Center, agent: AgentIdentity, { order, number, bytes }: Part): Promise<void> {
  const { entry, sha256 } = await wantedFile(db, agent, order)
  if (number >= largestSentFile / sentPartBytes)
    throw new ProblemError(413, 'too-large', `The file is larger than ${largestSentFile} bytes`)
  await wantRoom(db, bytes.length)
  const row = { tenant_id: agent.tenant, order_id: order }
  const expires_at = new Date(center.clock().getTime() + keepMs)
  await db
    .insertInto('fetched_file')
    .values({ ...row, host_id: agent.host, entry_id: entry, sha256, expires_at })
    .onConflict(conflicting => conflicting.columns(['tenant_id', 'order_id']).doUpdateSet({ expires_at }))
    .execute()
  const content = { size: bytes.length, sealed: sealPart(center.keys, order, number, bytes) }
  await db
    .insertInto('fetched_part')
    .values({ ...row, number, ...content })
    .onConflict(conflicting => conflicting.columns(['tenant_id', 'order_id', 'number']).doUpdateSet(content))
    .execute()
}

/** Gives what is wrong with it, in which case nothing of it is kept; `undefined` when it is the file that was ordered. */
async function endFile(
  db: Db,
  center: Center,
  agent: AgentIdentity,
  { order, parts }: { readonly order: string; readonly parts: number },
): Promise<string | undefined> {
  const { entry, sha256 } = await wantedFile(db, agent, order)
  const now = center.clock()
  const row = { tenant_id: agent.tenant, order_id: order, host_id: agent.host, entry_id: entry, sha256 }
  const whole = { complete_at: now, expires_at: new Date(now.getTime() + keepMs) }
  const { hash, size } = await contentOf(db, center, order, parts)
  if (hash !== sha256) {
    await db.deleteFrom('fetched_file').where('order_id', '=', order).execute()
    return `Its content has the SHA-256 ${hash ?? 'of nothing, for a part is missing'}; ${sha256} was ordered.`
  }
  await db
    .insertInto('fetched_file')
    .values({ ...row, size, ...whole })
    .onConflict(conflicting => conflicting.columns(['tenant_id', 'order_id']).doUpdateSet({ size, ...whole }))
    .execute()
  // One of each is enough.
  await sql`
    DELETE FROM fetched_file WHERE tenant_id = ${agent.tenant} AND host_id = ${agent.host} AND entry_id = ${entry}
      AND order_id <> ${order}`.execute(db)
  return undefined
}

/** Part by part, so that no file lies in memory. `hash` is absent when a part is missing. */
async function contentOf(db: Db, center: Center, order: string, parts: number) {
  const hash = createHash('sha256')
  let size = 0
  for (let number = 0; number < parts; number++) {
    const part = await openPart(db, center, order, number)
    if (part === undefined) return { hash: undefined, size }
    hash.update(part)
    size += part.length
  }
  return { hash: hash.digest('hex'), size }
}
