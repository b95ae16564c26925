import { createHash, createPublicKey, verify } from 'node:crypto'
import { ProblemError } from '../problem-error.ts'
import { Pkcs10CertificateRequest } from '../keys/x509.ts'

/** A certificate request whose signature shows that the sender has the key. All three are DER or its SHA-256. */
export interface CheckedCsr {
  readonly der: Buffer
  readonly hash: Buffer
  /** SubjectPublicKeyInfo. */
  readonly publicKey: Buffer
}

const pem = /^\s*-----BEGIN CERTIFICATE REQUEST-----([A-Za-z0-9+/=\s]{1,8000})-----END CERTIFICATE REQUEST-----\s*$/

/**
 * Takes ECDSA P-256 and Ed25519 keys only. The names and extensions that it asks for are ignored: the center decides them.
 * Throws `ProblemError` 400.
 */
export async function checkCsr(text: string): Promise<CheckedCsr> {
  const body = pem.exec(text)?.[1]
  if (body === undefined) throw wrongCsr('It is not a PEM block "CERTIFICATE REQUEST".')
  const der = Buffer.from(body, 'base64')
  const request = parse(der)
  const publicKey = Buffer.from(request.publicKey.rawData)
  if (!goodKey(publicKey)) throw wrongCsr('Its key must be ECDSA P-256 or Ed25519.')
  if (!(await request.verify().catch(() => false))) throw wrongCsr('Its signature does not fit its key.')
  return { der, hash: createHash('sha256').update(der).digest(), publicKey }
}

/** `proof`: the old key's signature of the new CSR's DER; ECDSA with SHA-256 in DER form, or Ed25519. */
export function provenBy(publicKey: Buffer, csr: CheckedCsr, proof: Uint8Array): boolean {
  try {
    const key = createPublicKey({ key: publicKey, format: 'der', type: 'spki' })
    return verify(key.asymmetricKeyType === 'ed25519' ? null : 'sha256', csr.der, key, proof)
  } catch {
    return false
  }
}

function parse(der: Buffer): Pkcs10CertificateRequest {
  try {
    return new Pkcs10CertificateRequest(der)
  } catch {
    throw wrongCsr('It cannot be read.')
  }
}

function goodKey(spki: Buffer): boolean {
  try {
    const key = createPublicKey({ key: spki, format: 'der', type: 'spki' })
    if (key.asymmetricKeyType === 'ed25519') return true
    return key.asymmetricKeyType === 'ec' && key.asymmetricKeyDetails?.namedCurve === 'prime256v1'
  } catch {
    return false
  }
}

function wrongCsr(detail: string): ProblemError {
  return new ProblemError(400, 'wrong-csr', 'The certificate request was not accepted', detail)
}
