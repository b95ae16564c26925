import type { AgentConfig } from '../model/wire/index.ts'
import type { AgentOptions } from './agent-options.ts'
import type { Hello } from './connection/dialogue.ts'
import { hostData } from './host-data.ts'
import { readIdentity, type StoredIdentity, writeIdentity } from './identity.ts'
import type { AgentFolders, Worker } from './ports.ts'
import { renewalDue, renewed } from './renewal.ts'
import type { Spool } from './spool.ts'

export interface MembershipParts {
  readonly options: Pick<AgentOptions, 'program' | 'replaceable'>
  readonly folders: AgentFolders
  readonly startedAt: string
  config(): AgentConfig
  log(line: string): void
}

/** Who this agent is for its center, and what it says when they meet. */
export class Membership {
  readonly #parts: MembershipParts
  #identity: StoredIdentity | undefined
  /** What the last `hello` said that it can do. */
  #announced: readonly string[] = []

  constructor(parts: MembershipParts) {
    this.#parts = parts
    this.#identity = this.#ownIdentity()
  }

  /** Undefined while it works alone. */
  get identity(): StoredIdentity | undefined {
    return this.#identity
  }

  hello(worker: Worker, spool: Spool, policyVersion: number): Hello {
    const { options, startedAt } = this.#parts
    this.#announced = this.#capabilities(worker)
    return {
      type: 'hello',
      protocol: 1,
      program: options.program.slice(0, 40),
      capabilities: [...this.#announced],
      ...hostData(),
      startedAt,
      clock: new Date().toISOString(),
      spool: spool.id,
      policyVersion,
      orderSequence: worker.orderSequence(),
    }
  }

  /** It can do other things than those that it said. */
  saysOtherwise(worker: Worker): boolean {
    return this.#capabilities(worker).join() !== this.#announced.join()
  }

  /** Whether there is a new certificate now. Throws with a plain message when none could be had; the old one stays. */
  async renewIfDue(): Promise<boolean> {
    const identity = this.#identity
    if (identity === undefined || !renewalDue(identity, Date.now())) return false
    this.#identity = await renewed(identity)
    writeIdentity(this.#parts.folders, this.#identity)
    return true
  }

  /** `upgrade:allowed`: the owner of the host lets the center replace the program, and it can be done. */
  #capabilities(worker: Worker): readonly string[] {
    const { upgrade, orders } = this.#parts.config()
    const allowed = upgrade && orders.accept.includes('upgrade') && this.#parts.options.replaceable?.() === true
    return [...worker.capabilities, ...(allowed ? ['upgrade:allowed'] : [])]
  }

  /** Both must name the same center: what root wrote in `agent.yml`, and whom this host joined. */
  #ownIdentity(): StoredIdentity | undefined {
    const { folders, config, log } = this.#parts
    const identity = readIdentity(folders)
    const { center } = config()
    if (center === undefined) {
      if (identity !== undefined) log('agent.yml names no center, so this agent works alone')
      return undefined
    }
    if (identity === undefined) log(`this host has not joined ${center} yet: davylamp agent join …`)
    else if (new URL(center).origin === identity.center) return identity
    else log(`agent.yml names ${center}, but this host joined ${identity.center}. Join again, or correct agent.yml`)
    return undefined
  }
}
