import { createHash } from 'node:crypto'
import { z } from 'zod'
import type { agentRoutes, enrolmentObject } from '../../model/api/index.ts'
import { beyond, keyset } from '../api/keyset.ts'
import type { Caller, Db, Handlers, Request } from '../context.ts'
import { inGroupsOf, mayInGroup } from '../fleet/index.ts'
import { Pkcs10CertificateRequest } from '../keys/x509.ts'
import { badRequest, conflict, notFound } from '../problem-error.ts'

type EnrolmentHandlers = Pick<Handlers<typeof agentRoutes>, 'listEnrolments' | 'approveEnrolment' | 'refuseEnrolment'>

const newestFirst = keyset('enrolments', [z.uuid()])

export const enrolmentHandlers: EnrolmentHandlers = {
  async listEnrolments({ query }, { caller, db }) {
    const rows = await enrolmentsOf(db)
      .where(inGroupsOf(caller, 'hosts:enrol', 'host_group.group_id'))
      .where(beyond(['enrolment_id'], newestFirst.read(query.after), 'desc'))
      .$if(query.state !== undefined, some => some.where('enrolment.state', '=', query.state ?? ''))
      .orderBy('enrolment_id', 'desc')
      .limit(query.limit + 1)
      .execute()
    const { items, ...next } = newestFirst.page(rows, query.limit, row => [row.enrolment_id])
    return { items: items.map(row => enrolmentOf(row, caller)), ...next }
  },

  async approveEnrolment({ params, body }, request) {
    const row = await pendingRow(request.db, request.caller, params.enrolment)
    if (body.keepHost && row.previous_agent === null)
      throw badRequest('This host is not known', 'Approve it without keepHost: it becomes a new host.')
    if (body.keepHost) requireKnownHost(request, row.known_group)
    await decide(request, params.enrolment, 'approved', body.keepHost ? row.previous_agent : null)
    return enrolmentOf(await enrolmentRow(request.db, request.caller, params.enrolment), request.caller)
  },

  async refuseEnrolment({ params }, request) {
    const row = await pendingRow(request.db, request.caller, params.enrolment)
    await decide(request, params.enrolment, 'refused', row.previous_agent)
    return enrolmentOf(await enrolmentRow(request.db, request.caller, params.enrolment), request.caller)
  },
}

/** The certificate is made when the host asks again: it alone has use for it. */
async function decide(
  { caller, db, audit, center }: Request,
  id: string,
  state: 'approved' | 'refused',
  previous: string | null,
): Promise<void> {
  await db
    .updateTable('enrolment')
    .set({ state, decided_at: center.clock(), decided_by: caller.name, previous_agent: previous })
    .where('enrolment_id', '=', id)
    .execute()
  await audit(`enrolment.${state}`, { kind: 'enrolment', id }, { keepHost: state === 'approved' && previous !== null })
  await center.bus.publish('live', { tenant: caller.tenant, what: 'enrolment', id }, db)
}

async function pendingRow(db: Db, caller: Caller, id: string) {
  await db.selectFrom('enrolment').select('enrolment_id').where('enrolment_id', '=', id).forUpdate().execute()
  const row = await enrolmentRow(db, caller, id)
  if (row.state !== 'pending') throw conflict(`It was ${row.state} already`, `By ${row.decided_by ?? 'the center'}.`)
  return row
}

/** Whoever lets a host take the place of another must have the right for that one as well. */
function requireKnownHost({ caller }: Request, group: string | null): void {
  if (group === null || !mayInGroup(caller, 'hosts:enrol', group)) throw notFound('known host')
}

async function enrolmentRow(db: Db, caller: Caller, id: string) {
  const row = await enrolmentsOf(db)
    .where('enrolment_id', '=', id)
    .where(inGroupsOf(caller, 'hosts:enrol', 'host_group.group_id'))
    .executeTakeFirst()
  if (row === undefined) throw notFound('enrolment')
  return row
}

function enrolmentsOf(db: Db) {
  return db
    .selectFrom('enrolment')
    .innerJoin('enrolment_token', join =>
      join
        .onRef('enrolment_token.tenant_id', '=', 'enrolment.tenant_id')
        .onRef('enrolment_token.token_id', '=', 'enrolment.token_id'),
    )
    .innerJoin('host_group', join =>
      join
        .onRef('host_group.tenant_id', '=', 'enrolment_token.tenant_id')
        .onRef('host_group.group_id', '=', 'enrolment_token.group_id'),
    )
    .leftJoin('agent as former', join =>
      join
        .onRef('former.tenant_id', '=', 'enrolment.tenant_id')
        .onRef('former.agent_id', '=', 'enrolment.previous_agent'),
    )
    .leftJoin('host as known', join =>
      join.onRef('known.tenant_id', '=', 'former.tenant_id').onRef('known.host_id', '=', 'former.host_id'),
    )
    .leftJoin('agent as made', join =>
      join.onRef('made.tenant_id', '=', 'enrolment.tenant_id').onRef('made.agent_id', '=', 'enrolment.agent_id'),
    )
    .leftJoin('host as joined', join =>
      join
        .onRef('joined.tenant_id', '=', 'made.tenant_id')
        .onRef('joined.host_id', '=', 'made.host_id')
        .on('joined.removed_at', 'is', null),
    )
    .select([
      'enrolment_id',
      'enrolment.state',
      'enrolment.hostname',
      'enrolment.address',
      'enrolment.program',
      'enrolment.csr',
      'enrolment.asked_at',
      'enrolment.decided_at',
      'enrolment.decided_by',
      'enrolment.previous_agent',
      'host_group.group_id',
      'host_group.name as group_name',
      'enrolment_token.token_id',
      'enrolment_token.name as token_name',
      'known.host_id as known_host',
      'known.name as known_name',
      'known.group_id as known_group',
      'joined.host_id as joined_host',
      'joined.name as joined_name',
      'joined.group_id as joined_group',
    ])
}

type EnrolmentRow = Awaited<ReturnType<typeof enrolmentRow>>

function enrolmentOf(row: EnrolmentRow, caller: Caller): z.output<typeof enrolmentObject> {
  const known = row.known_group !== null && mayInGroup(caller, 'hosts:read', row.known_group)
  const joined = row.joined_group !== null && mayInGroup(caller, 'hosts:read', row.joined_group)
  return {
    id: row.enrolment_id,
    state: row.state === 'pending' || row.state === 'refused' ? row.state : 'approved',
    hostname: row.hostname,
    address: row.address,
    program: row.program,
    keyFingerprint: keyFingerprint(row.csr),
    group: { id: row.group_id, name: row.group_name },
    token: { id: row.token_id, name: row.token_name },
    ...(known && row.known_host !== null ? { knownHost: { id: row.known_host, name: row.known_name ?? '' } } : {}),
    askedAt: row.asked_at.toISOString(),
    ...(row.decided_at === null ? {} : { decidedAt: row.decided_at.toISOString() }),
    ...(row.decided_by === null ? {} : { decidedBy: row.decided_by }),
    ...(joined && row.joined_host !== null ? { host: { id: row.joined_host, name: row.joined_name ?? '' } } : {}),
  }
}

/** Its CSR was checked when it came. */
function keyFingerprint(csr: string): string {
  return createHash('sha256')
    .update(Buffer.from(new Pkcs10CertificateRequest(csr).publicKey.rawData))
    .digest('hex')
}
