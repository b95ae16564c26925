import type { Report } from '../model/wire/index.ts'
import { type OwnCost, CostMeter } from './own-cost.ts'
import { detectionLine, type Log } from './log.ts'
import { isRecord, messageOf, readJson } from './own-files.ts'
import { type SeenTampering, TamperLog } from './tamper-log.ts'

type Scan = Extract<Report, { kind: 'scan' }>['scan']

/** How the last scan of the agent ended, scheduled or ordered. */
export interface LastScan extends Pick<Scan, 'startedAt' | 'durationMs' | 'mode' | 'verdict'> {
  readonly incidents: number
  readonly gaps: number
  readonly rules: string
}

/** What the agent knows of itself, for its status. */
export interface OwnState {
  readonly lastScan?: LastScan
  readonly cost: OwnCost
  /** At most ten, newest last. */
  readonly tampering: readonly SeenTampering[]
  /** Since the agent's start. */
  readonly tamperingCount: number
}

/** Keeps of the agent's own reports what its status shows. */
export class OwnRecord {
  readonly #tampering: TamperLog
  readonly #cost = new CostMeter()
  readonly #log: Log
  #lastScan: LastScan | undefined

  /** `statusPath`: the status that the agent before left, which knows the last scan. */
  constructor(own: string, statusPath: string, log: Log) {
    this.#tampering = new TamperLog(own)
    this.#log = log
    const kept = readJson(statusPath)?.['lastScan']
    if (isRecord(kept) && typeof kept['startedAt'] === 'string') this.#lastScan = kept as unknown as LastScan
  }

  /** Sees every report before it goes anywhere. */
  notice(report: Report): void {
    if (report.kind === 'scan') this.#lastScan = lastScanOf(report.scan)
    if (report.kind === 'detection') this.#log(...detectionLine(report.detection))
    if (report.kind !== 'tampering') return
    const { what, detail } = report
    this.#log(`tampering (${what}): ${detail}`, { event: 'tampering', priority: 'warning', what })
    try {
      this.#tampering.add({ what, detail })
    } catch (error) {
      this.#log(`tampering.json could not be written: ${messageOf(error)}`)
    }
  }

  state(): OwnState {
    return {
      ...(this.#lastScan === undefined ? {} : { lastScan: this.#lastScan }),
      cost: this.#cost.now(),
      tampering: this.#tampering.last,
      tamperingCount: this.#tampering.count,
    }
  }
}

function lastScanOf({ startedAt, durationMs, mode, verdict, incidents, gaps, rules }: Scan): LastScan {
  return { startedAt, durationMs, mode, verdict, incidents: incidents.length, gaps: gaps.length, rules: rules.version }
}
