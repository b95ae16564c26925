import {
  authorizationCodeGrant,
  buildAuthorizationUrl,
  calculatePKCECodeChallenge,
  type Configuration,
  fetchUserInfo,
  randomNonce,
  randomPKCECodeVerifier,
  randomState,
} from 'openid-client'
import { z } from 'zod'
import type { ApiRequest } from '../api/index.ts'
import { notFound } from '../problem-error.ts'
import { appendAudit } from './audit.ts'
import { findProvider, openProvider, type ProviderRow, settingsOf } from './identity-provider.ts'
import { accountForClaims, type Claims, type NoAccount } from './oidc-account.ts'
import { signedIn } from './sign-in.ts'
import { startStep, tryStep, useUpStep } from './sign-in-step.ts'

/** Lax, not Strict: the provider sends the browser back from its own site. It names a round trip that is under way, and nothing more. */
const cookieName = '__Host-davylamp-oidc'
const tripSeconds = 600

const trip = z.object({ provider: z.string(), state: z.string(), nonce: z.string(), verifier: z.string() })
type Trip = z.infer<typeof trip>

/** Why a sign-in through a provider came to nothing, for the page that the browser is sent to. */
type Failure = NoAccount | 'over' | 'refused-by-provider' | 'provider-unusable'

export function callbackOf(address: string, provider: string): string {
  return `${address}/api/v1/login/oidc/${provider}/callback`
}

/** OpenID Connect Core §3.1 with PKCE (RFC 7636), state and nonce, all bound to this browser by a cookie. */
export async function startOidc(request: ApiRequest, provider: string): Promise<undefined> {
  const { db, center, reply } = request
  const at = center.clock()
  const row = await findProvider(db, provider)
  if (!row?.enabled) throw notFound('identity provider')
  const configuration = await openProvider(settingsOf(row, center.keys), at).catch((error: unknown) => {
    center.log.warn('identity provider cannot be reached', { provider, error: messageOf(error) })
    return undefined
  })
  if (!configuration) return redirect(request, '', failurePage(center.settings.address, 'provider-unusable'))
  const begun: Trip = { provider, state: randomState(), nonce: randomNonce(), verifier: randomPKCECodeVerifier() }
  const sealed = center.keys.seal(Buffer.from(JSON.stringify(begun)), tripContext(row)).toString('base64')
  const { ticket } = await startStep(db, {
    tenant: row.tenant_id,
    kind: 'oidc',
    detail: { sealed },
    seconds: tripSeconds,
    at,
  })
  const url = buildAuthorizationUrl(configuration, {
    redirect_uri: callbackOf(center.settings.address, provider),
    scope: row.scopes,
    state: begun.state,
    nonce: begun.nonce,
    code_challenge: await calculatePKCECodeChallenge(begun.verifier),
    code_challenge_method: 'S256',
  })
  reply.header('set-cookie', tripCookie(ticket, tripSeconds))
  return redirect(request, '', url.href)
}

export async function finishOidc(
  request: ApiRequest,
  provider: string,
  query: Readonly<Record<string, unknown>>,
): Promise<undefined> {
  const { db, center, credentials } = request
  const at = center.clock()
  const row = await findProvider(db, provider)
  const step = await tryStep(db, credentials.cookies[cookieName] ?? '', ['oidc'], at)
  if (!row?.enabled || !step || step.tenant !== row.tenant_id) return fail(request, row, 'over')
  await useUpStep(db, step, at)
  const begun = openTrip(request, row, step.detail)
  if (begun?.provider !== provider) return fail(request, row, 'over')
  const claims = await claimsFor(request, row, begun, query)
  if (typeof claims === 'string') return fail(request, row, claims)
  const account = await accountForClaims(db, center, row, claims, credentials.address, request.id)
  if (typeof account === 'string') return fail(request, row, account, claims)
  await signedIn(request, account, 'oidc', false)
  return redirect(request, '', `${center.settings.address}/`)
}

/** Exchanges the code and checks what came back; openid-client checks signature, issuer, audience, times, state and nonce. */
async function claimsFor(
  { center }: ApiRequest,
  row: ProviderRow,
  begun: Trip,
  query: Readonly<Record<string, unknown>>,
): Promise<Claims | Failure> {
  const current = new URL(callbackOf(center.settings.address, row.provider_id))
  for (const [name, value] of Object.entries(query))
    if (typeof value === 'string') current.searchParams.set(name, value)
  try {
    const configuration = await openProvider(settingsOf(row, center.keys), center.clock())
    const tokens = await authorizationCodeGrant(configuration, current, {
      pkceCodeVerifier: begun.verifier,
      expectedState: begun.state,
      expectedNonce: begun.nonce,
      idTokenExpected: true,
    })
    const claims = tokens.claims()
    if (!claims) return 'refused-by-provider'
    return await withUserInfo(configuration, tokens.access_token, claims, row)
  } catch (error) {
    center.log.warn('sign-in through an identity provider failed', {
      provider: row.provider_id,
      error: messageOf(error),
    })
    return 'refused-by-provider'
  }
}

/** Many providers give groups and names only at the userinfo endpoint. */
async function withUserInfo(
  configuration: Configuration,
  accessToken: string,
  claims: Claims,
  row: ProviderRow,
): Promise<Claims> {
  const complete = claims[row.group_claim] !== undefined && claims[row.name_claim] !== undefined
  if (complete || configuration.serverMetadata().userinfo_endpoint === undefined) return claims
  return { ...(await fetchUserInfo(configuration, accessToken, claims.sub)), ...claims }
}

async function fail(
  request: ApiRequest,
  row: ProviderRow | undefined,
  why: Failure,
  claims?: Claims,
): Promise<undefined> {
  const { db, center, credentials } = request
  if (row)
    await appendAudit(db, {
      tenant: row.tenant_id,
      actor: { kind: 'nobody', id: '', name: '' },
      address: credentials.address,
      action: 'login.failed',
      object: { kind: 'identity-provider', id: row.provider_id },
      detail: { method: 'oidc', why, ...(claims ? { subject: claims.sub.slice(0, 300) } : {}) },
      request: request.id,
      at: center.clock(),
    })
  return redirect(request, tripCookie('', 0), failurePage(center.settings.address, why))
}

function redirect({ reply }: ApiRequest, cookie: string, to: string): undefined {
  if (cookie !== '') reply.header('set-cookie', cookie)
  reply.status(303)
  reply.header('location', to)
  reply.header('content-type', 'text/plain; charset=utf-8')
  reply.send('')
}

function failurePage(address: string, why: Failure): string {
  return `${address}/sign-in?failed=${why}`
}

function tripCookie(value: string, seconds: number): string {
  return `${cookieName}=${value}; Path=/; Secure; HttpOnly; SameSite=Lax; Max-Age=${seconds}`
}

function openTrip({ center }: ApiRequest, row: ProviderRow, detail: unknown): Trip | undefined {
  const sealed = z.object({ sealed: z.base64() }).safeParse(detail)
  if (!sealed.success) return undefined
  const plain = center.keys.open(Buffer.from(sealed.data.sealed, 'base64'), tripContext(row)).toString('utf8')
  return trip.safeParse(JSON.parse(plain)).data
}

function tripContext(row: ProviderRow): string {
  return `sign_in_step:oidc:${row.tenant_id}:${row.provider_id}`
}

function messageOf(error: unknown): string {
  if (!(error instanceof Error)) return 'unknown'
  return error.cause instanceof Error ? `${error.message}: ${error.cause.message}` : error.message
}
