import { z } from 'zod'
import type { RouteTable } from './route.ts'

/** What can change while people look. Who gets it: who may read such things, and only of hosts in their groups. */
export const liveKinds = [
  'alert',
  'campaign',
  'detection',
  'host',
  'group',
  'agent',
  'enrolment',
  'order',
  'task',
  'run',
  'scan',
  'quarantine',
  'block',
  'policy',
  'rules',
  'allowlist',
  'notification',
  /** How far a host is with what it was asked; the id is that of the host, the detail `{ what, done, total, bytes?, perSecond?, secondsLeft?, order? }`. */
  'progress',
] as const
export type LiveKind = (typeof liveKinds)[number]

/** The data of the event `changed`: something with this id is new, different or gone. What it is now says the API. */
export const liveChange = z
  .object({
    what: z.enum(liveKinds),
    id: z.string().max(200).meta({ example: '01968c2f-7d2a-7c3e-9d53-0a1b2c3d4e5f' }),
    at: z.iso.datetime(),
    /** Only of some kinds, and small: the progress of a scan or a run. */
    detail: z.unknown().optional(),
  })
  .meta({ id: 'LiveChange' })
export type LiveChange = z.infer<typeof liveChange>

/** All events of the stream, by their `event:` field. Comments (`: still here`) come every 15 seconds. */
export const liveEvent = z.discriminatedUnion('event', [
  /** The first of every stream. With `Last-Event-ID` or without: nothing is kept for those who were away, so look at everything again. */
  z.object({
    event: z.literal('look-again'),
    data: z.object({ why: z.enum(['connected', 'too-much', 'maybe-missed']) }),
  }),
  z.object({ event: z.literal('changed'), data: liveChange }),
  /** The last of a stream that the center ends. `signed-out`: do not come back without signing in. */
  z.object({ event: z.literal('end'), data: z.object({ why: z.enum(['signed-out', 'closing']) }) }),
])
export type LiveEvent = z.infer<typeof liveEvent>

const what = z
  .array(z.enum(liveKinds))
  .max(liveKinds.length)
  .optional()
  .meta({ description: 'Only these kinds; without it, all.', example: ['alert', 'run'] })

export const liveRoutes = {
  live: {
    method: 'GET',
    path: '/live',
    needs: 'self',
    subject: 'Live view',
    summary:
      'Server-sent events about everything that changes and that you may see. A new stream, also one with Last-Event-ID, begins with ' +
      'look-again: events wake up, they are not a log.',
    query: z.object({ what }),
    raw: 'text/event-stream',
    perMinute: 60,
  },
} as const satisfies RouteTable
