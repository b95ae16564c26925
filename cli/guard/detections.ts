import { randomUUID } from 'node:crypto'
import type { Ancestor, Detection, Examination, Response } from '../../model/index.ts'

export interface Noticed {
  readonly title: string
  readonly subject: Detection['subject']
  readonly chain: readonly Ancestor[]
  readonly examination: Examination
  readonly responses: readonly Response[]
  readonly at: Date
  readonly afterMs: number
}

/** What the guard did about something confirmed, or would have done. */
export function detectionOf({ title, subject, chain, examination, responses, at, afterMs }: Noticed): Detection {
  return {
    id: randomUUID(),
    at: at.toISOString(),
    verdict: 'confirmed',
    level: 'critical',
    title,
    because: examination.because,
    subject,
    chain: [...chain],
    findings: [],
    examination,
    families: examination.families,
    attack: examination.attack,
    responses: [...responses],
    afterMs,
  }
}
