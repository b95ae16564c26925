import { z } from 'zod'
import type { RouteTable } from './route.ts'

/** What a person could do next, the most pressing first. */
export const nextSteps = [
  'handle-confirmed',
  'rebuild-host',
  'finish-cleanup',
  'approve-orders',
  'look-at-tampered',
  'handle-suspected',
  'let-hosts-in',
  'look-at-offline',
  'scan-hosts',
  'close-exposure',
  'add-second-factor',
  'add-channel',
  'add-host',
] as const

export const overviewRoutes = {
  overview: {
    method: 'GET',
    path: '/overview',
    needs: 'hosts:read',
    subject: 'Hosts',
    summary:
      'What to do next, and which suspected processes use how much of the processors; of hosts that the caller may see.',
    query: z.object({ group: z.uuid().optional() }),
    answer: z.object({
      /** Only those with something to do, and that the caller may do. */
      next: z.array(z.object({ step: z.enum(nextSteps), count: z.number().int() })),
      /** Processes of open alerts, those that use most first; at most 10. */
      suspects: z.array(
        z.object({
          host: z.object({ id: z.uuid(), name: z.string() }),
          alert: z.uuid(),
          title: z.string(),
          command: z.string(),
          /** Of one core. */
          cpuPercent: z.number(),
          at: z.iso.datetime(),
        }),
      ),
      /** Hosts that have an agent which is away, the longest first; at most 10. */
      offline: z.array(
        z.object({
          id: z.uuid(),
          name: z.string(),
          since: z.iso.datetime().optional(),
          reason: z.string().optional(),
        }),
      ),
    }),
  },
} as const satisfies RouteTable
