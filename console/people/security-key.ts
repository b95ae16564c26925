import {
  browserSupportsWebAuthn,
  type PublicKeyCredentialCreationOptionsJSON,
  type PublicKeyCredentialRequestOptionsJSON,
  startAuthentication,
  startRegistration,
  WebAuthnError,
} from '@simplewebauthn/browser'
import { keyAssertion, type KeyAssertion, keyRegistration, type KeyRegistration } from '../../model/api/index.ts'

/** `cancelled`: by the person or because nobody touched it in time; `known`: this account has it already. */
export class KeyFailure extends Error {
  readonly reason: 'cancelled' | 'known' | 'address' | 'unusable'

  constructor(reason: KeyFailure['reason'], cause: unknown) {
    super(`security key: ${reason}`, { cause })
    this.name = 'KeyFailure'
    this.reason = reason
  }
}

/** Browsers take keys only for pages that have a name, not for numbers. */
export function canUseKeys(): boolean {
  const { hostname } = window.location
  const isNumber = /^[\d.]+$/.test(hostname) || hostname.startsWith('[')
  return browserSupportsWebAuthn() && !isNumber
}

/** Asks the browser to sign with a key or passkey. Rejects with KeyFailure. `options`: as the center gave them. */
export async function signWithKey(options: unknown): Promise<KeyAssertion> {
  try {
    return keyAssertion.parse(
      await startAuthentication({ optionsJSON: options as PublicKeyCredentialRequestOptionsJSON }),
    )
  } catch (error) {
    throw new KeyFailure(reasonOf(error), error)
  }
}

/** Asks the browser to make one. Rejects with KeyFailure. */
export async function createKey(options: unknown): Promise<KeyRegistration> {
  try {
    return keyRegistration.parse(
      await startRegistration({ optionsJSON: options as PublicKeyCredentialCreationOptionsJSON }),
    )
  } catch (error) {
    throw new KeyFailure(reasonOf(error), error)
  }
}

function reasonOf(error: unknown): KeyFailure['reason'] {
  if (error instanceof WebAuthnError) {
    if (error.code === 'ERROR_AUTHENTICATOR_PREVIOUSLY_REGISTERED') return 'known'
    if (error.code === 'ERROR_CEREMONY_ABORTED') return 'cancelled'
    if (error.code === 'ERROR_INVALID_DOMAIN' || error.code === 'ERROR_INVALID_RP_ID') return 'address'
  }
  const name = error instanceof Error ? error.name : ''
  if (name === 'NotAllowedError' || name === 'AbortError') return 'cancelled'
  return name === 'InvalidStateError' ? 'known' : 'unusable'
}
