import { createHash, createPublicKey, verify } from 'node:crypto'
import { verifyAuthenticationResponse } from '@simplewebauthn/server'
import { canonicalJson } from '../../engine/index.ts'
import type { Approval, PinnedApprover } from '../../model/wire/index.ts'

type Of<T, K> = Extract<T, { kind: K }>

/** The bytes that an approver signs: the RFC 8785 form of `approved`. */
export function approvalText(approved: Approval['approved']): string {
  return canonicalJson(approved)
}

/** What a security key is asked: SHA-256 of that, base64url. */
export function approvalChallenge(approved: Approval['approved']): string {
  return createHash('sha256').update(approvalText(approved)).digest('base64url')
}

/** True when the signature is that of this key. Of a key or signature that cannot even be read it is false. Hosts check again. */
export async function isSignedBy(document: Approval, key: PinnedApprover): Promise<boolean> {
  const { proof } = document
  try {
    if (document.approver !== key.name) return false
    if (proof.kind === 'ed25519' && key.kind === 'ed25519') return agreesEd25519(document, proof, key)
    if (proof.kind === 'webauthn' && key.kind === 'webauthn') return await agreesWebauthn(document, proof, key)
  } catch {
    // The libraries throw at what they cannot read: it proves nothing.
  }
  return false
}

function agreesEd25519(
  document: Approval,
  proof: Of<Approval['proof'], 'ed25519'>,
  key: Of<PinnedApprover, 'ed25519'>,
) {
  const publicKey = createPublicKey({ key: Buffer.from(key.key, 'base64'), format: 'der', type: 'spki' })
  if (publicKey.asymmetricKeyType !== 'ed25519') return false
  return verify(null, Buffer.from(approvalText(document.approved)), publicKey, Buffer.from(proof.signature, 'base64'))
}

async function agreesWebauthn(
  document: Approval,
  proof: Of<Approval['proof'], 'webauthn'>,
  key: Of<PinnedApprover, 'webauthn'>,
): Promise<boolean> {
  if (proof.credential !== key.credential || isInForeignPage(proof)) return false
  const { verified } = await verifyAuthenticationResponse({
    response: {
      id: proof.credential,
      rawId: proof.credential,
      type: 'public-key',
      clientExtensionResults: {},
      response: {
        authenticatorData: asUrl(proof.authenticatorData),
        clientDataJSON: asUrl(proof.clientDataJson),
        signature: asUrl(proof.signature),
      },
    },
    expectedChallenge: approvalChallenge(document.approved),
    expectedOrigin: key.origin,
    expectedRPID: key.relyingParty,
    credential: { id: key.credential, publicKey: new Uint8Array(Buffer.from(key.key, 'base64')), counter: 0 },
    requireUserVerification: false,
  })
  return verified
}

/** Hosts refuse that; the library does not look. */
function isInForeignPage({ clientDataJson }: Of<Approval['proof'], 'webauthn'>): boolean {
  const client: unknown = JSON.parse(Buffer.from(clientDataJson, 'base64').toString('utf8'))
  return typeof client === 'object' && client !== null && 'crossOrigin' in client && client.crossOrigin === true
}

function asUrl(base64: string): string {
  return Buffer.from(base64, 'base64').toString('base64url')
}
