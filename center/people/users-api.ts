import { permissionsOf, roles as allRoles, type userRoutes } from '../../model/api/index.ts'
import { z } from 'zod'
import type { ApiHandlers, ApiRequest } from '../api/index.ts'
import { beyond, keyset } from '../api/keyset.ts'
import type { Caller, Db } from '../context.ts'
import { conflict } from '../problem-error.ts'
import { uuid7 } from '../uuid7.ts'
import { findAccountByName } from './account.ts'
import { makeLink } from './one-time-link.ts'
import { shownSessionOf } from './profile-api.ts'
import { announce, endSessions, liveSessions } from './session.ts'
import { dropSteps } from './sign-in-step.ts'
import { dropSecondFactors, insertRoles, insertUser, updateUser } from './user-rows.ts'
import {
  administers,
  lockAdministrators,
  requireAdministrator,
  requireGroups,
  requireMayGive,
  requireUser,
  requireWholeUser,
  shownUserOf,
} from './user.ts'

const byName = keyset('users', [z.string().max(200)])

export const userHandlers: ApiHandlers<typeof userRoutes> = {
  async listUsers({ query }, { caller, db }) {
    const groups = caller.groupsFor('users:write')
    let rows = db
      .selectFrom('user_account')
      .selectAll()
      .where('tenant_id', '=', caller.tenant)
      .where('state', '!=', 'removed')
      .where(beyond(['name'], byName.read(query.after), 'asc'))
    if (groups !== 'all')
      rows = rows.where('user_id', 'in', eb =>
        eb
          .selectFrom('membership')
          .select('membership.user_id')
          .where('membership.tenant_id', '=', caller.tenant)
          .where('membership.group_id', 'in', [...groups]),
      )
    if (query.search !== undefined) {
      const like = `%${query.search.toLowerCase().replace(/[\\%_]/g, sign => `\\${sign}`)}%`
      rows = rows.where(({ eb, fn, or }) =>
        or([
          eb('name', 'like', like),
          eb(fn<string>('lower', ['display_name']), 'like', like),
          eb(fn<string>('lower', ['email']), 'like', like),
        ]),
      )
    }
    const found = await rows
      .orderBy('name')
      .limit(query.limit + 1)
      .execute()
    const page = byName.page(found, query.limit, row => [row.name])
    const items = []
    for (const account of page.items) items.push(await shownUserOf(db, caller, account))
    return { items, ...(page.next === undefined ? {} : { next: page.next }) }
  },

  getUser: ({ params }, { caller, db }) => freshlyShown(db, caller, params.user),

  async createUser({ body }, { caller, db, center, audit }) {
    requireMayGive(caller, body.roles)
    await requireGroups(db, caller.tenant, body.roles)
    if (await findAccountByName(db, caller.tenant, body.name))
      throw conflict('This name is taken', 'Names of removed users stay taken too. Choose another one.')
    const user = uuid7(center.clock())
    await insertUser(db, { ...body, tenant: caller.tenant, user, createdBy: caller.name, at: center.clock() })
    await insertRoles(db, caller.tenant, user, body.roles)
    const invitation = await makeLink(db, center, { tenant: caller.tenant, user, for: 'invitation' })
    await audit('user.created', { kind: 'user', id: user }, { name: body.name, roles: body.roles })
    return { user: await freshlyShown(db, caller, user), invitation }
  },

  async changeUser({ params, body }, { caller, db, center, audit }) {
    await lockAdministrators(db, caller.tenant)
    const { account } = await requireWholeUser(db, caller, params.user)
    if (body.state === 'disabled' && params.user === caller.id)
      throw conflict('You cannot disable yourself', 'Ask another administrator.')
    if (body.state === 'active' && account.state === 'invited')
      throw conflict('This user has no password yet', 'Send a new link: POST /users/USER/reset-password.')
    const changes = {
      ...(body.displayName === undefined ? {} : { display_name: body.displayName }),
      ...(body.email === undefined ? {} : { email: body.email }),
      ...(body.language === undefined ? {} : { language: body.language }),
      ...(body.state === undefined ? {} : { state: body.state }),
    }
    if (Object.keys(changes).length > 0) await updateUser(db, caller.tenant, params.user, changes)
    if (body.state === 'disabled') {
      await requireAdministrator(db, caller.tenant)
      await endAll(db, center, caller.tenant, params.user, 'user was disabled')
    }
    await audit('user.changed', { kind: 'user', id: params.user }, { name: account.name, changed: body })
    return freshlyShown(db, caller, params.user)
  },

  async setRoles({ params, body }, { caller, db, center, audit }) {
    await lockAdministrators(db, caller.tenant)
    const { account, roles } = await requireUser(db, caller, params.user)
    requireMayGive(caller, body.roles)
    await requireGroups(db, caller.tenant, body.roles)
    const own = roles.filter(given => !given.fromProvider && administers(caller, given))
    for (const { role, group } of own)
      await db
        .deleteFrom('membership')
        .where('tenant_id', '=', caller.tenant)
        .where('user_id', '=', params.user)
        .where('source', '=', 'manual')
        .where('role', '=', role)
        .where('group_id', group === undefined ? 'is' : '=', group ?? null)
        .execute()
    await insertRoles(db, caller.tenant, params.user, body.roles)
    await requireAdministrator(db, caller.tenant)
    await announce(db, center.bus, caller.tenant, params.user)
    await audit('user.roles', { kind: 'user', id: params.user }, { name: account.name, before: own, after: body.roles })
    return shownUserOf(db, caller, account)
  },

  async removeUser({ params }, { caller, db, center, audit }) {
    await lockAdministrators(db, caller.tenant)
    const { account } = await requireWholeUser(db, caller, params.user)
    if (params.user === caller.id) throw conflict('You cannot remove yourself', 'Ask another administrator.')
    await dropSecondFactors(db, caller.tenant, params.user)
    await db
      .deleteFrom('membership')
      .where('tenant_id', '=', caller.tenant)
      .where('user_id', '=', params.user)
      .execute()
    await db
      .updateTable('api_token')
      .set({ revoked_at: center.clock() })
      .where('tenant_id', '=', caller.tenant)
      .where('user_id', '=', params.user)
      .where('revoked_at', 'is', null)
      .execute()
    await db
      .updateTable('approver_key')
      .set({ revoked_at: center.clock() })
      .where('tenant_id', '=', caller.tenant)
      .where('user_id', '=', params.user)
      .where('revoked_at', 'is', null)
      .execute()
    await updateUser(db, caller.tenant, params.user, {
      state: 'removed',
      password_hash: null,
      email: '',
      provider_id: null,
      provider_subject: null,
    })
    await requireAdministrator(db, caller.tenant)
    await endAll(db, center, caller.tenant, params.user, 'user was removed')
    await audit('user.removed', { kind: 'user', id: params.user }, { name: account.name })
  },

  async resetPassword({ params }, { caller, db, center, audit }) {
    const { account } = await requireWholeUser(db, caller, params.user)
    const isNew = account.state === 'invited'
    const link = await makeLink(db, center, {
      tenant: caller.tenant,
      user: params.user,
      for: isNew ? 'invitation' : 'reset',
    })
    await endAll(db, center, caller.tenant, params.user, 'password is reset')
    await audit('user.password-reset', { kind: 'user', id: params.user }, { name: account.name })
    return link
  },

  async resetSecondFactor({ params }, { caller, db, center, audit }) {
    const { account } = await requireWholeUser(db, caller, params.user)
    await dropSecondFactors(db, caller.tenant, params.user)
    await endAll(db, center, caller.tenant, params.user, 'second factors are reset')
    await audit('user.second-factor-reset', { kind: 'user', id: params.user }, { name: account.name })
  },

  async listUserSessions({ params }, { caller, db, center }) {
    await requireWholeUser(db, caller, params.user)
    const rows = await liveSessions(db, caller.tenant, params.user, center.clock())
    return { items: rows.map(row => shownSessionOf(row, caller.session?.id)) }
  },

  async endUserSessions({ params }, { caller, db, center, audit }) {
    const { account } = await requireWholeUser(db, caller, params.user)
    const ended = await endAll(db, center, caller.tenant, params.user, 'ended by an administrator')
    await audit('session.ended-all', { kind: 'user', id: params.user }, { name: account.name, ended })
    return { ended }
  },

  async listRoles() {
    return { items: allRoles.map(role => ({ role, permissions: [...permissionsOf[role]] })) }
  },
}

async function endAll(db: Db, center: ApiRequest['center'], tenant: string, user: string, because: string) {
  const ended = await endSessions(db, center.bus, { tenant, user, because, at: center.clock() })
  await dropSteps(db, tenant, user, ['second-factor', 'confirm-key'])
  if (ended === 0) await announce(db, center.bus, tenant, user)
  return ended
}

async function freshlyShown(db: Db, caller: Caller, user: string) {
  const { account } = await requireUser(db, caller, user)
  return shownUserOf(db, caller, account)
}
