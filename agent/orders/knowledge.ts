import type { Plan } from '../../model/index.ts'
import type { AgentConfig, OrderState } from '../../model/wire/index.ts'
import type { KeptPlan, KnownIncident } from './known.ts'

/** What a host knows of itself when it judges an order. Everything is the host's own; nothing of it comes from the center. */
export interface HostKnowledge {
  readonly agent: string
  /** Pinned at enrolment. */
  readonly orderKeys: readonly { readonly key: string; readonly publicKey: string }[]
  readonly now: Date
  /** Minutes after midnight in the host's time zone. */
  readonly minuteOfDay: number
  readonly lastSequence: number
  hasNonce(nonce: string): boolean
  approvalUsed(use: string): boolean
  readonly policy: AgentConfig['orders']
  readonly mayUpgrade: boolean
  /** As `clean`, `scan:quick`. */
  readonly capabilities: readonly string[]
  /** Orders that wait or are being carried out. */
  readonly waiting: number
  incident(id: string): KnownIncident | undefined
  keptFor(plan: string): readonly KeptPlan[]
  plan(id: string): Plan | undefined
  /** `ordered`: by this center; `local`: by people on the host; undefined: there is none. */
  run(id: string): 'ordered' | 'local' | undefined
  entry(id: string): KnownEntry | undefined
  /** Blocked by an order of this center. */
  blockedByCenter(address: string): boolean
  order(id: string): OrderState | undefined
  /** Follows links above a path. */
  resolve(path: string): string
}

/** What lies in quarantine. */
export interface KnownEntry {
  readonly sha256: string
  readonly why: string
  readonly size: number
  readonly path: string
  readonly run: string
}
