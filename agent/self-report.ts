import type { WatchState } from '../model/index.ts'
import type { AgentHealth } from '../model/wire/index.ts'
import type { AgentOptions } from './agent-options.ts'
import type { ConnectionState } from './connection/connection.ts'
import type { Duties } from './duties.ts'
import type { StoredIdentity } from './identity.ts'
import { messageOf } from './own-files.ts'
import type { OwnRecord } from './own-record.ts'
import type { PolicyInForce } from './policy.ts'
import type { AgentFolders, Worker } from './ports.ts'
import type { Spool } from './spool.ts'
import { type AgentStatus, statusOf, writeStatus } from './status.ts'
import type { Watching } from './watch/watching.ts'

export interface SelfReportParts {
  readonly options: Pick<AgentOptions, 'program' | 'tellService'>
  readonly folders: AgentFolders
  readonly startedAt: string
  readonly spool: Spool
  readonly worker: Worker
  readonly duties: Duties
  readonly record: OwnRecord
  identity(): StoredIdentity | undefined
  connection(): ConnectionState | undefined
  watching(): Pick<Watching, 'state' | 'rules' | 'lost'> | undefined
  policy(): PolicyInForce
  log(line: string): void
}

/** Whoever looks wants to see what is now. */
const statusMs = 10_000

/** How the agent is, as it tells it to systemd, to `davylamp status` and to the center. */
export class SelfReport {
  readonly #parts: SelfReportParts
  #writtenAt = Number.NEGATIVE_INFINITY

  constructor(parts: SelfReportParts) {
    this.#parts = parts
  }

  /** For systemd. */
  tell(state: 'ready' | 'alive'): void {
    this.#parts.options.tellService?.(state, this.#words())
  }

  write(running: boolean): void {
    this.#writtenAt = performance.now()
    try {
      writeStatus(this.#parts.folders, this.status(running))
    } catch (error) {
      this.#parts.log(`the status could not be written: ${messageOf(error)}`)
    }
  }

  writeIfOld(): void {
    if (performance.now() - this.#writtenAt >= statusMs) this.write(true)
  }

  status(running: boolean): AgentStatus {
    const { options, startedAt, identity, connection, duties, spool, watching, record, policy } = this.#parts
    const inForce = policy()
    return statusOf({
      program: options.program,
      startedAt,
      running,
      identity: identity(),
      connection: connection(),
      doing: duties.doing,
      nextScan: duties.nextScan(),
      spool: spool.state(),
      losses: this.#losses(),
      policy: { version: inForce.policy.version, tightened: inForce.tightened },
      ...this.#watchState(),
      rules: watching()?.rules(),
      own: record.state(),
    })
  }

  health(): AgentHealth {
    const { duties, worker, spool } = this.#parts
    const { policy, tightened } = this.#parts.policy()
    const nextScan = duties.nextScan()?.toISOString()
    return {
      ...worker.cost(),
      spool: spool.state(),
      losses: this.#losses(),
      policy: { version: policy.version, tightened: [...tightened] },
      ...(nextScan === undefined ? {} : { nextScan }),
      ...this.#watchState(),
    }
  }

  #words(): string {
    const { doing } = this.#parts.duties
    const at = this.#parts.connection()
    const line =
      at === undefined ? 'works alone' : at.state === 'connected' ? `connected (${at.way})` : 'center not reached'
    return doing === undefined ? line : `${line}; ${doing}`
  }

  #watchState(): { readonly watch?: WatchState } {
    const watch = this.#parts.watching()?.state()
    return watch === undefined ? {} : { watch }
  }

  #losses(): Readonly<Record<string, number>> {
    const { losses } = this.#parts.spool
    const lost = this.#parts.watching()?.lost ?? 0
    return lost === 0 ? losses : { ...losses, 'not-kept:detections': lost }
  }
}
