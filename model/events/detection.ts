import { z } from 'zod'
import { indicatorMatch, contentMatch } from '../facts/matches.ts'
import { ownership, time } from '../facts/shared.ts'
import { findingClasses, levels } from '../finding.ts'
import { ancestor, hostEvent, sensorStatus } from './index.ts'

/** A rule matched an event, or several in a span of time. */
export const eventFinding = z.object({
  rule: z.object({ id: z.string(), title: z.string() }),
  level: z.enum(levels),
  class: z.enum(findingClasses),
  specific: z.enum(['mining', 'concealment']).optional(),
  conclusive: z.boolean(),
  attack: z.array(z.string()),
  families: z.array(z.string()),
  /** One plain sentence about this host. */
  because: z.string(),
  /** The event, or the last of those that were counted. */
  event: hostEvent,
})
export type EventFinding = z.infer<typeof eventFinding>

/** What a closer look at a process, a program or a file said. */
export const examination = z.object({
  /** `unknown`: it had ended, or could not be read. */
  verdict: z.enum(['confirmed', 'suspected', 'harmless', 'unknown']),
  /** One sentence each; of a harmless one why it is. */
  because: z.array(z.string()),
  path: z.string().optional(),
  sha256: z.string().optional(),
  ownership: ownership.optional(),
  package: z.string().optional(),
  /** Of its executable or the file, and of its memory. */
  matches: z.array(contentMatch),
  memoryMatches: z.array(contentMatch),
  miningSession: z.string().optional(),
  miningAccount: z.string().optional(),
  indicators: z.array(indicatorMatch),
  families: z.array(z.string()),
  attack: z.array(z.string()),
})
export type Examination = z.infer<typeof examination>

export const responseKinds = [
  'prevented',
  'kill-process',
  'block-address',
  'disarm-autostart',
  'quarantine-file',
  'clean',
] as const

/** What was done at once about a detection, or would have been. */
export const response = z.object({
  kind: z.enum(responseKinds),
  at: time,
  /** `would`: observing only, a dry run, or a limit; `detail` says which. */
  outcome: z.enum(['done', 'failed', 'would', 'refused']),
  detail: z.string(),
  /** The run whose journal takes it back. A start that was prevented has none: nothing was changed. */
  run: z.string().optional(),
  /** Milliseconds from the event until it was done. */
  afterMs: z.number().optional(),
})
export type Response = z.infer<typeof response>
export type ResponseKind = Response['kind']

/** Something that was noticed as it happened. */
export const detection = z.object({
  id: z.uuid(),
  at: time,
  verdict: z.enum(['confirmed', 'suspected']),
  level: z.enum(levels),
  title: z.string(),
  because: z.array(z.string()),
  subject: z.object({
    kind: z.enum(['process', 'file', 'autostart', 'connection', 'login', 'load']),
    pid: z.number().optional(),
    /** Clock ticks after boot. */
    startTime: z.number().optional(),
    path: z.string().optional(),
    command: z.string().optional(),
    user: z.string().optional(),
    container: z.string().optional(),
    cgroup: z.string().optional(),
    sha256: z.string().optional(),
    address: z.string().optional(),
    port: z.number().optional(),
    account: z.string().optional(),
  }),
  /** Nearest first: what started it, what started that … */
  chain: z.array(ancestor),
  findings: z.array(eventFinding).max(50),
  examination: examination.optional(),
  families: z.array(z.string()),
  attack: z.array(z.string()),
  responses: z.array(response),
  /** Milliseconds from the first event until it was told. */
  afterMs: z.number(),
})
export type Detection = z.infer<typeof detection>

/** How prevention stands: for `status`, the center and Prometheus. Counts are since the agent's start. */
export const preventionState = z.object({
  mode: z.enum(['off', 'observe', 'block']),
  /** Why it is less than what was asked. */
  problem: z.string().optional(),
  asked: z.number(),
  allowed: z.number(),
  denied: z.number(),
  late: z.number(),
  killed: z.number(),
  wouldHave: z.number(),
})
export type PreventionState = z.infer<typeof preventionState>

/** Senses of an agent as they are now. */
export const watchState = z.object({
  sensors: z.array(sensorStatus),
  prevention: preventionState,
  detections: z.number(),
})
export type WatchState = z.infer<typeof watchState>
