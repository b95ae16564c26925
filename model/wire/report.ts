import { z } from 'zod'
import { plan } from '../action.ts'
import { detection, watchState } from '../events/detection.ts'
import { identifiedFact } from '../finding.ts'
import { actionState, run } from '../run.ts'
import { scan } from '../scan.ts'
import { handlings, orderStates, refusals } from './order.ts'

const time = z.iso.datetime()
const id = z.string().min(1).max(200)
const text = z.string().max(10_000)

/** Kinds of facts that make the inventory of a host. */
export const inventoryKinds = [
  'autostart',
  'login-key',
  'account',
  'sudo-rule',
  'listener',
  'kernel-module',
  'package',
  'container',
  'preload',
] as const
export type InventoryKind = (typeof inventoryKinds)[number]

/** What the agent itself costs and lost, over a period. */
export const agentHealth = z.object({
  periodSeconds: z.number().nonnegative(),
  cpuSeconds: z.number().nonnegative(),
  residentBytes: z.number().int().nonnegative(),
  anonymousBytes: z.number().int().nonnegative(),
  /** Of scans and runs that it started. */
  childrenCpuSeconds: z.number().nonnegative(),
  spool: z.object({ items: z.number().int(), bytes: z.number().int(), oldest: time.optional() }),
  /** What was dropped and why, counted since the agent's start: `spool-full`, `reconnect`, … */
  losses: z.record(z.string().max(100), z.number().int().nonnegative()),
  /** Version of the center's policy that is in force, and what the local policy took away from it. */
  policy: z.object({ version: z.number().int().nonnegative(), tightened: z.array(text).max(100) }),
  nextScan: time.optional(),
  /** Sensors and prevention; absent from agents that have none. */
  watch: watchState.optional(),
})
export type AgentHealth = z.infer<typeof agentHealth>

/** Longest list of processes in one report, and in what a center shows of it. */
export const mostProcesses = 1_000

/** A process as a host reports it when somebody asks which there are. Texts are cut by the host. */
export const reportedProcess = z.object({
  pid: z.number().int().nonnegative(),
  /** Clock ticks after boot: with the pid it names one process. */
  startTime: z.number().nonnegative(),
  parent: z.number().int().nonnegative(),
  user: z.string().max(100),
  command: z.string().max(1_000),
  executable: z.string().max(1_000).optional(),
  startedAt: time.optional(),
  /** Of one core. */
  cpuPercent: z.number().nonnegative(),
  residentBytes: z.number().int().nonnegative(),
  trust: z.string().max(40).optional(),
  container: z.string().max(100).optional(),
  /** Views of the host in which it does not appear. */
  hiddenFrom: z.array(z.string().max(60)).max(10).optional(),
})
export type ReportedProcess = z.infer<typeof reportedProcess>

/** One thing that a host tells its center. Each lies in the spool until the center has it on disk. */
export const report = z.discriminatedUnion('kind', [
  /** A scan with all that it found. `order`: the order that asked for it. */
  z.object({ kind: z.literal('scan'), id, order: z.uuid().optional(), scan }),
  /** What the host would do about an incident, for each handling; it keeps these plans. Findings have plans of their own. */
  z.object({
    kind: z.literal('plans'),
    scan: id,
    plans: z.array(z.object({ incident: id, finding: id.optional(), handling: z.enum(handlings), plan })).max(2_000),
  }),
  /**
   * A part of the inventory. `whole`: parts of one snapshot carry the same `snapshot`; after the one with `last` the
   * center takes what no part named as gone. Otherwise a change since the last report.
   */
  z.object({
    kind: z.literal('inventory'),
    snapshot: id.optional(),
    last: z.boolean(),
    present: z.array(identifiedFact).max(1_000),
    gone: z.array(z.object({ id, kind: z.enum(inventoryKinds) })).max(1_000),
  }),
  /** The processes that there are now, those that use most first. `total`: how many there are in truth. */
  z.object({
    kind: z.literal('processes'),
    total: z.number().int().nonnegative(),
    items: z.array(reportedProcess).max(mostProcesses),
  }),
  /** A run, whole: when it begins, when it ends, when it was proven or undone. */
  z.object({ kind: z.literal('run'), order: z.uuid().optional(), run }),
  /** One action of a run changed its state. */
  z.object({
    kind: z.literal('run-step'),
    order: z.uuid().optional(),
    run: id,
    plan: id,
    state: actionState,
    of: z.number().int(),
  }),
  /** All that lies in quarantine. */
  z.object({
    kind: z.literal('quarantine'),
    entries: z
      .array(
        z.object({
          id,
          sha256: z.string(),
          path: z.string(),
          size: z.number(),
          at: z.string(),
          run: z.string().optional(),
          reason: text,
        }),
      )
      .max(10_000),
  }),
  /** All addresses that are blocked now. */
  z.object({
    kind: z.literal('blocks'),
    way: z.enum(['nftables', 'iptables', 'none']),
    blocked: z
      .array(z.object({ address: z.string(), expiresAt: time, packets: z.number().int().optional() }))
      .max(10_000),
    /** So many more, because they are on lists of indicators. */
    listed: z.number().int().nonnegative().optional(),
  }),
  z.object({
    kind: z.literal('order'),
    order: z.uuid(),
    state: z.enum(orderStates),
    refusal: z.enum(refusals).optional(),
    reason: text.optional(),
    run: id.optional(),
    scan: id.optional(),
  }),
  /** Something was noticed as it happened; again with the same id when more became known, or something was done about it. */
  z.object({ kind: z.literal('detection'), detection }),
  z.object({ kind: z.literal('health'), health: agentHealth }),
  /** Somebody touched the agent: its files, unit, process or clock. */
  z.object({ kind: z.literal('tampering'), what: z.string().max(100), detail: text }),
])
export type Report = z.infer<typeof report>
export type ReportKind = Report['kind']

/** A report in its place in the spool of one agent. */
export const spooled = z.object({
  /** 1, 2, 3 … without holes within one spool. */
  sequence: z.number().int().positive(),
  /** When it happened, by the host's clock. */
  at: time,
  report,
})
export type Spooled = z.infer<typeof spooled>
