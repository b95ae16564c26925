import { z } from 'zod'
import { signedOrder } from './order.ts'
import { centerPolicy } from './policy.ts'

/** Grows when an agent of the version before could no longer be understood; a center serves this one and the one before. */
export const protocolVersion = 1
export const oldestProtocol = 1

/** What an agent can do, so that nobody orders what it cannot. Names of order kinds, scan modes and features. */
export const capability = z.string().regex(/^[a-z0-9:-]{1,60}$/)

/**
 * Agent → center, as JSON text messages of the WebSocket `wss://CENTER/agent/v1/connect`. The reports themselves are
 * checked one by one (`spooled` in report.ts), so that one that is wrong does not spoil the others.
 */
export const agentFrame = z.discriminatedUnion('type', [
  /** First on each connection. */
  z.object({
    type: z.literal('hello'),
    protocol: z.number().int(),
    program: z.string().max(40),
    capabilities: z.array(capability).max(200),
    hostname: z.string().max(253),
    /** `/etc/os-release` PRETTY_NAME and `uname -r`, `uname -m`. */
    system: z.string().max(200),
    kernel: z.string().max(200),
    architecture: z.string().max(40),
    /** /etc/machine-id, hashed: tells a cloned host from a renamed one. */
    machine: z.string().max(64),
    boot: z.string().max(64),
    addresses: z.array(z.string().max(64)).max(64),
    startedAt: z.iso.datetime(),
    clock: z.iso.datetime(),
    /** Names the spool: a new one begins again at 1. */
    spool: z.uuid(),
    policyVersion: z.number().int().nonnegative(),
    /** Largest order sequence taken. */
    orderSequence: z.number().int().nonnegative(),
  }),
  z.object({ type: z.literal('reports'), items: z.array(z.unknown()).min(1).max(200) }),
  /** How far a long task is; shown live, never stored. `total` 0: nobody knows of how many. */
  z.object({
    type: z.literal('progress'),
    order: z.uuid().optional(),
    what: z.string().max(300),
    done: z.number().nonnegative(),
    total: z.number().nonnegative(),
    /** Of a reading of contents, whose `done` and `total` are files: what was read, and how fast it goes by now. */
    bytes: z.number().nonnegative().optional(),
    perSecond: z.number().nonnegative().optional(),
    secondsLeft: z.number().nonnegative().optional(),
  }),
  /** Takes leave: the reason is shown instead of "offline". */
  z.object({ type: z.literal('goodbye'), reason: z.enum(['shutdown', 'restart', 'upgrade', 'uninstall']) }),
])
export type AgentFrame = z.infer<typeof agentFrame>

/** Center → agent. */
export const centerFrame = z.discriminatedUnion('type', [
  z.object({
    type: z.literal('welcome'),
    protocol: z.number().int(),
    clock: z.iso.datetime(),
    /** All up to here is on the center's disk, so the spool may forget it. */
    acknowledged: z.number().int().nonnegative(),
    pingSeconds: z.number(),
    /** After losing the connection, wait a random time up to this. */
    reconnectSpreadSeconds: z.number(),
  }),
  /** Committed to PostgreSQL. `rejected` ones were put aside with a reason; they too may be forgotten. */
  z.object({
    type: z.literal('acknowledged'),
    through: z.number().int().nonnegative(),
    rejected: z.array(z.object({ sequence: z.number().int(), reason: z.string().max(1_000) })).max(200),
  }),
  z.object({ type: z.literal('order'), order: signedOrder }),
  z.object({ type: z.literal('policy'), policy: centerPolicy }),
  /** A rule pack to fetch from `GET /agent/v1/packs/SHA256`. */
  z.object({
    type: z.literal('rules'),
    packs: z.array(z.object({ name: z.string().max(100), version: z.number().int(), sha256: z.string().max(64) })),
  }),
  /** Slower, please: send nothing for so long. */
  z.object({ type: z.literal('wait'), seconds: z.number() }),
  z.object({
    type: z.literal('goodbye'),
    reason: z.enum(['restart', 'replaced', 'revoked', 'pending', 'unknown-protocol', 'misbehaved']),
    detail: z.string().max(1_000).optional(),
    reconnectAfterSeconds: z.number().optional(),
  }),
])
export type CenterFrame = z.infer<typeof centerFrame>

/** Largest single message, either way, in bytes; larger ones end the connection. */
export const largestFrame = 8 * 1_048_576
/** Largest single report, in bytes of JSON. */
export const largestReport = 4 * 1_048_576
