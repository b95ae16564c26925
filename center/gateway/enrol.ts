import { sql } from 'kysely'
import type { EnrolAnswer, EnrolRequest } from '../../model/wire/index.ts'
import type { Center, Db } from '../context.ts'
import type { Keyring } from '../keys/index.ts'
import { ProblemError } from '../problem-error.ts'
import { uuid7 } from '../uuid7.ts'
import { cleanText } from './clean-text.ts'
import { type CheckedCsr, checkCsr, provenBy } from './csr.ts'
import { makeAgent } from './make-agent.ts'
import { tokenHash, unknownToken, useToken } from './token.ts'

/** How long a host that waits for approval waits before it asks again. */
const retrySeconds = 20
const mostPending = 1_000

export interface EnrolParts {
  readonly center: Center
  readonly keys: Keyring
}

/**
 * `POST /agent/v1/enrol`. The same CSR with the same token gets the same answer, as often as it asks. Throws `ProblemError`.
 * A host that proves its former identity with its old key goes on as that host; one that only has the same machine id gets a host of
 * its own, unless a person approves it as the known one: machine ids are copied with disks and are no secret.
 */
export async function enrol(
  { center, keys }: EnrolParts,
  request: EnrolRequest,
  address: string,
): Promise<EnrolAnswer> {
  const csr = await checkCsr(request.csr)
  const hash = tokenHash(request.token)
  const known = await center.store.system(db =>
    db.selectFrom('enrolment_token').select(['tenant_id', 'token_id']).where('hash', '=', hash).executeTakeFirst(),
  )
  if (known === undefined) throw unknownToken()
  const answer = await center.store.tenant(known.tenant_id, async db => {
    // One CSR at a time, so that two askings of one host do not make two.
    await sql`SELECT pg_advisory_xact_lock(hashtextextended(${csr.hash.toString('hex')}, 0))`.execute(db)
    return (
      (await answerAgain(db, center, keys, csr, known.token_id)) ??
      (await answerFirst(db, center, keys, { request, csr, address, tokenId: known.token_id }))
    )
  })
  if (answer === 'pending') return { state: 'pending', retrySeconds }
  return {
    state: 'enrolled',
    ...answer,
    authority: keys.authority.certificate,
    orderKeys: shownKeys(await keys.orderKeys()),
  }
}

type Result = 'pending' | { readonly agent: string; readonly certificate: string }

async function answerAgain(
  db: Db,
  center: Center,
  keys: Keyring,
  csr: CheckedCsr,
  tokenId: string,
): Promise<Result | undefined> {
  const row = await db
    .selectFrom('enrolment')
    .selectAll()
    .where('csr_hash', '=', csr.hash)
    .forUpdate()
    .executeTakeFirst()
  if (row === undefined) return undefined
  if (row.token_id !== tokenId)
    throw new ProblemError(
      403,
      'other-token',
      'This request came with another token before',
      'Join again: it makes a new request.',
    )
  if (row.state === 'refused')
    throw new ProblemError(403, 'refused', 'This host was turned away', 'Ask who runs the center, then join again.')
  if (row.state === 'pending') return 'pending'
  if (row.agent_id === null) {
    const token = await db
      .selectFrom('enrolment_token')
      .selectAll()
      .where('token_id', '=', tokenId)
      .executeTakeFirstOrThrow()
    return makeAgent(db, center, keys, { enrolment: row, token, csr })
  }
  const issued = await db
    .selectFrom('agent_certificate')
    .innerJoin('agent', join =>
      join
        .onRef('agent.tenant_id', '=', 'agent_certificate.tenant_id')
        .onRef('agent.agent_id', '=', 'agent_certificate.agent_id'),
    )
    .select(['agent.agent_id', 'agent.state', 'agent_certificate.certificate', 'agent_certificate.ends_at'])
    .where('agent_certificate.agent_id', '=', row.agent_id)
    .where('agent_certificate.csr_hash', '=', csr.hash)
    .executeTakeFirst()
  if (issued === undefined || issued.state !== 'active' || issued.ends_at <= center.clock())
    throw new ProblemError(403, 'identity-ended', 'The identity of this host has ended', 'Join again with a new token.')
  return { agent: issued.agent_id, certificate: issued.certificate }
}

interface Asking {
  readonly request: EnrolRequest
  readonly csr: CheckedCsr
  readonly address: string
  readonly tokenId: string
}

async function answerFirst(db: Db, center: Center, keys: Keyring, asking: Asking): Promise<Result> {
  const { request, csr, address, tokenId } = asking
  const token = await useToken(db, tokenId, center.clock())
  const proven = await provenAgent(db, request, csr)
  const pending = token.needs_approval && proven === undefined
  if (pending) await checkRoom(db)
  const enrolment = await db
    .insertInto('enrolment')
    .values({
      tenant_id: token.tenant_id,
      enrolment_id: uuid7(center.clock()),
      token_id: token.token_id,
      csr_hash: csr.hash,
      csr: request.csr,
      hostname: cleanText(request.hostname, 253),
      machine: cleanText(request.machine, 64),
      address,
      program: cleanText(request.program, 40),
      state: pending ? 'pending' : 'approved',
      previous_agent: proven ?? (pending ? await sameMachine(db, request.machine) : null) ?? null,
      asked_at: center.clock(),
    })
    .returningAll()
    .executeTakeFirstOrThrow()
  if (!pending) return makeAgent(db, center, keys, { enrolment, token, csr })
  const tenant = token.tenant_id
  await center.bus.publish('live', { tenant, what: 'enrolment', id: enrolment.enrolment_id }, db)
  return 'pending'
}

/** The active agent whose latest key signed this CSR. */
async function provenAgent(db: Db, request: EnrolRequest, csr: CheckedCsr): Promise<string | undefined> {
  if (request.previous === undefined || request.previousProof === undefined) return undefined
  const latest = await db
    .selectFrom('agent_certificate')
    .innerJoin('agent', 'agent.agent_id', 'agent_certificate.agent_id')
    .select(['agent_certificate.public_key', 'agent.state'])
    .where('agent.agent_id', '=', request.previous)
    .orderBy('agent_certificate.issued_at', 'desc')
    .limit(2)
    .execute()
  const proof = Buffer.from(request.previousProof, 'base64')
  const proven = latest.some(({ public_key, state }) => state === 'active' && provenBy(public_key, csr, proof))
  return proven ? request.previous : undefined
}

async function sameMachine(db: Db, machine: string): Promise<string | undefined> {
  if (machine === '') return undefined
  const row = await db
    .selectFrom('host')
    .select('agent_id')
    .where('machine', '=', cleanText(machine, 64))
    .where('removed_at', 'is', null)
    .where('agent_id', 'is not', null)
    .orderBy('created_at', 'desc')
    .limit(1)
    .executeTakeFirst()
  return row?.agent_id ?? undefined
}

async function checkRoom(db: Db): Promise<void> {
  const { count } = await db
    .selectFrom('enrolment')
    .select(sql<number>`count(*)::int`.as('count'))
    .where('state', '=', 'pending')
    .executeTakeFirstOrThrow()
  if (count < mostPending) return
  throw new ProblemError(
    429,
    'too-many-pending',
    `${count} hosts wait for approval`,
    'Approve or refuse some, then join again.',
  )
}

function shownKeys(keys: Awaited<ReturnType<Keyring['orderKeys']>>) {
  return keys.map(({ key, publicKey }) => ({ key, publicKey }))
}
