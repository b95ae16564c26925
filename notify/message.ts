import { z } from 'zod'

export const languages = ['en', 'zh', 'ja', 'id'] as const
export type Language = (typeof languages)[number]

/** What people are told, before a template makes words of it. Texts come from hosts: hostile. */
export const notice = z.object({
  id: z.string(),
  what: z.enum([
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
  ]),
  level: z.enum(['informational', 'low', 'medium', 'high', 'critical']),
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
  /** For machines: the whole alert as OCSF or webhook receivers get it. */
  document: z.unknown().optional(),
})
export type Notice = z.infer<typeof notice>
