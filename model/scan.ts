import { z } from 'zod'
import { finding } from './finding.ts'
import { gap } from './gap.ts'
import { incident } from './incident.ts'
import { noticed } from './noticed.ts'

/** The one document that `davylamp scan --json` prints. */
export const scan = z.object({
  format: z.literal('davylamp-scan'),
  version: z.literal(1),
  program: z.string(),
  target: z.object({
    root: z.string(),
    live: z.boolean(),
    hostname: z.string().optional(),
    system: z.string().optional(),
  }),
  /** `full` and `custom` (named paths) also read the contents of all local files, or of those paths. */
  mode: z.enum(['quick', 'observe', 'full', 'custom']),
  startedAt: z.string(),
  durationMs: z.number(),
  rules: z.object({ count: z.number(), version: z.string() }),
  facts: z.record(z.string(), z.number()),
  /** Files whose contents were read (`full` and `custom`); `cached` of them had not changed since an earlier scan read them. */
  contents: z.object({ files: z.number(), bytes: z.number(), seconds: z.number(), cached: z.number() }).optional(),
  verdict: z.enum(['nothing', 'exposure', 'suspected', 'confirmed']),
  gaps: z.array(gap),
  findings: z.array(finding),
  incidents: z.array(incident),
  /** What was noticed in the last days and belongs to no incident of this scan, newest first; absent where there is nothing. */
  noticed: z.array(noticed).optional(),
  /** Something speaks against the kernel of this host: its answers prove nothing, and the disk has to be looked at from elsewhere. */
  offlineScan: z.object({ because: z.array(z.string()), how: z.string() }).optional(),
})
export type Scan = z.infer<typeof scan>

/** An entry of the allowlist. Every field that is given must agree. */
export const allowEntry = z.object({
  id: z.string(),
  sha256: z.string().optional(),
  path: z.string().optional(),
  user: z.string().optional(),
  package: z.string().optional(),
  rule: z.string().optional(),
  fingerprint: z.string().optional(),
  reason: z.string(),
  author: z.string(),
  created: z.string(),
  /** RFC 3339, or `never`. */
  expires: z.string(),
})
export type AllowEntry = z.infer<typeof allowEntry>
