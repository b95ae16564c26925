import { z } from 'zod'
import type { RouteTable } from './route.ts'

/** One center process that works on the store. */
export const healthNode = z.object({
  id: z.string(),
  name: z.string(),
  startedAt: z.iso.datetime(),
  lastSeen: z.iso.datetime(),
  /** Heard of within the last 30 seconds. */
  alive: z.boolean(),
})

/** What waits, and for how long the oldest has. */
export const healthQueue = z.object({
  name: z.enum(['orders-waiting-approval', 'orders-queued', 'orders-unanswered', 'deliveries', 'enrolments']),
  length: z.number().int(),
  oldestSeconds: z.number().optional(),
})

/** How the center itself is. Counts are those of the caller's tenant; the store is shared by all. */
export const health = z
  .object({
    at: z.iso.datetime(),
    node: z.string(),
    program: z.string(),
    uptimeSeconds: z.number(),
    memoryBytes: z.number().int(),
    /** How late this process is with its own work, 99th percentile of the last minute. */
    eventLoopLagMs: z.number(),
    store: z.object({
      version: z.string(),
      sizeBytes: z.number().int(),
      answeredInMs: z.number(),
      connections: z.number().int(),
      migration: z.number().int().optional(),
      largest: z.array(z.object({ table: z.string(), sizeBytes: z.number().int() })),
    }),
    bus: z.object({ ok: z.boolean(), answeredInMs: z.number().optional() }),
    nodes: z.array(healthNode),
    queues: z.array(healthQueue),
    agents: z.object({
      online: z.number().int(),
      offline: z.number().int(),
      pending: z.number().int(),
      revoked: z.number().int(),
      /** Certificates that end within 14 days. */
      certificatesEndingSoon: z.number().int(),
      tampered: z.number().int(),
    }),
    /** Reports that could not be stored, last 24 hours. */
    deadLetters: z.number().int(),
    liveStreams: z.number().int(),
    /** In plain words; empty: nothing is wrong. */
    troubles: z.array(z.string()),
  })
  .meta({ id: 'Health' })
export type Health = z.infer<typeof health>

export const healthRoutes = {
  getHealth: {
    method: 'GET',
    path: '/health',
    needs: 'health:read',
    subject: 'Health of the center',
    summary: 'How the center is: its store, queues, processes and agents, with what is wrong in plain words.',
    answer: health,
    perMinute: 120,
  },
} as const satisfies RouteTable
