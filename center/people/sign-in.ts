import type { KeyAssertion, SignInAnswer } from '../../model/api/index.ts'
import type { ApiRequest } from '../api/index.ts'
import {
  type Account,
  findAccount,
  findAccountByName,
  findTenant,
  noteAttempt,
  plainName,
  signedInFrom,
} from './account.ts'
import { appendAudit } from './audit.ts'
import { checkPassword, hashPassword } from './password.ts'
import { recoveryCodesLeft } from './recovery-code.ts'
import { refuseForNow, refuseOver, refuseWrong } from './refusal.ts'
import { challengeOf, type FactorProof, factorIsGood } from './second-factor.ts'
import {
  assertionOptions,
  checkAssertion,
  findKey,
  keysOf,
  keyUsed,
  needRelyingParty,
  relyingPartyOf,
} from './security-key.ts'
import { cookieName, endSessions, findSession, setCookie, type SignInMethod, startSession } from './session.ts'
import { startStep, tryStep, useUpStep } from './sign-in-step.ts'
import { begin, beginFactor, factorSucceeded, succeeded } from './throttle.ts'

const ticketSeconds = 300

/** The same work and the same answer, whether or not there is such an account. */
export async function signInWithPassword(
  request: ApiRequest,
  given: { readonly tenant?: string | undefined; readonly name: string; readonly password: string },
): Promise<SignInAnswer> {
  const { db, center, credentials, reply } = request
  const at = center.clock()
  const tenant = await findTenant(db, given.tenant)
  if (tenant === undefined) {
    await checkPassword(given.password, undefined)
    return refuseWrong(reply)
  }
  const name = plainName(given.name)
  const account = await findAccountByName(db, tenant, name)
  const known = await signedInFrom(db, tenant, account?.user_id, credentials.address, at)
  const attempt = { tenant, name, address: credentials.address, at, known }
  const wait = await begin(db, attempt)
  if (wait > 0) return refuseForNow(reply, wait)
  const usable = account?.state === 'active' ? account : undefined
  const judged = await checkPassword(given.password, usable?.password_hash)
  if (!usable || judged === 'wrong') return wrong(request, tenant, account, 'password')
  await succeeded(db, attempt)
  if (judged === 'outdated') await rehash(request, usable, given.password)
  return (await askSecondFactor(request, usable)) ?? signedIn(request, usable, 'password', false)
}

export async function giveSecondFactor(
  request: ApiRequest,
  given: FactorProof & { readonly ticket: string },
): Promise<SignInAnswer> {
  const { db, center, reply } = request
  const at = center.clock()
  const step = await tryStep(db, given.ticket, ['second-factor'], at)
  const account = step?.user === undefined ? undefined : await findAccount(db, step.tenant, step.user)
  if (!step || account?.state !== 'active') return refuseOver(reply)
  const wait = await beginFactor(db, account.tenant_id, account.user_id, at)
  if (wait > 0) return refuseForNow(reply, wait)
  if (!(await factorIsGood(request, account, given, challengeOf(step.detail))))
    return wrong(request, account.tenant_id, account, given.way)
  await factorSucceeded(db, account.tenant_id, account.user_id)
  await useUpStep(db, step, at)
  return signedIn(request, account, 'password', true)
}

export async function startPasskey(request: ApiRequest, tenantName: string | undefined) {
  const { db, center } = request
  const party = needRelyingParty(center.settings.address)
  const { options, challenge } = await assertionOptions(party, undefined, 'required')
  const tenant = await findTenant(db, tenantName)
  // Without such a tenant the ticket is as good as any other, and leads nowhere.
  if (tenant === undefined) return { ticket: challenge, options }
  const at = center.clock()
  const { ticket } = await startStep(db, { tenant, kind: 'passkey', detail: { challenge }, seconds: ticketSeconds, at })
  return { ticket, options }
}

export async function signInWithPasskey(
  request: ApiRequest,
  given: { readonly ticket: string; readonly key: KeyAssertion },
): Promise<SignInAnswer> {
  const { db, center, reply } = request
  const at = center.clock()
  const party = needRelyingParty(center.settings.address)
  const step = await tryStep(db, given.ticket, ['passkey'], at)
  if (!step) return refuseOver(reply)
  const key = await findKey(db, step.tenant, given.key.id)
  const account = key && (await findAccount(db, step.tenant, key.user_id))
  const handle = given.key.response.userHandle
  const ownHandle = !handle || handle === Buffer.from(key?.user_id ?? '', 'utf8').toString('base64url')
  if (!key || account?.state !== 'active' || !ownHandle) return wrong(request, step.tenant, account, 'passkey')
  const counter = await checkAssertion(party, challengeOf(step.detail), given.key, key, 'required')
  if (counter === undefined) return wrong(request, step.tenant, account, 'passkey')
  await keyUsed(db, step.tenant, key.credential_id, counter, at)
  await useUpStep(db, step, at)
  return signedIn(request, account, 'passkey', true)
}

