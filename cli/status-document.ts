import { z } from 'zod'
import { detection, watchState } from '../model/index.ts'

const text = z.string()
const counts = z.record(z.string(), z.number())
const partCost = z.object({
  processes: z.number(),
  /** Of one core, over the last seconds or minute. */
  cpuPercent: z.number(),
  cpuSeconds: z.number(),
  residentBytes: z.number(),
  anonymousBytes: z.number(),
})

/** What `davylamp status --json` prints. What the agent did not tell, or never ran to tell, is absent. */
export const statusDocument = z.object({
  format: z.literal('davylamp-status'),
  version: z.literal(1),
  running: z.boolean(),
  /** What somebody should do something about; the exit status is 30 then. */
  problems: z.array(text),
  /** What is worth knowing. */
  notes: z.array(text),
  /** When the agent wrote the rest down. */
  at: text.optional(),
  program: text.optional(),
  pid: z.number().optional(),
  startedAt: text.optional(),
  agent: text.optional(),
  center: text.optional(),
  certificateEndsAt: text.optional(),
  /** SHA-256 of this host's public key, in hex. */
  keyFingerprint: text.optional(),
  connection: z
    .object({
      state: z.enum(['connecting', 'connected', 'waiting', 'stopped']),
      way: z.enum(['websocket', 'https']),
      since: text.optional(),
      last: z.object({ why: text, detail: text, at: text }).optional(),
      nextTryAt: text.optional(),
      clockAheadSeconds: z.number().optional(),
    })
    .optional(),
  doing: text.optional(),
  nextScan: text.optional(),
  lastScan: z
    .object({
      startedAt: text,
      durationMs: z.number(),
      mode: text,
      verdict: text,
      incidents: z.number(),
      gaps: z.number(),
      rules: text,
    })
    .optional(),
  spool: z.object({ items: z.number(), bytes: z.number(), oldest: text.optional() }).optional(),
  /** Reports that were dropped since the agent's start, by reason. */
  losses: counts.optional(),
  policy: z.object({ version: z.number(), tightened: z.array(text) }).optional(),
  watch: watchState.optional(),
  /** Rules over events. */
  rules: z.object({ count: z.number(), version: text }).optional(),
  cost: z.object({ agent: partCost, guard: partCost, work: partCost }).optional(),
  /** The last ten, newest last. */
  tampering: z.array(z.object({ at: text, what: text, detail: text })).optional(),
  tamperingCount: z.number().optional(),
  /** Of the last day, newest last; at most a thousand. */
  detections: z.array(detection),
})
export type StatusDocument = z.infer<typeof statusDocument>
