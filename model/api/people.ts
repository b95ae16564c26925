import { z } from 'zod'
import { pageOf, paging } from './paging.ts'
import { permissions, roles } from './permission.ts'
import { languages } from './person.ts'
import { shownSession } from './profile.ts'
import type { RouteTable } from './route.ts'
import { accountName } from './sign-in.ts'

export { languages, type Language } from './person.ts'
export * from './sign-in.ts'
export * from './profile.ts'

const freshLogin = 600

/** A role, for all hosts when no group is named. */
export const givenRole = z.strictObject({ role: z.enum(roles), group: z.uuid().optional() })
export type GivenRole = z.infer<typeof givenRole>

export const userStates = ['active', 'invited', 'disabled', 'removed'] as const

export const shownUser = z.object({
  id: z.string(),
  name: z.string(),
  displayName: z.string(),
  email: z.string(),
  state: z.enum(userStates),
  language: z.enum(languages),
  /** Only those that the caller may see. `fromProvider`: follows the groups of the identity provider. */
  roles: z.array(z.object({ role: z.enum(roles), group: z.string().optional(), fromProvider: z.boolean() })),
  secondFactor: z.boolean(),
  /** Signs in through an identity provider. */
  provider: z.string().optional(),
  createdAt: z.string(),
  lastLoginAt: z.string().optional(),
})
export type ShownUser = z.infer<typeof shownUser>

/** Shown once, never stored in the clear. */
const oneTimeLink = z.object({ link: z.string(), expiresAt: z.string() })

const user = z.object({ user: z.uuid() })
const users = 'Users'

export const userRoutes = {
  listUsers: {
    method: 'GET',
    path: '/users',
    needs: 'users:write',
    summary: 'The users whose rights the caller may see.',
    subject: users,
    query: z.object({ ...paging, search: z.string().max(100).optional() }),
    answer: pageOf(shownUser),
  },
  getUser: {
    method: 'GET',
    path: '/users/:user',
    needs: 'users:write',
    summary: 'One user.',
    subject: users,
    params: user,
    answer: shownUser,
  },
  createUser: {
    method: 'POST',
    path: '/users',
    needs: 'users:write',
    summary: 'Create a user and a one-time link with which the password is set.',
    subject: users,
    status: 201,
    freshLogin,
    body: z.strictObject({
      name: accountName,
      displayName: z.string().max(200).default(''),
      email: z.union([z.email().max(254), z.literal('')]).default(''),
      language: z.enum(languages).default('en'),
      roles: z.array(givenRole).min(1).max(100),
    }),
    answer: z.object({ user: shownUser, invitation: oneTimeLink }),
  },
  changeUser: {
    method: 'PATCH',
    path: '/users/:user',
    needs: 'users:write',
    summary: 'Change a user, or let it sign in no more.',
    subject: users,
    freshLogin,
    params: user,
    body: z.strictObject({
      displayName: z.string().max(200).optional(),
      email: z.union([z.email().max(254), z.literal('')]).optional(),
      language: z.enum(languages).optional(),
      state: z.enum(['active', 'disabled']).optional(),
    }),
    answer: shownUser,
  },
  setRoles: {
    method: 'PUT',
    path: '/users/:user/roles',
    needs: 'users:write',
    summary: 'Set the roles of a user; those in groups that the caller does not administer stay as they are.',
    subject: users,
    freshLogin,
    params: user,
    body: z.strictObject({ roles: z.array(givenRole).max(100) }),
    answer: shownUser,
  },
  removeUser: {
    method: 'DELETE',
    path: '/users/:user',
    needs: 'users:write',
    summary: 'Remove a user; sessions and tokens end, the name stays taken.',
    subject: users,
    freshLogin,
    params: user,
  },
  resetPassword: {
    method: 'POST',
    path: '/users/:user/reset-password',
    needs: 'users:write',
    summary: 'A one-time link with which the user sets a new password; sessions end.',
    subject: users,
    freshLogin,
    params: user,
    answer: oneTimeLink,
  },
  resetSecondFactor: {
    method: 'POST',
    path: '/users/:user/reset-second-factor',
    needs: 'users:write',
    summary: 'Remove all second factors of a user; sessions end.',
    subject: users,
    freshLogin,
    params: user,
  },
  listUserSessions: {
    method: 'GET',
    path: '/users/:user/sessions',
    needs: 'users:write',
    summary: 'Where a user is signed in.',
    subject: users,
    params: user,
    answer: z.object({ items: z.array(shownSession) }),
  },
  endUserSessions: {
    method: 'DELETE',
    path: '/users/:user/sessions',
    needs: 'users:write',
    summary: 'End all sessions of a user.',
    subject: users,
    params: user,
    answer: z.object({ ended: z.number().int() }),
  },
  listRoles: {
    method: 'GET',
    path: '/roles',
    needs: 'self',
    summary: 'The roles and what they allow.',
    subject: users,
    answer: z.object({
      items: z.array(z.object({ role: z.enum(roles), permissions: z.array(z.enum(permissions)) })),
    }),
  },
} as const satisfies RouteTable

