import { createHash, createHmac, randomBytes } from 'node:crypto'

/** 256 random bits. The prefix lets scanners of repositories and logs find it. */
export function newSecret(prefix = ''): string {
  return prefix + randomBytes(32).toString('base64url')
}

/**
 * What the store keeps of a random secret. A plain hash is enough for 256 random bits, and a look-up by hash tells nothing by its time:
 * who does not know the secret cannot choose the hash.
 */
export function hashOf(secret: string): Buffer {
  return createHash('sha256').update(secret, 'utf8').digest()
}

/** The CSRF token of a session: computed from the cookie, so that the store knows neither. */
export function csrfTokenOf(cookie: string): string {
  return createHmac('sha256', cookie).update('davylamp csrf').digest('base64url')
}
