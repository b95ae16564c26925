import { z } from 'zod'
import { levels } from '../model/index.ts'

export const languages = ['en', 'zh', 'ja', 'id'] as const
export type Language = (typeof languages)[number]

export const reasons = [
  'alert',
  'alert-gone',
  'clean-done',
  'clean-left',
  'approval-wanted',
  'order-refused',
  'agent-offline',
  'agents-offline',
  'agent-back',
  'agent-tampered',
  'digest',
  'escalation',
  'test',
] as const
export type Reason = (typeof reasons)[number]

const level = z.enum(levels)

/** What people are told, before a template makes words of it. Texts come from hosts: hostile. */
export const notice = z.object({
  /** The same thing told twice has the same id, so that receivers can drop doubles. */
  id: z.string(),
  what: z.enum(reasons),
  level,
  /** ISO 8601. */
  at: z.string(),
  /** Absent for a whole fleet. */
  host: z.object({ id: z.string(), name: z.string(), group: z.string().optional() }).optional(),
  title: z.string(),
  /** One sentence each. */
  lines: z.array(z.string()),
  families: z.array(z.string()),
  attack: z.array(z.string()),
  /** Where to look: the page of the console. */
  link: z.string().optional(),
  /** The alert's type and the rule, for routing and for a SIEM. */
  type: z.string().optional(),
  rule: z.string().optional(),
  /** For machines: the alert (alert-document.ts), as OCSF or webhook receivers get it. */
  document: z.unknown().optional(),
  /** Of a digest: how many notices it stands for, and the most important of them. */
  digest: z
    .object({
      count: z.number().int(),
      members: z.array(z.object({ what: z.enum(reasons), level, host: z.string().optional(), title: z.string() })),
    })
    .optional(),
})
export type Notice = z.infer<typeof notice>
export type Level = Notice['level']
