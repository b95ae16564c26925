import type { signInRoutes } from '../../model/api/index.ts'
import { type Permission, permissions } from '../../model/api/index.ts'
import type { ApiHandlers, ApiRequest } from '../api/index.ts'
import type { Caller } from '../context.ts'
import { ProblemError } from '../problem-error.ts'
import { type Account, findAccount, findTenant, languageOf, plainName } from './account.ts'
import { ownSession } from './authenticate.ts'
import { finishOidc, startOidc } from './oidc-sign-in.ts'
import { checkPassword } from './password.ts'
import { refuseForNow, refuseOver, refuseWrong } from './refusal.ts'
import { rolesOf } from './rights.ts'
import { challengeOf, factorIsGood } from './second-factor.ts'
import { assertionOptions, keysOf, needRelyingParty } from './security-key.ts'
import { clearCookie, endSessions, markFresh } from './session.ts'
import { giveSecondFactor, signInWithPasskey, signInWithPassword, startPasskey } from './sign-in.ts'
import { startStep, tryStep, useUpStep } from './sign-in-step.ts'
import { begin, beginFactor, factorSucceeded, succeeded } from './throttle.ts'
import { followLink } from './one-time-link.ts'

export const signInHandlers: ApiHandlers<typeof signInRoutes> = {
  async signInWays({ query }, { db }) {
    const tenant = await findTenant(db, query.tenant)
    if (tenant === undefined) return { providers: [] }
    const rows = await db
      .selectFrom('identity_provider')
      .select(['provider_id', 'name'])
      .where('tenant_id', '=', tenant)
      .where('enabled', '=', true)
      .orderBy('name')
      .execute()
    return {
      providers: rows.map(({ provider_id: id, name }) => ({ id, name, start: `/api/v1/login/oidc/${id}` })),
    }
  },

  signIn: ({ body }, request) => signInWithPassword(request, body),
  giveSecondFactor: ({ body }, request) => giveSecondFactor(request, body),
  startPasskey: ({ body }, request) => startPasskey(request, body.tenant),
  signInWithPasskey: ({ body }, request) => signInWithPasskey(request, body),
  followLink: async ({ body }, request) => ({ name: await followLink(request, body.token, body.password) }),
  startOidc: ({ params }, request) => startOidc(request, params.provider),
  finishOidc: ({ params, query }, request) => finishOidc(request, params.provider, query),

  async signOut(_, { caller, db, center, reply, audit }) {
    const session = ownSession(caller)
    const at = center.clock()
    await endSessions(db, center.bus, {
      tenant: caller.tenant,
      user: caller.id,
      session: session.id,
      because: 'signed out',
      at,
    })
    reply.header('set-cookie', clearCookie)
    await audit('logout', { kind: 'session', id: session.id })
  },

  async whoAmI(_, { caller, db }) {
    const session = ownSession(caller)
    const account = await ownAccount(db, caller)
    const row = await db
      .selectFrom('session')
      .select('expires_at')
      .where('tenant_id', '=', caller.tenant)
      .where('session_id', '=', session.id)
      .executeTakeFirstOrThrow()
    const roles = await rolesOf(db, caller.tenant, caller.id)
    return {
      user: {
        id: account.user_id,
        name: account.name,
        displayName: account.display_name,
        email: account.email,
        language: languageOf(account.language),
      },
      tenant: caller.tenant,
      csrf: session.csrfToken,
      mustChangePassword: account.must_change,
      freshAt: session.freshAt.toISOString(),
      expiresAt: row.expires_at.toISOString(),
      roles: roles.map(({ role, group }) => ({ role, ...(group === undefined ? {} : { group }) })),
      rights: account.must_change ? {} : shownRights(caller),
    }
  },

  async startConfirm(_, { caller, db, center }) {
    ownSession(caller)
    const keys = await keysOf(db, caller.tenant, caller.id)
    if (keys.length === 0) throw new ProblemError(409, 'no-key', 'This account has no security key')
    const party = needRelyingParty(center.settings.address)
    const { options, challenge } = await assertionOptions(party, keys, 'preferred')
    const { ticket } = await startStep(db, {
      tenant: caller.tenant,
      kind: 'confirm-key',
      user: caller.id,
      detail: { challenge },
      seconds: 300,
      at: center.clock(),
    })
    return { ticket, options }
  },

  async confirm({ body }, request) {
    const { caller, db, center, reply, audit } = request
    const session = ownSession(caller)
    const account = await ownAccount(db, caller)
    const at = center.clock()
    if (body.way === 'password') {
      const refused = await passwordIsRefused(request, account, body.password)
      if (refused) return refused
    } else {
      const step = body.way === 'key' ? await tryStep(db, body.ticket, ['confirm-key'], at) : undefined
      if (body.way === 'key' && step?.user !== caller.id) return refuseOver(reply)
      const wait = await beginFactor(db, caller.tenant, caller.id, at)
      if (wait > 0) return refuseForNow(reply, wait)
      if (!(await factorIsGood(request, account, body, challengeOf(step?.detail)))) return refuseWrong(reply)
      await factorSucceeded(db, caller.tenant, caller.id)
      if (step) await useUpStep(db, step, at)
    }
    await markFresh(db, caller.tenant, session.id, at)
    await audit('login.confirmed', { kind: 'session', id: session.id }, { way: body.way })
    return { state: 'done' as const, freshAt: at.toISOString() }
  },
}

/** The old password, asked of who is signed in. Guesses are delayed as those at the door, for this browser and account alone. */
export async function passwordIsRefused(request: ApiRequest, account: Account, password: string) {
  const { caller, db, center, credentials, reply } = request
  const at = center.clock()
  const name = plainName(account.name)
  const attempt = { tenant: caller.tenant, name, address: credentials.address, at, known: true }
  const wait = await begin(db, attempt)
  if (wait > 0) return refuseForNow(reply, wait)
  if ((await checkPassword(password, account.password_hash)) === 'wrong') return refuseWrong(reply)
  await succeeded(db, attempt)
  return undefined
}

export async function ownAccount(db: ApiRequest['db'], caller: Caller): Promise<Account> {
  const account = await findAccount(db, caller.tenant, caller.id)
  if (account) return account
  throw new ProblemError(401, 'not-signed-in', 'This account is gone')
}

function shownRights(caller: Caller): Partial<Record<Permission, 'all' | string[]>> {
  const held = permissions.map(permission => [permission, caller.groupsFor(permission)] as const)
  return Object.fromEntries(
    held
      .filter(([, groups]) => groups === 'all' || groups.length > 0)
      .map(([permission, groups]) => [permission, groups === 'all' ? groups : [...groups]]),
  )
}
