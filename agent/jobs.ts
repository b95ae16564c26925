import { oneLine } from './connection/https.ts'
import { messageOf } from './own-files.ts'
import { JobStopped } from './ports.ts'

interface Job {
  readonly name: string
  readonly work: (signal: AbortSignal) => Promise<unknown>
}

/** Does one job at a time. One that fails is said and does not stop the others; one that waits already is not put in twice. */
export class Jobs {
  readonly #log: (line: string) => void
  readonly #changed: () => void
  readonly #stopping = new AbortController()
  readonly #waiting: Job[] = []
  #running: Promise<void> | undefined
  #doing: string | undefined
  #urgent = 0

  /** `changed`: what is being done is something else now. */
  constructor(log: (line: string) => void, changed: () => void = () => {}) {
    this.#log = log
    this.#changed = changed
  }

  get busy(): boolean {
    return this.#running !== undefined
  }

  get doing(): string | undefined {
    return this.#doing
  }

  /** `first`: before all that are not; among themselves in the order in which they came. */
  add(name: string, work: Job['work'], place: 'first' | 'last' = 'last'): void {
    if (this.#stopping.signal.aborted || this.#doing === name || this.#waiting.some(one => one.name === name)) return
    if (place === 'last') this.#waiting.push({ name, work })
    else this.#waiting.splice(this.#urgent++, 0, { name, work })
    this.#running ??= this.#run()
  }

  /** The one that runs is told; those that wait are dropped. */
  stop(): void {
    this.#waiting.length = 0
    this.#stopping.abort(new JobStopped('the agent ends'))
  }

  async idle(): Promise<void> {
    await this.#running
  }

  async #run(): Promise<void> {
    for (let job = this.#waiting.shift(); job !== undefined; job = this.#waiting.shift()) {
      this.#urgent = Math.max(0, this.#urgent - 1)
      this.#doing = job.name
      this.#changed()
      try {
        await job.work(this.#stopping.signal)
      } catch (error) {
        if (!(error instanceof JobStopped)) this.#log(`${job.name}: ${oneLine(messageOf(error))}`)
      }
      this.#doing = undefined
    }
    this.#running = undefined
    this.#changed()
  }
}
