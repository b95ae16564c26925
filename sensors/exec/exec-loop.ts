import type { ExecEvent } from '../../model/index.ts'
import { bootClockMs } from '../../native/read/clock.ts'
import { ProcReader } from '../proc-reader.ts'
import { describeExec, rowFromProc, type Surroundings } from './describe.ts'
import { openExecSource } from './open-source.ts'
import { ProcessTable } from './process-table.ts'
import type { ExecSourceName } from './source.ts'

/** What came out of one step. */
export interface ExecStep {
  readonly events: readonly ExecEvent[]
  /** Lost since it began. */
  readonly lost: number
  /** There is more. */
  readonly more: boolean
}

const mostAtOnce = 256
/** So many steps without a pause mean a storm. */
const stormSteps = 4

/** Reads a source of started programs, describes them, and knows who made whom. Never waits. */
export class ExecLoop {
  readonly name: ExecSourceName
  /** Why no better source is used. */
  readonly problem: string | undefined
  /** See `ExecSource`. */
  readonly descriptor: number | undefined
  readonly everyMs: number | undefined
  readonly #source: ReturnType<typeof openExecSource>['source']
  readonly #surroundings: Surroundings
  #busy = 0

  /** `path`: a directory where /proc is. */
  constructor(path: string, wanted: ExecSourceName | undefined) {
    const { source, problem } = openExecSource(path, wanted)
    const proc = new ProcReader(path)
    this.#source = source
    this.name = source.name
    this.problem = problem
    this.descriptor = source.descriptor
    this.everyMs = source.everyMs
    // The wall clock may be set while we run.
    this.#surroundings = {
      proc,
      table: new ProcessTable(pid => rowFromProc(proc, pid)),
      bootMs: () => Date.now() - bootClockMs(),
    }
  }

  step(): ExecStep {
    const events: ExecEvent[] = []
    const { table } = this.#surroundings
    const count = this.#source.each(mostAtOnce, {
      exec: seen => events.push(describeExec(seen, this.#surroundings, this.#busy >= stormSteps)),
      fork: ({ pid, creatorPid, startTime }) => table.noteFork(pid, creatorPid, startTime),
    })
    const more = count === mostAtOnce
    this.#busy = more ? this.#busy + 1 : 0
    return { events, lost: this.#source.lost(), more }
  }

  close(): void {
    this.#source.close()
  }
}
