import { z } from 'zod'
import { levels } from '../finding.ts'
import { pageOf, paging } from './paging.ts'
import type { RouteTable } from './route.ts'

export const ruleObject = z.object({
  id: z.string(),
  title: z.string(),
  description: z.string(),
  level: z.enum(levels),
  /** Kind of fact that it judges. */
  about: z.string(),
  class: z.string(),
  attack: z.array(z.string()),
  families: z.array(z.string()),
  /** `davylamp`: comes with the program. Otherwise the name of the pack that was uploaded here. */
  source: z.string(),
  /** Alerts of the last 30 days that it had a part in, of hosts that the caller may see. */
  alerts: z.number().int(),
})
export type RuleObject = z.infer<typeof ruleObject>

export const ruleRoutes = {
  listRules: {
    method: 'GET',
    path: '/rules',
    needs: 'alerts:read',
    subject: 'Rules',
    summary: 'All rules that hosts are judged by: those of the program and those of packs.',
    query: z.object({
      text: z.string().max(200).optional(),
      level: z.enum(levels).optional(),
      about: z.string().max(60).optional(),
      attack: z.string().max(20).optional(),
      source: z.string().max(100).optional(),
      ...paging,
    }),
    answer: pageOf(ruleObject),
  },
  getRule: {
    method: 'GET',
    path: '/rules/:rule',
    needs: 'alerts:read',
    subject: 'Rules',
    summary: 'One rule with its text (Sigma), what else looks like it, and its cases.',
    params: z.object({ rule: z.string().min(1).max(200) }),
    answer: ruleObject.extend({
      falsePositives: z.array(z.string()),
      references: z.array(z.string()),
      /** The document, YAML. */
      text: z.string(),
      cases: z.array(z.object({ name: z.string(), matches: z.boolean() })),
    }),
  },
} as const satisfies RouteTable
