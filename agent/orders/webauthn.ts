import { createHash, verify } from 'node:crypto'
import type { Approval, PinnedApprover } from '../../model/wire/index.ts'
import { coseKey } from './cose-key.ts'

type Assertion = Extract<Approval['proof'], { kind: 'webauthn' }>
type Authenticator = Extract<PinnedApprover, { kind: 'webauthn' }>

const userPresent = 0x01

/**
 * Verifies an assertion of a security key (Web Authentication Level 2, §7.2) over a challenge, against the key, credential, relying
 * party and origin that the host pins. Gives what is wrong with it, or undefined. Counters are not looked at: the host sees
 * only some of the key's uses.
 */
export function wrongAssertion(proof: Assertion, pinned: Authenticator, challenge: Buffer): string | undefined {
  if (proof.credential !== pinned.credential) return 'it was made by another credential than the pinned one'
  const client = clientData(proof.clientDataJson)
  if (client === undefined) return 'its client data is no JSON object'
  if (client['type'] !== 'webauthn.get') return 'it is no assertion (webauthn.get)'
  if (client['challenge'] !== challenge.toString('base64url')) return 'it was made over something else'
  if (client['origin'] !== new URL(pinned.origin).origin) return 'it was made on another origin'
  if (client['crossOrigin'] === true) return 'it was made inside a foreign page'
  const data = Buffer.from(proof.authenticatorData, 'base64')
  if (data.length < 37) return 'its authenticator data is too short'
  if (!data.subarray(0, 32).equals(sha256(pinned.relyingParty))) return 'it was made for another relying party'
  if (((data[32] ?? 0) & userPresent) === 0) return 'nobody touched the key'
  const key = coseKey(Buffer.from(pinned.key, 'base64'))
  if (key === undefined) return 'the pinned key is no ES256 or EdDSA key in COSE form'
  const signed = Buffer.concat([data, sha256(Buffer.from(proof.clientDataJson, 'base64'))])
  const digest = key.asymmetricKeyType === 'ed25519' ? null : 'sha256'
  return verify(digest, signed, key, Buffer.from(proof.signature, 'base64')) ? undefined : 'its signature is wrong'
}

function clientData(base64: string): Readonly<Record<string, unknown>> | undefined {
  try {
    const value: unknown = JSON.parse(Buffer.from(base64, 'base64').toString('utf8'))
    return typeof value === 'object' && value !== null && !Array.isArray(value) ? { ...value } : undefined
  } catch {
    return undefined
  }
}

function sha256(data: string | Buffer): Buffer {
  return createHash('sha256').update(data).digest()
}
