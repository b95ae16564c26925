import { z } from 'zod'
import { preventionState, watchState } from '../events/detection.ts'
import { alertLevels } from './alerts.ts'
import { pageOf, paging } from './paging.ts'
import type { RouteTable } from './route.ts'

const time = z.iso.datetime()

/** What became of a detection on its host; one may have several. `told`: nothing was to be done, people decide. */
export const detectionOutcomes = [
  'prevented',
  'ended',
  'cleaned',
  'quarantined',
  'disarmed',
  'blocked',
  'would',
  'refused',
  'failed',
  'told',
] as const
export type DetectionOutcome = (typeof detectionOutcomes)[number]

export const subjectKinds = ['process', 'file', 'autostart', 'connection', 'login', 'load'] as const

export const detectionObject = z.object({
  id: z.uuid(),
  host: z.object({ id: z.uuid(), name: z.string(), group: z.uuid() }),
  /** The agent's id of it. */
  origin: z.uuid(),
  /** When it happened, by the host's clock. */
  at: time,
  /** When the center heard of it first. */
  receivedAt: time,
  verdict: z.enum(['confirmed', 'suspected']),
  level: z.enum(alertLevels),
  title: z.string(),
  subject: z.object({
    kind: z.enum(subjectKinds),
    pid: z.number().optional(),
    path: z.string().optional(),
    command: z.string().optional(),
    user: z.string().optional(),
    sha256: z.string().optional(),
    address: z.string().optional(),
  }),
  families: z.array(z.string()),
  attack: z.array(z.string()),
  outcomes: z.array(z.enum(detectionOutcomes)),
  /** The alert that tells people of it. */
  alert: z.uuid().optional(),
})
export type DetectionObject = z.infer<typeof detectionObject>

const detectionFilter = z.object({
  host: z.uuid().optional(),
  group: z.uuid().optional(),
  verdict: z.enum(['confirmed', 'suspected']).optional(),
  outcome: z.enum(detectionOutcomes).optional(),
  subject: z.enum(subjectKinds).optional(),
  /** This level or worse. */
  atLeast: z.enum(alertLevels).optional(),
  alert: z.uuid().optional(),
  /** By when the center heard of it. */
  since: time.optional(),
  until: time.optional(),
  /** In title, path, command, address, account or host name. */
  text: z.string().max(200).optional(),
})

const count = z.number().int()
export const detectionSums = z.object({
  /** All of them. */
  seen: count,
  confirmed: count,
  ...(Object.fromEntries(detectionOutcomes.map(one => [one, count])) as Record<DetectionOutcome, typeof count>),
})
export type DetectionSums = z.infer<typeof detectionSums>

/** What is wrong with how a host watches. */
export const watchTroubles = [
  /** A sensor that should listen does not. */
  'stands-still',
  /** A sensor lost events since the report before. */
  'loses',
  /** A sensor listens with less than the best that it has. */
  'weaker',
  /** Prevention is less than what was asked. */
  'less-prevention',
] as const
export type WatchTrouble = (typeof watchTroubles)[number]

export const watchModes = ['off', 'observe', 'block'] as const

/** Sensors and prevention of one host, as its agent last reported them. */
export const watchingHost = z.object({
  host: z.object({ id: z.uuid(), name: z.string(), group: z.uuid() }),
  online: z.boolean(),
  /** Absent: its agent has not reported any sensors. */
  watch: watchState.optional(),
  reportedAt: time.optional(),
  troubles: z.array(z.enum(watchTroubles)),
})
export type WatchingHost = z.infer<typeof watchingHost>

export const detectionRoutes = {
  listDetections: {
    method: 'GET',
    path: '/detections',
    needs: 'alerts:read',
    subject: 'Detections',
    summary: 'What agents noticed as it happened and what was done about it at once, newest first.',
    query: detectionFilter.extend(paging),
    answer: pageOf(detectionObject),
  },
  detectionCounts: {
    method: 'GET',
    path: '/detections/counts',
    needs: 'alerts:read',
    subject: 'Detections',
    summary: 'How many there were and what became of them: altogether, by the hour, and of the hosts with most.',
    query: z.object({
      group: z.uuid().optional(),
      host: z.uuid().optional(),
      /** From the beginning of the hour in which this lies; absent: 24 hours ago. At most 90 days back. */
      since: time.optional(),
    }),
    answer: z.object({
      since: time,
      sums: detectionSums,
      hours: z.array(z.object({ hour: time, sums: detectionSums })),
      /** At most 20. */
      hosts: z.array(z.object({ host: z.object({ id: z.uuid(), name: z.string() }), sums: detectionSums })),
    }),
  },
  getDetection: {
    method: 'GET',
    path: '/detections/:detection',
    needs: 'alerts:read',
    subject: 'Detections',
    summary: 'One detection with its chain of processes, findings, examination and responses, as the host sent it.',
    params: z.object({ detection: z.uuid() }),
    answer: detectionObject.extend({
      /** `Detection` of model/events/detection.ts. */
      evidence: z.unknown(),
    }),
  },
  listWatch: {
    method: 'GET',
    path: '/watch',
    needs: 'hosts:read',
    subject: 'Sensors',
    summary: 'How hosts watch: sensors with their source, events and losses, and how prevention stands. By name.',
    query: z.object({
      group: z.uuid().optional(),
      /** `none`: hosts whose agent has reported no sensors. */
      mode: z.enum([...watchModes, 'none']).optional(),
      trouble: z.enum(watchTroubles).optional(),
      /** In the name of the host. */
      text: z.string().max(200).optional(),
      ...paging,
    }),
    answer: pageOf(watchingHost),
  },
  watchCounts: {
    method: 'GET',
    path: '/watch/counts',
    needs: 'hosts:read',
    subject: 'Sensors',
    summary: 'How many hosts are in each mode of prevention, and how many have which trouble with it.',
    query: z.object({ group: z.uuid().optional() }),
    answer: z.object({
      modes: z.object({ off: count, observe: count, block: count, none: count }),
      troubles: z.object({ 'stands-still': count, loses: count, weaker: count, 'less-prevention': count }),
      /** Since the agents' start, all together. */
      prevention: preventionState.pick({
        asked: true,
        allowed: true,
        denied: true,
        late: true,
        killed: true,
        wouldHave: true,
      }),
    }),
  },
  getHostWatch: {
    method: 'GET',
    path: '/hosts/:host/watch',
    needs: 'hosts:read',
    subject: 'Sensors',
    summary: 'Sensors and prevention of one host, as its agent last reported them.',
    params: z.object({ host: z.uuid() }),
    answer: watchingHost,
  },
} as const satisfies RouteTable
