import type { Db } from '../context.ts'
import type { Authority } from '../keys/index.ts'
import type { CheckedCsr } from './csr.ts'

export const certificateDays = 90

/** Issues a client certificate and notes it. The caller puts the serial into the agent's row: only then it is good. */
export async function issueCertificate(
  db: Db,
  authority: Authority,
  agent: { readonly tenant: string; readonly agent: string },
  csr: Pick<CheckedCsr, 'hash' | 'publicKey'>,
  at: Date,
) {
  const issued = await authority.issueAgent({ ...agent, publicKey: csr.publicKey }, at, certificateDays)
  await db
    .insertInto('agent_certificate')
    .values({
      tenant_id: agent.tenant,
      serial: issued.serial,
      agent_id: agent.agent,
      public_key: csr.publicKey,
      csr_hash: csr.hash,
      certificate: issued.certificate,
      issued_at: at,
      ends_at: issued.endsAt,
    })
    .execute()
  return issued
}
