import { z } from 'zod'
import { pageOf, paging } from './paging.ts'
import type { RouteTable } from './route.ts'

export const auditEntry = z.object({
  sequence: z.number().int().positive(),
  at: z.string(),
  actor: z.object({ kind: z.enum(['user', 'token', 'nobody', 'center', 'offline']), id: z.string(), name: z.string() }),
  address: z.string(),
  /** What was done: `user.create`, `login.failed` … */
  action: z.string(),
  object: z.object({ kind: z.string(), id: z.string() }),
  detail: z.unknown(),
  /** Id of the request, as in the log; empty outside of the API. */
  request: z.string(),
  /** SHA-256, hex, over the RFC 8785 form of the entry with the hash of the one before. */
  hash: z.string(),
})
export type AuditEntry = z.infer<typeof auditEntry>

/** The last entry: whoever keeps it elsewhere notices when the log is cut or written anew. */
export const auditHead = z.object({
  sequence: z.number().int().nonnegative(),
  hash: z.string(),
  at: z.string().optional(),
})
export type AuditHead = z.infer<typeof auditHead>

export const auditVerdict = z.object({
  ok: z.boolean(),
  entries: z.number().int(),
  head: auditHead,
  /** The first entry that is wrong, and how. */
  brokenAt: z.number().int().optional(),
  reason: z.string().optional(),
})
export type AuditVerdict = z.infer<typeof auditVerdict>

const subject = 'Audit log'

export const auditRoutes = {
  listAudit: {
    method: 'GET',
    path: '/audit',
    needs: 'audit:read',
    summary: 'Who did what, newest first. Who may read it for some groups only sees own entries.',
    subject,
    query: z.object({
      ...paging,
      actor: z.string().max(200).optional(),
      /** Beginning of the action: `user.` */
      action: z.string().max(100).optional(),
      objectKind: z.string().max(100).optional(),
      objectId: z.string().max(200).optional(),
      from: z.iso.datetime().optional(),
      to: z.iso.datetime().optional(),
    }),
    answer: pageOf(auditEntry),
  },
  verifyAudit: {
    method: 'POST',
    path: '/audit/verify',
    needs: 'audit:read',
    summary: 'Compute all hashes again; also against heads that were kept elsewhere.',
    subject,
    perMinute: 6,
    body: z.strictObject({ heads: z.array(auditHead).max(1_000).default([]) }),
    answer: auditVerdict,
  },
  auditHead: {
    method: 'GET',
    path: '/audit/head',
    needs: 'audit:read',
    summary: 'The last entry, to be kept elsewhere.',
    subject,
    answer: auditHead,
  },
} as const satisfies RouteTable
