import { verify, X509Certificate } from 'node:crypto'
import { certificateProblem } from './certificate-problem.ts'
import { newKeyAndRequest } from './certificate-request.ts'
import { tlsOf } from './connection/connection.ts'
import { ask, oneLine, saidBy } from './connection/https.ts'
import { fingerprintOf, type StoredIdentity } from './identity.ts'
import { isRecord } from './own-files.ts'

/** After two thirds of its life a certificate is renewed, so that an agent that is off for weeks still gets in. */
export function renewalDue({ certificate }: StoredIdentity, now: number): boolean {
  const { validFromDate, validToDate } = new X509Certificate(certificate)
  const [from, to] = [validFromDate.getTime(), validToDate.getTime()]
  return now >= from + ((to - from) * 2) / 3
}

/**
 * Asks for a new certificate with a new key, by the old ones. What comes back must fit: our key, the same authority, valid now. New
 * order keys are believed only when one that is pinned signed them. Throws with a plain message; the old identity then stays good.
 */
export async function renewed(identity: StoredIdentity, now = Date.now()): Promise<StoredIdentity> {
  const { privateKey, request } = newKeyAndRequest('davylamp agent')
  const url = new URL('/agent/v1/renew', identity.center)
  const answer = await ask({ url, tls: tlsOf(identity), body: { csr: request }, mostBytes: 1_048_576 })
  if (answer.status !== 200) throw new Error(saidBy(answer))
  const read: unknown = JSON.parse(answer.body.toString('utf8'))
  if (!isRecord(read)) throw new Error('the center answered with something that is no certificate')
  const { certificate, authority, orderKeys } = read
  if (typeof certificate !== 'string' || typeof authority !== 'string' || !Array.isArray(orderKeys))
    throw new Error('the center answered with something that is no certificate')
  const root = new X509Certificate(authority)
  if (fingerprintOf(root) !== identity.authority)
    throw new Error('the center named another authority; join it again if that is meant to be')
  const problem = certificateProblem(new X509Certificate(certificate), root, privateKey, now)
  if (problem !== undefined) throw new Error(oneLine(problem))
  return { ...identity, certificate, privateKey, orderKeys: believedKeys(identity.orderKeys, orderKeys) }
}

type OrderKeys = StoredIdentity['orderKeys']

/** Those that are pinned and still named, and new ones that a pinned key signed. Never none. */
export function believedKeys(pinned: OrderKeys, named: readonly unknown[]): OrderKeys {
  const believed: { key: string; publicKey: string }[] = []
  for (const one of named.slice(0, 50)) {
    if (!isRecord(one)) continue
    const { key, publicKey, signedBy, signature } = one
    if (typeof key !== 'string' || typeof publicKey !== 'string' || key.length > 100 || publicKey.length > 200) continue
    const known = pinned.find(pin => pin.key === key)
    if (known !== undefined) {
      if (known.publicKey === publicKey) believed.push(known)
      continue
    }
    const signer = pinned.find(pin => pin.key === signedBy)
    if (
      signer !== undefined &&
      typeof signature === 'string' &&
      signatureHolds(signer.publicKey, { key, publicKey }, signature)
    )
      believed.push({ key, publicKey })
  }
  return believed.length > 0 ? believed : pinned
}

/** Over the RFC 8785 form, which for these two texts in this order is plain JSON. */
function signatureHolds(
  publicKey: string,
  { key, publicKey: other }: { key: string; publicKey: string },
  signature: string,
): boolean {
  try {
    return verify(
      null,
      Buffer.from(JSON.stringify({ key, publicKey: other })),
      { key: Buffer.from(publicKey, 'base64'), format: 'der', type: 'spki' },
      Buffer.from(signature, 'base64'),
    )
  } catch {
    return false
  }
}
