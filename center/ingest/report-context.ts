import type { BusMessage, Center, Db } from '../context.ts'
import type { AgentIdentity } from '../gateway/ports.ts'

/** What storing one report needs besides the report. */
export interface ReportContext {
  readonly db: Db
  readonly center: Center
  readonly agent: AgentIdentity
  readonly tenant: string
  readonly host: ReportingHost
  /** When it happened, by the host's clock as far as that can be true. */
  readonly at: Date
  /** The center's clock, the same for a whole batch. */
  readonly now: Date
  /** For the live view, sent after the commit. */
  tell(what: BusMessage['what'], id: string): void
}

/** The row as it was when the batch began. */
export interface ReportingHost {
  readonly id: string
  readonly group: string
  readonly tags: readonly string[]
  readonly lastScan: string | undefined
  readonly openAlerts: number
}

/** A host's clock may be wrong or a lie: a time that cannot be true is when the report came. */
export function trueTime(text: string, now: Date): Date {
  const at = new Date(text)
  const time = at.getTime()
  const dayMs = 86_400_000
  return Number.isNaN(time) || time < Date.UTC(2020, 0, 1) || time > now.getTime() + dayMs ? now : at
}
