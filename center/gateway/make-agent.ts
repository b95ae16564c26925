import type { Center, Db } from '../context.ts'
import type { Keyring } from '../keys/index.ts'
import { uuid7 } from '../uuid7.ts'
import { issueCertificate } from './certificate.ts'
import type { CheckedCsr } from './csr.ts'
import { addHostEvents } from './host-event.ts'
import type { Token } from './token.ts'

export interface Approved {
  readonly enrolment: {
    readonly tenant_id: string
    readonly enrolment_id: string
    readonly hostname: string
    readonly machine: string
    readonly address: string
    readonly program: string
    /** Goes on as the host of this agent. */
    readonly previous_agent: string | null
  }
  readonly token: Token
  readonly csr: CheckedCsr
}

/** Makes agent and certificate, and the host too unless it is one that is known. */
export async function makeAgent(
  db: Db,
  center: Center,
  keys: Keyring,
  { enrolment, token, csr }: Approved,
): Promise<{ agent: string; certificate: string }> {
  const at = center.clock()
  const tenant = enrolment.tenant_id
  const kept = await replaceFormer(db, center, tenant, enrolment.previous_agent)
  const host = kept?.host_id ?? (await makeHost(db, at, { enrolment, token, csr }))
  const agent = uuid7(at)
  const issued = await issueCertificate(db, keys.authority, { tenant, agent }, csr, at)
  await db
    .insertInto('agent')
    .values({
      tenant_id: tenant,
      agent_id: agent,
      host_id: host,
      state: 'active',
      program: enrolment.program,
      certificate_serial: issued.serial,
      certificate_ends: issued.endsAt,
      enrolled_at: at,
      enrolled_with: token.token_id,
      order_sequence: kept?.order_sequence ?? 0,
    })
    .execute()
  await db.updateTable('host').set({ agent_id: agent }).where('host_id', '=', host).execute()
  await db
    .updateTable('enrolment')
    .set({ agent_id: agent, state: 'approved' })
    .where('enrolment_id', '=', enrolment.enrolment_id)
    .execute()
  const detail = { agent, address: enrolment.address, token: token.token_id, again: kept !== undefined }
  await addHostEvents(db, at, [{ tenant, host, what: 'enrolled', detail }])
  await center.bus.publish('live', { tenant, what: 'host', id: host }, db)
  return { agent, certificate: issued.certificate }
}

async function replaceFormer(db: Db, center: Center, tenant: string, former: string | null) {
  if (former === null) return undefined
  const row = await db
    .updateTable('agent')
    .set({ state: 'replaced', revoked_at: center.clock(), revoked_because: 'The host enrolled again', online: false })
    .where('agent_id', '=', former)
    .where('state', '!=', 'revoked')
    .returning(['host_id', 'order_sequence'])
    .executeTakeFirst()
  if (row === undefined) return undefined
  await center.bus.publish('presence', { tenant, what: 'revoked', id: former }, db)
  return row
}

async function makeHost(db: Db, at: Date, { enrolment, token }: Approved): Promise<string> {
  const host_id = uuid7(at)
  await tellOfTwins(db, at, enrolment, host_id)
  await db
    .insertInto('host')
    .values({
      tenant_id: enrolment.tenant_id,
      host_id,
      group_id: token.group_id,
      name: enrolment.hostname === '' ? `host ${host_id.slice(-6)}` : enrolment.hostname,
      hostname: enrolment.hostname,
      machine: enrolment.machine,
      tags: token.tags,
      created_at: at,
    })
    .execute()
  return host_id
}

/** A copied disk has the machine id of its origin: both are hosts, and people are told. */
async function tellOfTwins(db: Db, at: Date, enrolment: Approved['enrolment'], host: string): Promise<void> {
  if (enrolment.machine === '') return
  const tenant = enrolment.tenant_id
  const twins = await db
    .selectFrom('host')
    .select(['host_id', 'name'])
    .where('machine', '=', enrolment.machine)
    .where('removed_at', 'is', null)
    .limit(20)
    .execute()
  if (twins.length === 0) return
  const others = twins.map(twin => ({ host: twin.host_id, name: twin.name }))
  await addHostEvents(db, at, [
    { tenant, host, what: 'same-machine', detail: { others } },
    ...twins.map(twin => ({
      tenant,
      host: twin.host_id,
      what: 'same-machine',
      detail: { others: [{ host, name: enrolment.hostname }] },
    })),
  ])
}
