import { z } from 'zod'
import { problem } from './paging.ts'
import { languages } from './person.ts'
import type { RouteTable } from './route.ts'
import { permissions, roles } from './permission.ts'

/** Names of accounts: lower case, so that `Admin` is not somebody else. */
export const accountName = z
  .string()
  .trim()
  .toLowerCase()
  .regex(/^[a-z0-9][a-z0-9._@+-]{0,99}$/, 'letters, digits and . _ @ + - only, at most 100')

const secret = z.string().min(1).max(1_024)
const base64url = z.string().regex(/^[A-Za-z0-9_-]*$/)

/** What a browser's `navigator.credentials.create` gave, as JSON (WebAuthn Level 3, RegistrationResponseJSON). */
export const keyRegistration = z.object({
  id: base64url.max(1_024),
  rawId: base64url.max(1_024),
  type: z.literal('public-key'),
  response: z.object({
    clientDataJSON: base64url.max(8_192),
    attestationObject: base64url.max(32_768),
    transports: z.array(z.string().max(30)).max(10).optional(),
  }),
  authenticatorAttachment: z.enum(['platform', 'cross-platform']).nullish(),
  clientExtensionResults: z.record(z.string(), z.unknown()).optional(),
})

/** What `navigator.credentials.get` gave (AuthenticationResponseJSON). */
export const keyAssertion = z.object({
  id: base64url.max(1_024),
  rawId: base64url.max(1_024),
  type: z.literal('public-key'),
  response: z.object({
    clientDataJSON: base64url.max(8_192),
    authenticatorData: base64url.max(8_192),
    signature: base64url.max(8_192),
    userHandle: base64url.max(200).nullish(),
  }),
  authenticatorAttachment: z.enum(['platform', 'cross-platform']).nullish(),
  clientExtensionResults: z.record(z.string(), z.unknown()).optional(),
})
export type KeyRegistration = z.infer<typeof keyRegistration>
export type KeyAssertion = z.infer<typeof keyAssertion>

/** Options for `navigator.credentials.create` or `get`, in the JSON form that browsers parse. */
export const keyOptions = z.record(z.string(), z.unknown())

/**
 * A proof that was not good, as a problem (RFC 9457) with status 401 or 429. It is an answer and no error, because what
 * was tried has to be kept.
 */
export const refusal = problem.extend({
  state: z.literal('refused'),
  /** Only when there is something to wait for. */
  retryAfterSeconds: z.number().int().optional(),
})
export type Refusal = z.infer<typeof refusal>

/** Where the sign-in stands. The session itself is in a cookie that scripts cannot read. */
export const signInAnswer = z.discriminatedUnion('state', [
  z.object({
    state: z.literal('signed-in'),
    /** To be sent as `X-CSRF-Token` with everything that changes something. */
    csrf: z.string(),
    /** Nothing else works until the password has been changed. */
    mustChangePassword: z.boolean(),
  }),
  z.object({
    state: z.literal('second-factor'),
    /** For `/login/second-factor`, five minutes. */
    ticket: z.string(),
    ways: z.array(z.enum(['code', 'key', 'recovery'])),
    keyOptions: keyOptions.optional(),
  }),
  refusal,
])
export type SignInAnswer = z.infer<typeof signInAnswer>

const rights = z.partialRecord(z.enum(permissions), z.union([z.literal('all'), z.array(z.string())]))

export const sessionAnswer = z.object({
  user: z.object({
    id: z.string(),
    name: z.string(),
    displayName: z.string(),
    email: z.string(),
    language: z.enum(languages),
  }),
  tenant: z.string(),
  csrf: z.string(),
  mustChangePassword: z.boolean(),
  freshAt: z.string(),
  expiresAt: z.string(),
  roles: z.array(z.object({ role: z.enum(roles), group: z.string().optional() })),
  /** For which groups each right holds. */
  rights,
})

const subject = 'Sign-in'