const shownToken = z.object({
  id: z.string(),
  name: z.string(),
  /** Who made it; it never has more rights than that user has now. */
  user: z.string(),
  /** Its last four characters. */
  hint: z.string(),
  permissions: z.array(z.enum(permissions)),
  groups: z.array(z.string()).optional(),
  createdAt: z.string(),
  expiresAt: z.string(),
  lastUsed: z.string().optional(),
  lastAddress: z.string().optional(),
})

export const tokenRoutes = {
  listTokens: {
    method: 'GET',
    path: '/tokens',
    needs: 'tokens:write',
    summary: 'The API tokens that are in force: of all users for those who administer all hosts, else the own.',
    subject: 'API tokens',
    query: z.object(paging),
    answer: pageOf(shownToken),
  },
  createToken: {
    method: 'POST',
    path: '/tokens',
    needs: 'tokens:write',
    summary: 'Create an API token. It is shown once.',
    subject: 'API tokens',
    status: 201,
    freshLogin,
    body: z.strictObject({
      name: z.string().min(1).max(100),
      permissions: z.array(z.enum(permissions)).min(1),
      /** Absent: all groups that the creator has. */
      groups: z.array(z.uuid()).min(1).max(100).optional(),
      days: z.number().int().min(1).max(366).default(90),
    }),
    answer: z.object({ token: z.string(), about: shownToken }),
  },
  revokeToken: {
    method: 'DELETE',
    path: '/tokens/:token',
    needs: 'tokens:write',
    summary: 'Revoke an API token.',
    subject: 'API tokens',
    params: z.object({ token: z.uuid() }),
  },
} as const satisfies RouteTable

const provider = {
  name: z.string().min(1).max(100),
  issuer: z.url({ protocol: /^https$/ }).max(2_048),
  clientId: z.string().min(1).max(500),
  /** Space-separated. */
  scopes: z.string().max(500).default('openid profile email'),
  nameClaim: z.string().min(1).max(100).default('preferred_username'),
  groupClaim: z.string().min(1).max(100).default('groups'),
  /** Who has `value` in the group claim gets the role. */
  roleMap: z
    .array(z.strictObject({ value: z.string().min(1).max(500), role: z.enum(roles), group: z.uuid().optional() }))
    .max(200)
    .default([]),
  /** Make an account for whoever signs in and gets at least one role. */
  createUsers: z.boolean().default(true),
  /** PEM, when the provider's certificate comes from a CA of one's own. */
  ca: z.string().max(65_536).optional(),
  enabled: z.boolean().default(true),
}
const shownProvider = z.object({ ...provider, id: z.string(), hasSecret: z.boolean(), callback: z.string() })
const providerBody = z.strictObject({ ...provider, clientSecret: z.string().min(1).max(1_024).optional() })
const providerId = z.object({ provider: z.uuid() })

