import type { RenewAnswer } from '../../model/wire/index.ts'
import { ProblemError } from '../problem-error.ts'
import { issueCertificate } from './certificate.ts'
import { checkCsr } from './csr.ts'
import type { EnrolParts } from './enrol.ts'
import type { KnownPeer } from './identity.ts'

/**
 * `POST /agent/v1/renew`: a new certificate for the same agent. The one that asked stays good until the new one was used, so an answer
 * that was lost on the way costs nothing.
 */
export async function renew(
  { center, keys }: EnrolParts,
  { identity, serial }: KnownPeer,
  csrText: string,
): Promise<RenewAnswer> {
  const csr = await checkCsr(csrText)
  const certificate = await center.store.tenant(identity.tenant, async db => {
    const agent = await db
      .selectFrom('agent')
      .select(['state', 'certificate_serial', 'previous_serial'])
      .where('agent_id', '=', identity.agent)
      .forUpdate()
      .executeTakeFirst()
    if (agent?.state !== 'active' || ![agent.certificate_serial, agent.previous_serial].includes(serial))
      throw new ProblemError(
        403,
        'identity-ended',
        'The identity of this host has ended',
        'Join again with a new token.',
      )
    const issued = await issueCertificate(db, keys.authority, identity, csr, center.clock())
    await db
      .updateTable('agent')
      .set({ certificate_serial: issued.serial, certificate_ends: issued.endsAt, previous_serial: serial })
      .where('agent_id', '=', identity.agent)
      .execute()
    return issued.certificate
  })
  return { certificate, authority: keys.authority.certificate, orderKeys: [...(await keys.orderKeys())] }
}
