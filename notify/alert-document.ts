import { z } from 'zod'
import { detectionOf, subjectFact } from './detection-document.ts'

/** An alert for machines: `document` of a notice that is about one. */
export const alertDocument = z.object({
  alert: z.string(),
  /** What just happened to it. */
  activity: z.enum(['created', 'updated', 'closed']),
  /** open, handling, handled, ignored, allowed. */
  status: z.string(),
  /** Why it is closed: `gone`, `terminate`, `ignore` … */
  handledAs: z.string().optional(),
  verdict: z.string().optional(),
  about: z.string().optional(),
  firstSeen: z.string().optional(),
  lastSeen: z.string().optional(),
  seenTimes: z.number().optional(),
  hashes: z.array(z.string()).optional(),
  /** The incident, finding or detection as the host sent it. */
  body: z.unknown().optional(),
})
export type AlertDocument = z.infer<typeof alertDocument>

/** What of a fact is of use to a SIEM; everything else is left where it is. */
const evidenceFact = z.object({
  kind: z.string(),
  path: z.string().optional(),
  sha256: z.string().optional(),
  size: z.number().optional(),
  pid: z.number().optional(),
  name: z.string().optional(),
  command: z.string().optional(),
  user: z.string().optional(),
  uid: z.number().optional(),
  startedAt: z.string().optional(),
  address: z.string().optional(),
  port: z.number().optional(),
  mechanism: z.string().optional(),
  fingerprint: z.string().optional(),
})
export type EvidenceFact = z.infer<typeof evidenceFact>

const mostFacts = 50

export function documentOf(value: unknown): AlertDocument | undefined {
  return alertDocument.safeParse(value).data
}

/** Facts of an incident (`members`), of a finding (`fact`) or the subject of a detection; what does not look like a fact is left out. */
export function evidenceOf(document: AlertDocument | undefined): EvidenceFact[] {
  const detection = detectionOf(document?.body)
  if (detection !== undefined) return [subjectFact(detection)]
  const body = z
    .object({ members: z.array(z.unknown()).optional(), fact: z.unknown().optional() })
    .safeParse(document?.body).data
  const facts = [...(body?.members ?? []), ...(body?.fact === undefined ? [] : [body.fact])]
  return facts.slice(0, mostFacts).flatMap(one => evidenceFact.safeParse(one).data ?? [])
}
