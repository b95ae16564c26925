import { z } from 'zod'
import { fact } from './facts/index.ts'

export const levels = ['informational', 'low', 'medium', 'high', 'critical'] as const
export const findingClasses = [
  'execution',
  'persistence',
  'content',
  'network',
  'concealment',
  'access',
  'weakening',
] as const

/** A fact together with its stable id: the hash of what names it on its host (no pid, no time). */
export const identifiedFact = fact.and(z.object({ id: z.string() }))
export type IdentifiedFact = z.infer<typeof identifiedFact>

/** Somebody said that this is meant to be so. It is still shown. */
export const allowance = z.object({ id: z.string(), reason: z.string(), author: z.string(), expires: z.string() })

/** One rule matched one fact. */
export const finding = z.object({
  /** Stable: hash of rule id and fact id. */
  id: z.string(),
  rule: z.object({ id: z.string(), title: z.string() }),
  level: z.enum(levels),
  class: z.enum(findingClasses),
  /** What it is specific to; a confirmed verdict without a conclusive finding needs one such. */
  specific: z.enum(['mining', 'concealment']).optional(),
  /** Enough for `confirmed` on its own: stratum spoken, a miner's content running, a known hash. */
  conclusive: z.boolean(),
  /** ATT&CK technique ids, as `T1053.003`. */
  attack: z.array(z.string()),
  families: z.array(z.string()),
  /** One plain sentence about this host. */
  because: z.string(),
  fact: identifiedFact,
  /** The fact that was linked when the rule matched. */
  linked: z.object({ as: z.string(), id: z.string() }).optional(),
  allowed: allowance.optional(),
})
export type Finding = z.infer<typeof finding>
export type Level = Finding['level']
export type FindingClass = Finding['class']
