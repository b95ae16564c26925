import type { Incident, Scan } from '../../model/index.ts'
import type { Report } from '../../model/wire/index.ts'
import { isRecord } from '../own-files.ts'
import type { LookResult, Progress, WorkerSurroundings } from '../ports.ts'

/** The lines of `agent look`, as they come: progress is shown, reports go into the spool, the result is kept. */
export class LookLines {
  readonly #given: Pick<WorkerSurroundings, 'report' | 'progress'>
  readonly #order: string | undefined
  /** Id of the scan that was reported. */
  scan: string | undefined
  result: LookResult = { verdict: 'clean', incidents: [] }

  constructor(given: Pick<WorkerSurroundings, 'report' | 'progress'>, order: string | undefined) {
    this.#given = given
    this.#order = order
  }

  take(line: string): void {
    const value: unknown = JSON.parse(line)
    if (!isRecord(value)) return
    const { progress, report } = value
    if (isRecord(progress)) {
      const order = this.#order === undefined ? {} : { order: this.#order }
      this.#given.progress({ ...order, ...stepFrom(progress) })
    }
    if (!isRecord(report)) return
    const told = report as unknown as Report
    if (told.kind === 'scan') {
      this.scan = told.id
      this.result = resultOf(told.scan)
    }
    this.#given.report(told)
  }
}

function stepFrom(told: Readonly<Record<string, unknown>>): Omit<Progress, 'order'> {
  const number = (name: string) => {
    const value = told[name]
    return typeof value === 'number' && Number.isFinite(value) && value >= 0 ? value : undefined
  }
  return {
    what: String(told['what']).slice(0, 300),
    done: number('done') ?? 0,
    total: number('total') ?? 0,
    bytes: number('bytes'),
    perSecond: number('perSecond'),
    secondsLeft: number('secondsLeft'),
  }
}

function resultOf({
  verdict,
  incidents,
}: Pick<Scan, 'verdict'> & { readonly incidents: readonly Incident[] }): LookResult {
  return {
    verdict: verdict === 'nothing' ? 'clean' : verdict,
    incidents: incidents.map(one => ({ id: one.id, verdict: one.verdict, title: one.title, lines: one.summary })),
  }
}
