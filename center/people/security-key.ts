import { isIP } from 'node:net'
import {
  generateAuthenticationOptions,
  generateRegistrationOptions,
  verifyAuthenticationResponse,
  verifyRegistrationResponse,
} from '@simplewebauthn/server'
import type { KeyAssertion, KeyRegistration } from '../../model/api/index.ts'
import type { Db } from '../context.ts'
import { conflict } from '../problem-error.ts'

/** Where keys are good: the host name of the console's address, and its origin. A key answers no other page. */
export interface RelyingParty {
  readonly id: string
  readonly origin: string
}

export interface StoredKey {
  readonly credential_id: string
  readonly user_id: string
  readonly public_key: Buffer
  readonly counter: number
  readonly transports: string[]
  readonly passkey: boolean
}

/** `undefined` for an address that is a number: browsers want a name for keys (WebAuthn §5.1.2, a valid domain). */
export function relyingPartyOf(address: string): RelyingParty | undefined {
  const url = new URL(address)
  return isIP(url.hostname.replace(/^\[|\]$/g, '')) === 0 ? { id: url.hostname, origin: url.origin } : undefined
}

export function needRelyingParty(address: string): RelyingParty {
  const party = relyingPartyOf(address)
  if (party) return party
  throw conflict(
    'Security keys need a name',
    `Browsers refuse keys for ${address}. Give the center a host name (--address https://NAME:PORT) and open it by that name.`,
  )
}

type Options = Record<string, unknown>

/** ES256 and EdDSA: those that hosts check approvals with; all keys of the last years have the first. */
const algorithms = [-7, -8]

export async function registrationOptions(
  party: RelyingParty,
  user: { readonly id: string; readonly name: string },
  known: readonly StoredKey[],
): Promise<{ options: Options; challenge: string }> {
  const options = await generateRegistrationOptions({
    rpName: 'Davylamp',
    rpID: party.id,
    userName: user.name,
    userID: Uint8Array.from(Buffer.from(user.id, 'utf8')),
    attestationType: 'none',
    excludeCredentials: known.map(key => ({ id: key.credential_id, transports: key.transports })),
    authenticatorSelection: { residentKey: 'preferred', userVerification: 'preferred' },
    supportedAlgorithmIDs: algorithms,
  })
  return { options: { ...options }, challenge: options.challenge }
}

/** `undefined`: not the answer to this challenge, of another page, or no sound key. */
export async function checkRegistration(party: RelyingParty, challenge: string, answer: KeyRegistration) {
  const { registrationInfo } = await verifyRegistrationResponse({
    response: {
      ...answer,
      response: { ...answer.response, transports: answer.response.transports ?? [] },
      authenticatorAttachment: answer.authenticatorAttachment ?? 'cross-platform',
      clientExtensionResults: {},
    },
    expectedChallenge: challenge,
    expectedOrigin: party.origin,
    expectedRPID: party.id,
    requireUserVerification: false,
    supportedAlgorithmIDs: algorithms,
  }).catch(() => ({ registrationInfo: undefined }))
  if (!registrationInfo) return undefined
  const { credential, userVerified } = registrationInfo
  return {
    id: credential.id,
    publicKey: Buffer.from(credential.publicKey),
    counter: credential.counter,
    transports: (answer.response.transports ?? []).filter(one => /^[a-z-]{1,20}$/.test(one)),
    passkey: userVerified,
  }
}

/** Without `keys` the browser offers the passkeys that it has for this page. `challenge`: base64url of what is to be signed. */
export async function assertionOptions(
  party: RelyingParty,
  keys: readonly StoredKey[] | undefined,
  verification: 'required' | 'preferred',
  challenge?: Uint8Array,
): Promise<{ options: Options; challenge: string }> {
  const options = await generateAuthenticationOptions({
    rpID: party.id,
    userVerification: verification,
    ...(keys ? { allowCredentials: keys.map(key => ({ id: key.credential_id, transports: key.transports })) } : {}),
    ...(challenge ? { challenge: Uint8Array.from(challenge) } : {}),
  })
  return { options: { ...options }, challenge: options.challenge }
}

/** The new counter of the key, or `undefined` when the answer is not good. A counter that does not grow is a copied key, and no good. */
export async function checkAssertion(
  party: RelyingParty,
  challenge: string,
  answer: KeyAssertion,
  key: StoredKey,
  verification: 'required' | 'preferred',
): Promise<number | undefined> {
  const { userHandle, ...response } = answer.response
  const checked = await verifyAuthenticationResponse({
    response: {
      ...answer,
      response: userHandle ? { ...response, userHandle } : response,
      authenticatorAttachment: answer.authenticatorAttachment ?? 'cross-platform',
      clientExtensionResults: {},
    },
    expectedChallenge: challenge,
    expectedOrigin: party.origin,
    expectedRPID: party.id,
    credential: { id: key.credential_id, publicKey: Uint8Array.from(key.public_key), counter: key.counter },
    requireUserVerification: verification === 'required',
  }).catch(() => undefined)
  return checked?.verified ? checked.authenticationInfo.newCounter : undefined
}

export async function keysOf(db: Db, tenant: string, user: string) {
  return db
    .selectFrom('webauthn_credential')
    .selectAll()
    .where('tenant_id', '=', tenant)
    .where('user_id', '=', user)
    .orderBy('created_at')
    .limit(50)
    .execute()
}

/** Locked until the transaction ends, so that one answer cannot be used twice at once. */
export async function findKey(db: Db, tenant: string, credential: string): Promise<StoredKey | undefined> {
  return db
    .selectFrom('webauthn_credential')
    .selectAll()
    .where('tenant_id', '=', tenant)
    .where('credential_id', '=', credential)
    .forUpdate()
    .executeTakeFirst()
}

export async function keyUsed(db: Db, tenant: string, credential: string, counter: number, at: Date): Promise<void> {
  await db
    .updateTable('webauthn_credential')
    .set({ counter, last_used: at })
    .where('tenant_id', '=', tenant)
    .where('credential_id', '=', credential)
    .execute()
}
