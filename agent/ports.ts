import type { ExecEvent } from '../model/index.ts'
import type { AgentConfig, AgentFrame, AgentHealth, CenterPolicy, OrderKind, Report } from '../model/wire/index.ts'
import type { LogFields } from './log.ts'

// Measured: loading model/wire/index.ts costs the process 39 MiB of RSS, 22 MiB of it anonymous, and the whole agent may
// have 80 and 30. So everything that this process loads imports from `model/`, `engine/` and the like types only; what
// needs their code (schemas, scans, plans, orders' checks) runs in a child that ends.

/** Where the agent keeps its own things: `STATE/agent`, mode 0700. */
export interface AgentFolders {
  /** The state folder of all commands, `/var/lib/davylamp`. */
  readonly state: string
  /** `STATE/agent`: identity, spool, schedule, orders. */
  readonly own: string
  /** `STATE/agent/packs`: rule packs of the center, `SHA256.yml`; whoever reads them treats them as foreign rules. */
  readonly packs: string
  /** `STATE/agent/config.json`: the checked local policy as JSON, for children. */
  readonly config: string
}

/** Who this agent is; absent as long as it works alone. */
export interface Identity {
  readonly agent: string
  /** `https://host:port`. */
  readonly center: string
  /** SHA-256 of the DER of the center's CA, hex. */
  readonly authority: string
  /** SubjectPublicKeyInfo, base64 DER. */
  readonly orderKeys: readonly { readonly key: string; readonly publicKey: string }[]
}

/** How far something is that takes a while. `total` 0: nobody knows of how many. */
export type Progress = Omit<Extract<AgentFrame, { type: 'progress' }>, 'type'>

/** What the worker is given. All of it may be called at any time; nothing of it waits for the center. */
export interface WorkerSurroundings {
  readonly folders: AgentFolders
  /** The launcher to start children with; in a checkout and in the package alike. */
  readonly launcher: string
  /** The local policy as it is now. */
  config(): AgentConfig
  /** The center's policy, tightened by the local one, as it is now. */
  policy(): CenterPolicy
  identity(): Identity | undefined
  /** Into the spool, on the disk when it returns. Size and schema are the caller's business. Returns its sequence. */
  report(report: Report): number
  /** Shown live if somebody is connected, lost otherwise. */
  progress(progress: Progress): void
  /**
   * Replaces the program: fetches, checks signature, hash and version, unpacks beside, switches. Throws `ReleaseRefused`
   * with a plain message (refusal `bad-release`). After it returned the process ends by itself and the new program starts;
   * `finished` of the upgrade (order done or failed) is reported by whoever runs then.
   */
  upgrade(order: { order: string; version: string; sha256: string }): Promise<void>
  /** So long the end of the agent waits for a change that is under way. 0: it is left to finish by itself. */
  readonly patienceMs: number
  /** The order whose upgrade is being tried out by this very start: neither done nor failed yet, so `start` leaves it alone. */
  pendingUpgrade(): string | undefined
  /** A line for the log. Nothing secret, nothing unescaped from the host. */
  log(line: string, fields?: LogFields): void
}

/** A job was stopped on request, or because the agent ends. */
export class JobStopped extends Error {
  override readonly name = 'JobStopped'
}

/**
 * Looks at the host and changes it; made by `agent/work/` as `makeWorker(surroundings): Worker`. The agent calls one of
 * the jobs (look, inventory, kept, laterLooks, carryOut) at a time. A job reports through `report` and throws only when
 * it could not be done at all; the agent logs that and goes on. `signal`: the agent ends or somebody cancelled; a scan
 * stops, a run is left to finish by its child or is resumed at the next start.
 */
export interface Worker {
  /** Order kinds, scan modes (`scan:quick`) and features for `hello`. */
  readonly capabilities: readonly string[]
  /** Once, before anything else: unfinished runs and orders, a stop without goodbye. Returns the orders to carry out, oldest first. */
  start(): Promise<readonly string[]>
  /** A scheduled scan: reports `scan`, `plans` and what of the inventory changed. The answer is for people without a center. */
  look(mode: 'quick' | 'full', signal: AbortSignal): Promise<LookResult>
  /** `whole`: a snapshot from nothing, because the center or the spool lost parts. */
  inventory(whole: boolean, signal: AbortSignal): Promise<void>
  /** Quarantine and blocked addresses, as they are now. */
  kept(signal: AbortSignal): Promise<void>
  /** A run that the agent began by itself has ended: it is reported, and looked at again later. */
  ran(run: string, signal: AbortSignal): Promise<void>
  /** When the next later look of some run is due; undefined: none. Cheap. */
  nextLaterLook(): Date | undefined
  /** Does those that are due. */
  laterLooks(signal: AbortSignal): Promise<void>
  /**
   * An order came in, unchecked (a child checks it; at most largestFrame bytes). It is judged, written down and reported (`accepted`, `refused`, or again the state it already has) before this
   * returns; `cancel` is done here. Returns the order's id when there is something to carry out, which the agent then queues.
   */
  take(order: unknown): Promise<string | undefined>
  /** Where the center is, so that nobody cuts this host off from it. */
  centerAddresses(): Promise<readonly string[]>
  /** Whether it may take hours and can be stopped and begun again at any moment. */
  takesLong(order: string): boolean
  carryOut(order: string, signal: AbortSignal): Promise<void>
  /** How the upgrade of an order ended, which only the program that runs afterwards knows: into the ledger, and reported. */
  upgradeEnded(order: string, ended: { state: 'done' } | { state: 'failed'; reason: string }): void
  /** Largest order sequence taken, for `hello`. */
  orderSequence(): number
  /** Processor and memory of this process and its children since the last call. */
  cost(): Pick<AgentHealth, 'periodSeconds' | 'cpuSeconds' | 'residentBytes' | 'anonymousBytes' | 'childrenCpuSeconds'>
  /** Looks whether somebody touched the agent and reports it. Called every few minutes. */
  checkTampering(): Promise<void>
  /** A program was started: what was aimed at the agent is remembered, so that the next agent can tell what killed this one. Never throws, and takes microseconds. */
  noteExec(event: ExecEvent): void
  /** What is known of a signal that ends the agent, for people. */
  signalWords(signal: string): string
  /** An agent's own, agreed change (renewed certificate, upgrade, join) is no tampering: look anew and remember. */
  rememberOwnFiles(): Promise<void>
  /** Children are told to end, those that change the host are left to finish. Returns when all is written down. */
  stop(): Promise<void>
}

/** What a scan found, in words for a notice. */
export interface LookResult {
  readonly verdict: 'clean' | 'exposure' | 'suspected' | 'confirmed'
  readonly incidents: readonly {
    readonly id: string
    readonly verdict: 'exposure' | 'suspected' | 'confirmed'
    readonly title: string
    readonly lines: readonly string[]
  }[]
}

/** Tells people when there is no center; made from `notify/`. Never throws. */
export interface Teller {
  tell(host: string, result: LookResult): Promise<void>
}

export type { OrderKind }