export const providerRoutes = {
  listProviders: {
    method: 'GET',
    path: '/identity-providers',
    needs: 'settings:write',
    summary: 'The identity providers (OpenID Connect).',
    subject: 'Identity providers',
    answer: z.object({ items: z.array(shownProvider) }),
  },
  createProvider: {
    method: 'POST',
    path: '/identity-providers',
    needs: 'settings:write',
    summary: 'Add an identity provider; its discovery document is fetched and checked.',
    subject: 'Identity providers',
    status: 201,
    freshLogin,
    largestBody: 262_144,
    body: providerBody,
    answer: shownProvider,
  },
  changeProvider: {
    method: 'PUT',
    path: '/identity-providers/:provider',
    needs: 'settings:write',
    summary: 'Replace the settings of an identity provider; without `clientSecret` the old one stays.',
    subject: 'Identity providers',
    freshLogin,
    largestBody: 262_144,
    params: providerId,
    body: providerBody,
    answer: shownProvider,
  },
  removeProvider: {
    method: 'DELETE',
    path: '/identity-providers/:provider',
    needs: 'settings:write',
    summary: 'Remove an identity provider that no user signs in through any more.',
    subject: 'Identity providers',
    freshLogin,
    params: providerId,
  },
} as const satisfies RouteTable

export const shownApproverKey = z.object({
  id: z.string(),
  /** As pinned on hosts. */
  name: z.string(),
  user: z.string(),
  kind: z.enum(['ed25519', 'webauthn']),
  /** Of a security key: its credential id, base64url, and the one origin whose pages hosts take its approvals from. */
  securityKey: z.object({ credential: z.string(), origin: z.string() }).optional(),
  createdAt: z.string(),
  /** For `orders.approvers` of /etc/davylamp/agent.yml on each host that is to believe it. */
  agentYml: z.string(),
})

const keyName = z.string().regex(/^[A-Za-z0-9][A-Za-z0-9._@ -]{0,99}$/, 'letters, digits, spaces and . _ @ - only')

export const approverRoutes = {
  listApproverKeys: {
    method: 'GET',
    path: '/approver-keys',
    needs: 'alerts:read',
    summary: 'The public keys with which people approve orders.',
    subject: 'Approvers',
    answer: z.object({ items: z.array(shownApproverKey) }),
  },
  registerApproverKey: {
    method: 'POST',
    path: '/approver-keys',
    needs: 'orders:approve',
    summary: 'Register an own key for approvals. Hosts believe it once their owner has put it into agent.yml.',
    subject: 'Approvers',
    status: 201,
    freshLogin,
    body: z.discriminatedUnion('kind', [
      z.strictObject({
        kind: z.literal('ed25519'),
        name: keyName,
        /** SubjectPublicKeyInfo, base64 DER. */
        key: z.base64().max(200),
        /** Over the RFC 8785 form of `{"format":"davylamp-approver-key","key":KEY,"name":NAME}`: shows that the key is one's own. */
        signature: z.base64().max(200),
      }),
      z.strictObject({
        kind: z.literal('webauthn'),
        name: keyName,
        /** One of the own security keys. */
        credential: z.string().regex(/^[A-Za-z0-9_-]{1,1024}$/),
      }),
    ]),
    answer: shownApproverKey,
  },
  revokeApproverKey: {
    method: 'DELETE',
    path: '/approver-keys/:key',
    needs: 'self',
    summary:
      'Revoke an own approver key, or one of a user whom the caller administers. Take it out of agent.yml as well.',
    subject: 'Approvers',
    params: z.object({ key: z.uuid() }),
  },
} as const satisfies RouteTable

export const peopleRoutes = {
  ...userRoutes,
  ...tokenRoutes,
  ...providerRoutes,
  ...approverRoutes,
} as const satisfies RouteTable
