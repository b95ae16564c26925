import { z } from 'zod'
import { languages } from './person.ts'
import type { RouteTable } from './route.ts'
import { keyOptions, keyRegistration, refusal } from './sign-in.ts'

const secret = z.string().min(1).max(1_024)
const subject = 'Own account'
/** Ten minutes: what an open browser left alone must not allow. */
const freshLogin = 600

export const shownSession = z.object({
  id: z.string(),
  /** The one that asks. */
  current: z.boolean(),
  method: z.enum(['password', 'passkey', 'oidc', 'link']),
  secondFactor: z.boolean(),
  address: z.string(),
  client: z.string(),
  createdAt: z.string(),
  lastUsed: z.string(),
  expiresAt: z.string(),
})
export type ShownSession = z.infer<typeof shownSession>

export const shownKey = z.object({
  id: z.string(),
  name: z.string(),
  /** May sign in without a password. */
  passkey: z.boolean(),
  createdAt: z.string(),
  lastUsed: z.string().optional(),
})

const key = z.object({ key: z.string().regex(/^[A-Za-z0-9_-]{1,1024}$/) })

export const profileRoutes = {
  changeProfile: {
    method: 'PATCH',
    path: '/profile',
    needs: 'self',
    summary: 'Change the own name, address or language.',
    subject,
    body: z.strictObject({
      displayName: z.string().max(200).optional(),
      email: z.union([z.email().max(254), z.literal('')]).optional(),
      language: z.enum(languages).optional(),
    }),
  },
  changePassword: {
    method: 'PUT',
    path: '/profile/password',
    needs: 'self',
    summary: 'Change the own password; all other sessions end.',
    subject,
    perMinute: 30,
    largestBody: 16_384,
    body: z.strictObject({ old: secret, new: secret }),
    answer: z.discriminatedUnion('state', [z.object({ state: z.literal('done') }), refusal]),
  },
  listOwnSessions: {
    method: 'GET',
    path: '/sessions',
    needs: 'self',
    summary: 'Where one is signed in.',
    subject,
    answer: z.object({ items: z.array(shownSession) }),
  },
  endOwnSession: {
    method: 'DELETE',
    path: '/sessions/:session',
    needs: 'self',
    summary: 'End one of the own sessions.',
    subject,
    params: z.object({ session: z.uuid() }),
  },
  endOtherSessions: {
    method: 'DELETE',
    path: '/sessions',
    needs: 'self',
    summary: 'End all own sessions but this one.',
    subject,
    answer: z.object({ ended: z.number().int() }),
  },
  showSecondFactors: {
    method: 'GET',
    path: '/profile/second-factors',
    needs: 'self',
    summary: 'The own second factors.',
    subject,
    answer: z.object({ code: z.boolean(), keys: z.array(shownKey), recoveryCodesLeft: z.number().int() }),
  },
  startCodes: {
    method: 'POST',
    path: '/profile/codes',
    needs: 'self',
    summary: 'Begin with codes of an app (TOTP, RFC 6238); in force once a code was shown.',
    subject,
    freshLogin,
    answer: z.object({
      /** For a QR code. */
      url: z.string(),
      /** To be typed by hand. */
      secret: z.string(),
    }),
  },
  confirmCodes: {
    method: 'POST',
    path: '/profile/codes/confirm',
    needs: 'self',
    summary: 'Show the first code; gives recovery codes, once.',
    subject,
    freshLogin,
    perMinute: 30,
    body: z.strictObject({ code: z.string().min(6).max(10) }),
    answer: z.object({ recoveryCodes: z.array(z.string()) }),
  },
  stopCodes: {
    method: 'DELETE',
    path: '/profile/codes',
    needs: 'self',
    summary: 'No longer use codes of an app.',
    subject,
    freshLogin,
  },
  renewRecoveryCodes: {
    method: 'POST',
    path: '/profile/recovery-codes',
    needs: 'self',
    summary: 'New recovery codes; the old ones stop working.',
    subject,
    freshLogin,
    answer: z.object({ recoveryCodes: z.array(z.string()) }),
  },
  startKey: {
    method: 'POST',
    path: '/profile/keys/options',
    needs: 'self',
    summary: 'Begin to register a security key or passkey.',
    subject,
    freshLogin,
    answer: z.object({ ticket: z.string(), options: keyOptions }),
  },
  addKey: {
    method: 'POST',
    path: '/profile/keys',
    needs: 'self',
    summary: 'Register a security key or passkey; gives recovery codes with the first one.',
    subject,
    freshLogin,
    status: 201,
    largestBody: 131_072,
    body: z.strictObject({ ticket: secret, name: z.string().min(1).max(100), key: keyRegistration }),
    answer: z.object({ key: shownKey, recoveryCodes: z.array(z.string()).optional() }),
  },
  removeKey: {
    method: 'DELETE',
    path: '/profile/keys/:key',
    needs: 'self',
    summary: 'Remove a security key.',
    subject,
    freshLogin,
    params: key,
  },
} as const satisfies RouteTable
