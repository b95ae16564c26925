import { z } from 'zod'
import { indicatorMatch } from '../facts/matches.ts'
import { ownership, time } from '../facts/shared.ts'

/** One of the processes above another, nearest first, as it was when that one began; it may have ended. */
export const ancestor = z.object({
  pid: z.number(),
  startTime: z.number().optional(),
  name: z.string().optional(),
  path: z.string().optional(),
  command: z.string().optional(),
})
export type Ancestor = z.infer<typeof ancestor>

const process = {
  pid: z.number(),
  /** Clock ticks after boot: with the pid it names one process and no later one. */
  startTime: z.number().optional(),
  name: z.string().optional(),
  path: z.string().optional(),
  command: z.string().optional(),
  user: z.string().optional(),
  uid: z.number().optional(),
  /** Id of the container that holds it. */
  container: z.string().optional(),
}

/** A program was started (execve(2)). What the process had ended too soon to tell is missing. */
export const execEvent = z.object({
  kind: z.literal('exec'),
  at: time,
  ...process,
  pid: z.number(),
  parentPid: z.number().optional(),
  /** What was asked for, as it was written: the script, where `path` is its interpreter. */
  file: z.string().optional(),
  argv: z.array(z.string()),
  command: z.string(),
  cwd: z.string().optional(),
  exeDeleted: z.boolean(),
  /** The executable is a memfd. */
  exeInMemory: z.boolean(),
  cgroup: z.string().optional(),
  ancestors: z.array(ancestor),
  ownership: ownership.optional(),
  package: z.string().optional(),
  sha256: z.string().optional(),
  indicators: z.array(indicatorMatch).optional(),
})
export type ExecEvent = z.infer<typeof execEvent>

/** A connection appeared or ended, or was there for another while. */
export const connectionEvent = z.object({
  kind: z.literal('connection'),
  at: time,
  change: z.enum(['opened', 'kept', 'closed']),
  ...process,
  pid: z.number().optional(),
  protocol: z.enum(['tcp', 'udp']),
  localAddress: z.string(),
  localPort: z.number(),
  /** The remote end. */
  address: z.string(),
  port: z.number(),
  /** `loopback`, `private`, `link-local`, `public`. */
  scope: z.string(),
  bytesSent: z.number().optional(),
  bytesReceived: z.number().optional(),
  sentPerMinute: z.number().optional(),
  receivedPerMinute: z.number().optional(),
  /** For how long it has been there. */
  seconds: z.number().optional(),
  serverName: z.string().optional(),
  /** Of the program that holds it. */
  ownership: ownership.optional(),
  indicators: z.array(indicatorMatch).optional(),
})
export type ConnectionEvent = z.infer<typeof connectionEvent>

/** A file in a place that starts programs, lets people in or hides things was changed. */
export const fileChangeEvent = z.object({
  kind: z.literal('file-change'),
  at: time,
  path: z.string(),
  pathBytes: z.string().optional(),
  change: z.enum(['written', 'created', 'moved-in', 'moved-out', 'deleted', 'attributes']),
  /** Who changed it, where the kernel tells. */
  by: z.object(process).optional(),
})
export type FileChangeEvent = z.infer<typeof fileChangeEvent>

/** What a process, or all of a cgroup together, has taken of the processor; told while it is remarkable. */
export const loadEvent = z.object({
  kind: z.literal('load'),
  at: time,
  ...process,
  /** Absent for a cgroup whose processes come and go. */
  pid: z.number().optional(),
  cgroup: z.string().optional(),
  /** Percent of one core since it was last looked at. */
  cpuPercent: z.number(),
  /** Seconds of processor time since it was first seen. */
  cpuSeconds: z.number(),
  /** Seconds in which it was above the threshold, all together: pauses in between do not undo them. */
  busySeconds: z.number(),
  /** Seconds for which it has been followed. */
  seenSeconds: z.number(),
  /** How often it went from idle to busy. */
  bursts: z.number(),
  /** Busy while nobody was at a terminal, idle while somebody was. */
  shy: z.boolean(),
  /** Connections beyond this host that it held when it was last looked at. */
  connections: z.number().optional(),
  sentPerMinute: z.number().optional(),
  /** Of the program. */
  ownership: ownership.optional(),
})
export type LoadEvent = z.infer<typeof loadEvent>

/** Somebody tried to log in from outside. */
export const loginEvent = z.object({
  kind: z.literal('login'),
  at: time,
  succeeded: z.boolean(),
  service: z.string(),
  account: z.string().optional(),
  /** The account exists on this host. */
  known: z.boolean().optional(),
  address: z.string().optional(),
  /** Of the other end. */
  port: z.number().optional(),
  method: z.string().optional(),
})
export type LoginEvent = z.infer<typeof loginEvent>

/** Every kind of event with its schema: the one list of them. */
export const eventSchemas = {
  exec: execEvent,
  connection: connectionEvent,
  'file-change': fileChangeEvent,
  load: loadEvent,
  login: loginEvent,
} as const

/** One thing that happened on a host. */
export const hostEvent = z.discriminatedUnion('kind', [
  execEvent,
  connectionEvent,
  fileChangeEvent,
  loadEvent,
  loginEvent,
])
export type HostEvent = z.infer<typeof hostEvent>

export const sensorNames = ['exec', 'connections', 'files', 'load', 'logins', 'gate'] as const
export type SensorName = (typeof sensorNames)[number]

/** How a sensor stands: for `status`, the center and Prometheus. */
export const sensorStatus = z.object({
  name: z.enum(sensorNames),
  /** What it listens with: `tracepoint`, `process-connector`, `polling` …; `off` when it does not. */
  source: z.string(),
  since: time,
  events: z.number(),
  /** What happened and was not told: events, or for some sources times at which an unknown number was lost. */
  lost: z.number(),
  /** Why a better source is not used, or it stands still. */
  problem: z.string().optional(),
})
export type SensorStatus = z.infer<typeof sensorStatus>
