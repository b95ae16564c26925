import { z } from 'zod'
import { responseKinds } from '../model/index.ts'
import type { EvidenceFact } from './alert-document.ts'

const program = z.object({
  pid: z.number().optional(),
  name: z.string().optional(),
  path: z.string().optional(),
  command: z.string().optional(),
})

/** What a SIEM has use for of something that was noticed as it happened. */
const detectionDocument = z.object({
  subject: program.extend({
    kind: z.string(),
    user: z.string().optional(),
    sha256: z.string().optional(),
    address: z.string().optional(),
    port: z.number().optional(),
  }),
  chain: z.array(program),
  responses: z.array(
    z.object({ kind: z.enum(responseKinds), outcome: z.enum(['done', 'failed', 'would', 'refused']) }),
  ),
})
export type DetectionDocument = z.infer<typeof detectionDocument>

export function detectionOf(body: unknown): DetectionDocument | undefined {
  return detectionDocument.safeParse(body).data
}

/** The subject as a fact of a scan would name it. */
export function subjectFact({ subject: { kind, ...subject } }: DetectionDocument): EvidenceFact {
  if (kind === 'load') return { kind: 'process', ...subject }
  return { kind: kind === 'connection' ? 'socket' : kind, ...subject }
}

export interface Disposition {
  /** `Denied`: it never began; `Modified`: something was done about it; `Observed`. OCSF 1.5, profile security_control. */
  readonly action: readonly [number, string]
  readonly disposition: readonly [number, string]
}

const modified = [4, 'Modified'] as const
const observed = [3, 'Observed'] as const

/** What became of it, the most telling first. */
const dispositions: readonly (readonly [DetectionDocument['responses'][number]['kind'], Disposition])[] = [
  ['prevented', { action: [2, 'Denied'], disposition: [2, 'Blocked'] }],
  ['clean', { action: modified, disposition: [11, 'Corrected'] }],
  ['quarantine-file', { action: modified, disposition: [3, 'Quarantined'] }],
  ['kill-process', { action: modified, disposition: [2, 'Blocked'] }],
  ['block-address', { action: modified, disposition: [2, 'Blocked'] }],
  ['disarm-autostart', { action: modified, disposition: [12, 'Partially Corrected'] }],
]

export function dispositionOf({ responses }: DetectionDocument): Disposition {
  const done = dispositions.find(([kind]) => responses.some(one => one.kind === kind && one.outcome === 'done'))
  if (done !== undefined) return done[1]
  const failed = responses.some(one => one.outcome === 'failed')
  return { action: observed, disposition: failed ? [13, 'Uncorrected'] : [15, 'Detected'] }
}
