import type { CenterPolicy, SignedOrder } from '../../model/wire/index.ts'
import type { Db } from '../context.ts'

/**
 * What the gateway (connections, identities, presence) asks of the parts behind it. Topics of the bus that it hears:
 * - `orders`, `what: 'agent'`, `id`: agent id → asks `OrderDesk.waiting` if this node holds that agent. Orders that no message told
 *   of are found by a look every 15 s.
 * - `policy`, `what: 'agent' | 'group' | 'tenant'`, `id` of it → asks `Policies.of` again for the agents that it holds there.
 * - `presence`: its own (connected, revoked).
 */

/** Who an agent is: from its certificate and its row, never from what it says. */
export interface AgentIdentity {
  readonly tenant: string
  readonly agent: string
  readonly host: string
  /** When it connected; may have changed since. */
  readonly group: string
}

export interface Rejected {
  readonly sequence: number
  readonly reason: string
}

/** center/ingest implements it. */
export interface Ingest {
  /**
   * Before the welcome of each connection: remembers which spool the agent has (a new one begins at 0).
   * Gives how far that spool is stored.
   */
  hello(agent: AgentIdentity, spool: string): Promise<{ readonly acknowledged: number }>
  /**
   * Stores a batch and commits. `items` are whatever the agent sent (at most 200, each at most `largestReport` bytes is for
   * ingest to check); for each agent the gateway calls it one at a time on one node, yet two nodes may overlap for a moment.
   * `spool` is that of the hello. Throws when nothing could be stored (the store is away, a conflict): the agent then is told to
   * wait and sends the same again.
   */
  reports(
    agent: AgentIdentity,
    spool: string,
    items: readonly unknown[],
  ): Promise<{ readonly through: number; readonly rejected: readonly Rejected[] }>
}

/** center/orders implements it. */
export interface OrderDesk {
  /**
   * Orders to hand to that agent now, oldest first, signed with the next sequence. Each that is given counts as sent; it stays
   * unanswered until a report of kind `order` comes. `again`: the connection is new, so those that were sent and not yet answered
   * are given too, with the same envelope.
   */
  waiting(agent: AgentIdentity, again: boolean): AsyncIterable<SignedOrder>
}

/** center/fetched implements it. */
export interface SentFiles {
  /** Throws `ProblemError` 409 unless that agent has an order that wants a file and has not ended. Asked before any byte is read. */
  wanted(agent: AgentIdentity, order: string): Promise<void>
  part(agent: AgentIdentity, order: string, number: number, bytes: Buffer): Promise<void>
  /** Throws `ProblemError` 409 when it is not the file that was ordered; then nothing of it is kept. */
  end(agent: AgentIdentity, order: string, parts: number): Promise<void>
}

export interface RulePack {
  readonly name: string
  readonly version: number
  readonly sha256: string
}

/** What an agent shall do on its own. center/gateway/policies.ts has the plain one: that of the group or its nearest parent. */
export interface Policies {
  of(agent: AgentIdentity): Promise<{ readonly policy: CenterPolicy; readonly packs: readonly RulePack[] }>
  /** The YAML of a pack that this agent is to have; `undefined` when it is not for this agent. */
  pack(agent: AgentIdentity, sha256: string): Promise<Buffer | undefined>
}

export const offlineReasons = [
  'shutdown',
  'restart',
  'upgrade',
  'uninstall',
  'revoked',
  'certificate-ended',
  'clock-wrong',
  'center-gone',
  'group-network',
  'host-or-network',
] as const
export type OfflineReason = (typeof offlineReasons)[number]

export interface Silent {
  readonly agent: AgentIdentity
  readonly hostname: string
  readonly since: Date
  readonly reason: OfflineReason
}

/** Tells people that agents are silent, and that they are back. center/gateway/alarms.ts: alerts `about = 'agent'`. */
export interface Alarms {
  offline(db: Db, silent: Silent, at: Date): Promise<void>
  /** Many at once are one alarm. `group`: all of that group. Those that fall silent soon after join the one that is open. */
  silence(db: Db, silent: readonly Silent[], group: string | undefined, at: Date): Promise<void>
  /** Does nothing for one that was not alarmed about. */
  back(db: Db, agent: AgentIdentity, at: Date): Promise<void>
}
