import { timingSafeEqual } from 'node:crypto'
import { notAllowed } from '../problem-error.ts'
import type { SignedIn } from './ports.ts'

export interface Claims {
  readonly method: string
  readonly headers: Readonly<Record<string, string | readonly string[] | undefined>>
}

/**
 * A browser sends our cookie along with requests that another site makes. So whoever comes with a cookie must show, for all that
 * changes something, what only our pages can know: the session's own token. Requests of other origins are refused in any case, also
 * at the login. Bearer tokens are sent by nobody but their holder and need none of this. Throws 403.
 */
export function refuseForgery(claims: Claims, caller: SignedIn | undefined, ownOrigins: ReadonlySet<string>): void {
  if (safe.has(claims.method) || caller?.kind === 'token') return
  refuseOtherOrigins(claims, ownOrigins)
  const session = caller?.session
  if (session === undefined) return
  const sent = claims.headers['x-csrf-token']
  if (typeof sent === 'string' && same(sent, session.csrfToken)) return
  throw notAllowed('The request lacks the X-CSRF-Token of your session. Reload the page and try again.')
}

const safe = new Set(['GET', 'HEAD', 'OPTIONS'])

function refuseOtherOrigins({ headers }: Claims, ownOrigins: ReadonlySet<string>): void {
  const site = headers['sec-fetch-site']
  if (site !== undefined && site !== 'same-origin' && site !== 'none') throw otherSite
  const origin = headers['origin']
  if (origin === undefined) return
  // A center may be reached by several names; a page cannot choose the Host that its requests carry.
  const host = headers['host']
  if (typeof origin === 'string' && (ownOrigins.has(origin) || origin === `https://${String(host)}`)) return
  throw otherSite
}

const otherSite = notAllowed('The request was made by a page of another site.')

function same(a: string, b: string): boolean {
  const [left, right] = [Buffer.from(a), Buffer.from(b)]
  return left.length === right.length && timingSafeEqual(left, right)
}
