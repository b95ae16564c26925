import type { profileRoutes, ShownSession } from '../../model/api/index.ts'
import type { ApiHandlers } from '../api/index.ts'
import { badRequest, conflict, notFound } from '../problem-error.ts'
import { openTotp, sealTotp } from './account.ts'
import { ownSession } from './authenticate.ts'
import { setPassword } from './one-time-link.ts'
import { requireGoodPassword } from './password-policy.ts'
import { dropRecoveryCodes, recoveryCodesLeft, renewRecoveryCodes } from './recovery-code.ts'
import { checkRegistration, keysOf, needRelyingParty, registrationOptions } from './security-key.ts'
import { endSessions, liveSessions } from './session.ts'
import { ownAccount, passwordIsRefused } from './sign-in-api.ts'
import { challengeOf } from './second-factor.ts'
import { startStep, tryStep, useUpStep } from './sign-in-step.ts'
import { newTotp, totpStep } from './totp.ts'
import type { Caller, Db } from '../context.ts'

const mostKeys = 20

export const profileHandlers: ApiHandlers<typeof profileRoutes> = {
  async changeProfile({ body }, { caller, db, audit }) {
    ownSession(caller)
    if (Object.keys(body).length === 0) return
    await changeOwn(db, caller, {
      ...(body.displayName === undefined ? {} : { display_name: body.displayName }),
      ...(body.email === undefined ? {} : { email: body.email }),
      ...(body.language === undefined ? {} : { language: body.language }),
    })
    await audit('profile.changed', { kind: 'user', id: caller.id }, { fields: Object.keys(body) })
  },

  async changePassword({ body }, request) {
    const { caller, db, center, audit } = request
    const session = ownSession(caller)
    const account = await ownAccount(db, caller)
    const refused = await passwordIsRefused(request, account, body.old)
    if (refused) return refused
    if (body.old === body.new) throw badRequest('The new password is the old one')
    requireGoodPassword(body.new, account)
    await setPassword(db, center.bus, {
      ...account,
      password: body.new,
      at: center.clock(),
      because: 'password was changed',
      except: session.id,
    })
    await audit('password.changed', { kind: 'user', id: caller.id })
    return { state: 'done' as const }
  },

  async listOwnSessions(_, { caller, db, center }) {
    const session = ownSession(caller)
    const rows = await liveSessions(db, caller.tenant, caller.id, center.clock())
    return { items: rows.map(row => shownSessionOf(row, session.id)) }
  },

  async endOwnSession({ params }, { caller, db, center, audit }) {
    ownSession(caller)
    const ended = await endSessions(db, center.bus, {
      tenant: caller.tenant,
      user: caller.id,
      session: params.session,
      because: 'ended by its user',
      at: center.clock(),
    })
    if (ended === 0) throw notFound('session')
    await audit('session.ended', { kind: 'session', id: params.session })
  },

  async endOtherSessions(_, { caller, db, center, audit }) {
    const session = ownSession(caller)
    const ended = await endSessions(db, center.bus, {
      tenant: caller.tenant,
      user: caller.id,
      except: session.id,
      because: 'ended by its user',
      at: center.clock(),
    })
    await audit('session.ended-others', { kind: 'user', id: caller.id }, { ended })
    return { ended }
  },

  async showSecondFactors(_, { caller, db }) {
    ownSession(caller)
    const account = await ownAccount(db, caller)
    return {
      code: account.totp_sealed !== null,
      keys: (await keysOf(db, caller.tenant, caller.id)).map(shownKeyOf),
      recoveryCodesLeft: await recoveryCodesLeft(db, caller.tenant, caller.id),
    }
  },

  async startCodes(_, { caller, db, center }) {
    ownSession(caller)
    const account = await ownAccount(db, caller)
    const started = newTotp(account.name, `Davylamp ${new URL(center.settings.address).host}`)
    await changeOwn(db, caller, { totp_pending: sealTotp(center.keys, caller.tenant, caller.id, started.secret) })
    return started
  },

  async confirmCodes({ body }, { caller, db, center, audit }) {
    ownSession(caller)
    const account = await ownAccount(db, caller)
    if (account.totp_pending === null) throw conflict('Begin with POST /profile/codes')
    const secret = openTotp(center.keys, caller.tenant, caller.id, account.totp_pending)
    const step = totpStep(secret, body.code, center.clock(), null)
    if (step === undefined)
      throw badRequest('This code is not right', 'Take the newest one; the clocks of phone and center must agree.')
    await changeOwn(db, caller, { totp_sealed: account.totp_pending, totp_pending: null, totp_step: step })
    const recoveryCodes = await renewRecoveryCodes(db, caller.tenant, caller.id)
    await audit('second-factor.codes-added', { kind: 'user', id: caller.id })
    return { recoveryCodes }
  },

  async stopCodes(_, { caller, db, audit }) {
    ownSession(caller)
    await changeOwn(db, caller, { totp_sealed: null, totp_pending: null, totp_step: null })
    if ((await keysOf(db, caller.tenant, caller.id)).length === 0) await dropRecoveryCodes(db, caller.tenant, caller.id)
    await audit('second-factor.codes-removed', { kind: 'user', id: caller.id })
  },

  async renewRecoveryCodes(_, { caller, db, audit }) {
    ownSession(caller)
    const recoveryCodes = await renewRecoveryCodes(db, caller.tenant, caller.id)
    await audit('second-factor.recovery-renewed', { kind: 'user', id: caller.id })
    return { recoveryCodes }
  },

  async startKey(_, { caller, db, center }) {
    ownSession(caller)
    const party = needRelyingParty(center.settings.address)
    const keys = await keysOf(db, caller.tenant, caller.id)
    if (keys.length >= mostKeys) throw conflict(`An account has at most ${mostKeys} keys`)
    const { options, challenge } = await registrationOptions(party, caller, keys)
    const { ticket } = await startStep(db, {
      tenant: caller.tenant,
      kind: 'register-key',
      user: caller.id,
      detail: { challenge },
      seconds: 300,
      at: center.clock(),
    })
    return { ticket, options }
  },

  async addKey({ body }, { caller, db, center, audit }) {
    ownSession(caller)
    const at = center.clock()
    const step = await tryStep(db, body.ticket, ['register-key'], at)
    const party = needRelyingParty(center.settings.address)
    const key = step?.user === caller.id && (await checkRegistration(party, challengeOf(step.detail), body.key))
    if (!step || !key)
      throw badRequest('The key could not be registered', 'Begin again with POST /profile/keys/options.')
    await useUpStep(db, step, at)
    const row = await db
      .insertInto('webauthn_credential')
      .values({
        tenant_id: caller.tenant,
        credential_id: key.id,
        user_id: caller.id,
        name: body.name,
        public_key: key.publicKey,
        counter: key.counter,
        transports: key.transports,
        passkey: key.passkey,
        created_at: at,
      })
      .onConflict(known => known.columns(['tenant_id', 'credential_id']).doNothing())
      .returningAll()
      .executeTakeFirst()
    if (!row) throw conflict('This key is registered already')
    const first = (await recoveryCodesLeft(db, caller.tenant, caller.id)) === 0
    const recoveryCodes = first ? await renewRecoveryCodes(db, caller.tenant, caller.id) : undefined
    await audit('second-factor.key-added', { kind: 'user', id: caller.id }, { name: body.name, key: key.id })
    return { key: shownKeyOf(row), ...(recoveryCodes ? { recoveryCodes } : {}) }
  },

  async removeKey({ params }, { caller, db, audit }) {
    ownSession(caller)
    const gone = await db
      .deleteFrom('webauthn_credential')
      .where('tenant_id', '=', caller.tenant)
      .where('user_id', '=', caller.id)
      .where('credential_id', '=', params.key)
      .returning('name')
      .executeTakeFirst()
    if (!gone) throw notFound('key')
    const account = await ownAccount(db, caller)
    const left = await keysOf(db, caller.tenant, caller.id)
    if (left.length === 0 && account.totp_sealed === null) await dropRecoveryCodes(db, caller.tenant, caller.id)
    await audit('second-factor.key-removed', { kind: 'user', id: caller.id }, { name: gone.name, key: params.key })
  },
}

