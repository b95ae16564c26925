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

/** True when the signature is that of one of these keys under the approver's name; `undefined` when none has that name. Hosts check again. */
export async function isSignedBy(document: Approval, keys: readonly PinnedApprover[]): Promise<boolean | undefined> {
  const named = keys.filter(one => one.name === document.approver)
  if (named.length === 0) return undefined
  for (const key of named) if (await agrees(document, key)) return true
  return false
}

async function agrees(document: Approval, key: PinnedApprover): Promise<boolean> {
  const { proof } = document
  try {
    if (proof.kind === 'ed25519' && key.kind === 'ed25519') return agreesEd25519(document, proof, key)
    if (proof.kind === 'webauthn' && key.kind === 'webauthn') return await agreesWebauthn(document, proof, key)
  } catch {
    // A key or signature that cannot even be read proves nothing.
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
  if (proof.credential !== key.credential) return false
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

function asUrl(base64: string): string {
  return Buffer.from(base64, 'base64').toString('base64url')
}