export const signInRoutes = {
  signInWays: {
    method: 'GET',
    path: '/login/ways',
    needs: 'public',
    summary: 'How one can sign in here.',
    subject,
    perMinute: 60,
    query: z.object({ tenant: z.string().max(100).optional() }),
    answer: z.object({ providers: z.array(z.object({ id: z.string(), name: z.string(), start: z.string() })) }),
  },
  signIn: {
    method: 'POST',
    path: '/login',
    needs: 'public',
    summary: 'Sign in with name and password; sets the session cookie, or asks for a second factor.',
    subject,
    perMinute: 30,
    largestBody: 16_384,
    body: z.object({
      tenant: z.string().max(100).optional(),
      name: z.string().min(1).max(200),
      password: secret,
    }),
    answer: signInAnswer,
  },
  giveSecondFactor: {
    method: 'POST',
    path: '/login/second-factor',
    needs: 'public',
    summary: 'Finish a sign-in with a code of the app, a security key or a recovery code.',
    subject,
    perMinute: 30,
    largestBody: 65_536,
    body: z.discriminatedUnion('way', [
      z.object({ way: z.literal('code'), ticket: secret, code: z.string().min(6).max(10) }),
      z.object({ way: z.literal('recovery'), ticket: secret, code: z.string().min(1).max(40) }),
      z.object({ way: z.literal('key'), ticket: secret, key: keyAssertion }),
    ]),
    answer: signInAnswer,
  },
  startPasskey: {
    method: 'POST',
    path: '/login/passkey/options',
    needs: 'public',
    summary: 'Begin a sign-in with a passkey.',
    subject,
    perMinute: 30,
    body: z.object({ tenant: z.string().max(100).optional() }),
    answer: z.object({ ticket: z.string(), options: keyOptions }),
  },
  signInWithPasskey: {
    method: 'POST',
    path: '/login/passkey',
    needs: 'public',
    summary: 'Finish a sign-in with a passkey.',
    subject,
    perMinute: 30,
    largestBody: 65_536,
    body: z.object({ ticket: secret, key: keyAssertion }),
    answer: signInAnswer,
  },
  followLink: {
    method: 'POST',
    path: '/login/link',
    needs: 'public',
    summary: 'Set the password with the one-time link of an invitation or a reset. Sign in afterwards.',
    subject,
    perMinute: 30,
    largestBody: 16_384,
    body: z.object({ token: secret, password: secret }),
    answer: z.object({ name: z.string() }),
  },
  startOidc: {
    method: 'GET',
    path: '/login/oidc/:provider',
    needs: 'public',
    summary: 'Send the browser to the identity provider.',
    subject,
    perMinute: 30,
    params: z.object({ provider: z.uuid() }),
    raw: 'a redirect',
  },
  finishOidc: {
    method: 'GET',
    path: '/login/oidc/:provider/callback',
    needs: 'public',
    summary: 'Where the identity provider sends the browser back to.',
    subject,
    perMinute: 30,
    params: z.object({ provider: z.uuid() }),
    query: z.looseObject({
      code: z.string().max(4_096).optional(),
      state: z.string().max(500).optional(),
      iss: z.string().max(2_048).optional(),
      error: z.string().max(500).optional(),
      error_description: z.string().max(2_000).optional(),
    }),
    raw: 'a redirect to the console',
  },
  signOut: {
    method: 'POST',
    path: '/logout',
    needs: 'self',
    summary: 'End this session.',
    subject,
  },
  whoAmI: {
    method: 'GET',
    path: '/session',
    needs: 'self',
    summary: 'Who is signed in, with which rights.',
    subject,
    answer: sessionAnswer,
  },
  startConfirm: {
    method: 'POST',
    path: '/session/confirm/options',
    needs: 'self',
    summary: 'Begin to prove again, with a security key, who it is.',
    subject,
    answer: z.object({ ticket: z.string(), options: keyOptions }),
  },
  confirm: {
    method: 'POST',
    path: '/session/confirm',
    needs: 'self',
    summary: 'Prove again who it is; needed for what must not be done with a found open browser.',
    subject,
    perMinute: 30,
    largestBody: 65_536,
    body: z.discriminatedUnion('way', [
      z.object({ way: z.literal('password'), password: secret }),
      z.object({ way: z.literal('code'), code: z.string().min(6).max(10) }),
      z.object({ way: z.literal('key'), ticket: secret, key: keyAssertion }),
    ]),
    answer: z.discriminatedUnion('state', [z.object({ state: z.literal('done'), freshAt: z.string() }), refusal]),
  },
} as const satisfies RouteTable