export function shownSessionOf(
  row: Awaited<ReturnType<typeof liveSessions>>[number],
  current: string | undefined,
): ShownSession {
  const method = (['password', 'passkey', 'oidc', 'link'] as const).find(one => one === row.method) ?? 'password'
  return {
    id: row.session_id,
    current: row.session_id === current,
    method,
    secondFactor: row.second_factor,
    address: row.address,
    client: row.client,
    createdAt: row.created_at.toISOString(),
    lastUsed: row.last_used.toISOString(),
    expiresAt: row.expires_at.toISOString(),
  }
}

function shownKeyOf(row: Awaited<ReturnType<typeof keysOf>>[number]) {
  return {
    id: row.credential_id,
    name: row.name,
    passkey: row.passkey,
    createdAt: row.created_at.toISOString(),
    ...(row.last_used === null ? {} : { lastUsed: row.last_used.toISOString() }),
  }
}

interface OwnColumns {
  readonly display_name?: string
  readonly email?: string
  readonly language?: string
  readonly totp_sealed?: Buffer | null
  readonly totp_pending?: Buffer | null
  readonly totp_step?: number | null
}

async function changeOwn(db: Db, caller: Caller, columns: OwnColumns): Promise<void> {
  await db
    .updateTable('user_account')
    .set(columns)
    .where('tenant_id', '=', caller.tenant)
    .where('user_id', '=', caller.id)
    .execute()
}
