import type { Report } from '../model/wire/index.ts'
import { oneLine } from './connection/https.ts'
import { messageOf } from './own-files.ts'
import type { OwnRecord } from './own-record.ts'
import type { Spool } from './spool.ts'

export interface OutboxParts {
  readonly record: OwnRecord
  readonly spool: Spool
  /** There is a center that wants to hear it. */
  hasCenter(): boolean
  /** Something new lies in the spool. */
  pump(): void
  log(line: string): void
}

/** Takes the agent's reports: into its own record, and into the spool if there is anybody to tell. */
export class Outbox {
  readonly #parts: OutboxParts

  constructor(parts: OutboxParts) {
    this.#parts = parts
  }

  /** Its sequence, or 0. What cannot be kept is counted and said: nothing that the agent does on the host waits for a disk that is full. */
  put(report: Report): number {
    const { record, spool, hasCenter, pump, log } = this.#parts
    record.notice(report)
    if (!hasCenter()) return 0
    try {
      const sequence = spool.append(report)
      pump()
      return sequence
    } catch (error) {
      spool.countLoss(`not-kept:${report.kind}`)
      log(`a report (${report.kind}) could not be kept: ${oneLine(messageOf(error))}`)
      return 0
    }
  }
}