/** A new session in a new cookie; the one that the browser had before ends, so that nobody can foist a session on somebody. */
export async function signedIn(
  request: ApiRequest,
  account: Account,
  method: SignInMethod,
  secondFactor: boolean,
): Promise<SignInAnswer> {
  const { db, center, credentials, reply } = request
  const { tenant_id: tenant, user_id: user } = account
  const at = center.clock()
  const { address } = credentials
  const before = credentials.cookies[cookieName]
  const old = before === undefined ? undefined : await findSession(db, before, at)
  if (old)
    await endSessions(db, center.bus, {
      tenant: old.tenant_id,
      user: old.user_id,
      session: old.session_id,
      because: 'signed in again',
      at,
    })
  const client = credentials.userAgent
  const session = await startSession(db, { tenant, user, method, secondFactor, address, client, at })
  reply.header('set-cookie', setCookie(session.cookie))
  reply.status(200)
  await db
    .updateTable('user_account')
    .set({ last_login_at: at })
    .where('tenant_id', '=', tenant)
    .where('user_id', '=', user)
    .execute()
  await noteAttempt(db, { tenant, account, address, outcome: 'ok', method, at })
  await appendAudit(db, {
    tenant,
    actor: { kind: 'user', id: user, name: account.name },
    address,
    action: 'login',
    object: { kind: 'session', id: session.id },
    detail: { method, secondFactor },
    request: request.id,
    at,
  })
  return { state: 'signed-in', csrf: session.csrf, mustChangePassword: account.must_change }
}

/** `undefined`: the account has no second factor. */
async function askSecondFactor(request: ApiRequest, account: Account): Promise<SignInAnswer | undefined> {
  const { db, center } = request
  const { tenant_id: tenant, user_id: user } = account
  const keys = await keysOf(db, tenant, user)
  if (account.totp_sealed === null && keys.length === 0) return undefined
  const party = relyingPartyOf(center.settings.address)
  const asked = keys.length > 0 && party ? await assertionOptions(party, keys, 'preferred') : undefined
  const recovery = (await recoveryCodesLeft(db, tenant, user)) > 0
  const { ticket } = await startStep(db, {
    tenant,
    kind: 'second-factor',
    user,
    detail: { challenge: asked?.challenge ?? '' },
    seconds: ticketSeconds,
    at: center.clock(),
  })
  return {
    state: 'second-factor',
    ticket,
    ways: [
      ...(account.totp_sealed === null ? [] : (['code'] as const)),
      ...(asked ? (['key'] as const) : []),
      ...(recovery ? (['recovery'] as const) : []),
    ],
    ...(asked ? { keyOptions: asked.options } : {}),
  }
}

async function rehash({ db, center }: ApiRequest, account: Account, password: string): Promise<void> {
  await db
    .updateTable('user_account')
    .set({ password_hash: await hashPassword(password), password_at: account.password_at ?? center.clock() })
    .where('tenant_id', '=', account.tenant_id)
    .where('user_id', '=', account.user_id)
    .execute()
}

async function wrong(
  request: ApiRequest,
  tenant: string,
  account: Account | undefined,
  method: 'password' | 'passkey' | 'code' | 'recovery' | 'key',
): Promise<SignInAnswer> {
  const { db, center, credentials, reply } = request
  const at = center.clock()
  const { address } = credentials
  const outcome = method === 'password' || method === 'passkey' ? 'wrong' : 'second-factor-wrong'
  await noteAttempt(db, { tenant, account, address, outcome, method, at })
  await appendAudit(db, {
    tenant,
    actor: { kind: 'nobody', id: '', name: '' },
    address,
    action: 'login.failed',
    object: { kind: 'user', id: account?.user_id ?? '' },
    detail: { method, name: account?.name ?? 'not an account' },
    request: request.id,
    at,
  })
  return refuseWrong(reply)
}
