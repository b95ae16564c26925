import { createPrivateKey, type X509Certificate } from 'node:crypto'
import { oneLine } from './connection/https.ts'

/** Why a certificate is of no use to this agent; undefined when it is. */
export function certificateProblem(
  certificate: X509Certificate,
  authority: X509Certificate,
  privateKey: string,
  now = Date.now(),
): string | undefined {
  if (!certificate.verify(authority.publicKey))
    return 'The certificate that came is not signed by the center. Nothing was kept.'
  if (!certificate.checkPrivateKey(createPrivateKey(privateKey)))
    return 'The certificate that came is for another key. Nothing was kept.'
  const [from, to] = [certificate.validFromDate.getTime(), certificate.validToDate.getTime()]
  if (now < from - 60_000 || now > to)
    return `The clock of this host says ${new Date(now).toISOString()}, but the certificate is good from ${oneLine(certificate.validFrom)} to ${oneLine(certificate.validTo)}. Set the clock (timedatectl set-ntp true), then join again.`
  return undefined
}
