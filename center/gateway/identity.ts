import type { X509Certificate } from 'node:crypto'
import type { TLSSocket } from 'node:tls'
import type { Store } from '../context.ts'
import type { AgentIdentity } from './ports.ts'

/** Who is at the other end, as the store has it. */
export interface KnownPeer {
  readonly identity: AgentIdentity
  readonly serial: string
  readonly endsAt: Date
}

export type NotKnown = 'no-certificate' | 'wrong-certificate' | 'certificate-ended' | 'revoked'

const clientAuth = '1.3.6.1.5.5.7.3.2'
const uuid = '[0-9a-f]{8}(?:-[0-9a-f]{4}){3}-[0-9a-f]{12}'
const names = new RegExp(`^URI:urn:davylamp:tenant:(${uuid}):agent:(${uuid})$`)

/**
 * Checks the client certificate of a connection: our CA's signature, its time, its purpose, its names, and that the agent's row has its
 * serial. Nothing is taken from the TLS library's own verdict, which a resumed session inherits from the connection before.
 */
export async function knowPeer(
  store: Store,
  authority: X509Certificate,
  socket: TLSSocket,
  now: Date,
): Promise<KnownPeer | NotKnown> {
  const certificate = socket.getPeerX509Certificate()
  if (certificate === undefined) return 'no-certificate'
  const claimed = readCertificate(certificate, authority)
  if (claimed === undefined) return 'wrong-certificate'
  if (certificate.validToDate <= now || certificate.validFromDate > now) return 'certificate-ended'
  const group = await groupOf(store, claimed, certificate.serialNumber)
  if (group === undefined) return 'revoked'
  return {
    identity: { tenant: claimed.tenant, agent: claimed.agent, ...group },
    serial: certificate.serialNumber,
    endsAt: certificate.validToDate,
  }
}

function readCertificate(
  certificate: X509Certificate,
  authority: X509Certificate,
): { tenant: string; agent: string } | undefined {
  const [, tenant, agent] = names.exec(certificate.subjectAltName ?? '') ?? []
  if (tenant === undefined || agent === undefined) return undefined
  if (certificate.subject !== `CN=${agent}` || certificate.ca) return undefined
  if (!certificate.keyUsage?.includes(clientAuth)) return undefined
  return certificate.checkIssued(authority) && certificate.verify(authority.publicKey) ? { tenant, agent } : undefined
}

/** Once the renewed certificate was used, the one before is no longer good. */
async function groupOf(
  store: Store,
  { tenant, agent }: { tenant: string; agent: string },
  serial: string,
): Promise<{ host: string; group: string } | undefined> {
  return store.tenant(tenant, async db => {
    const row = await db
      .selectFrom('agent')
      .innerJoin('host', 'host.host_id', 'agent.host_id')
      .select([
        'agent.host_id',
        'host.group_id',
        'certificate_serial',
        'previous_serial',
        'agent.state',
        'host.removed_at',
      ])
      .where('agent.agent_id', '=', agent)
      .executeTakeFirst()
    if (row === undefined || row.state !== 'active' || row.removed_at !== null) return undefined
    if (row.certificate_serial !== serial && row.previous_serial !== serial) return undefined
    if (row.certificate_serial === serial && row.previous_serial !== null)
      await db.updateTable('agent').set({ previous_serial: null }).where('agent_id', '=', agent).execute()
    return { host: row.host_id, group: row.group_id }
  })
}
