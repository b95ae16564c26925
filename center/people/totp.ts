import { Secret, TOTP } from 'otpauth'

const period = 30

/** What an app scans: an otpauth URL, and its secret in base32. */
export function newTotp(account: string, center: string): { readonly url: string; readonly secret: string } {
  const secret = new Secret({ size: 20 })
  return { url: totpFor(secret, account, center).toString(), secret: secret.base32 }
}

/**
 * RFC 6238 with one step of tolerance to both sides. Gives the step that the code belongs to; the caller stores it, because a
 * code must work once only (§5.2). `undefined`: wrong, or not later than the last step used.
 */
export function totpStep(secret: string, code: string, at: Date, lastStep: number | null): number | undefined {
  const token = code.replace(/\s/g, '')
  if (!/^\d{6}$/.test(token)) return undefined
  const delta = totpFor(Secret.fromBase32(secret), '', '').validate({ token, timestamp: at.getTime(), window: 1 })
  if (delta === null) return undefined
  const step = Math.floor(at.getTime() / 1000 / period) + delta
  return lastStep !== null && step <= lastStep ? undefined : step
}

/** SHA-1, six digits, 30 s: what all apps understand. */
function totpFor(secret: Secret, label: string, issuer: string): TOTP {
  return new TOTP({ secret, label, issuer, algorithm: 'SHA1', digits: 6, period })
}
