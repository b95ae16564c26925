import { oneLine } from './connection/https.ts'
import { messageOf } from './own-files.ts'
import { JobStopped } from './ports.ts'

interface Job {
  readonly name: string
  readonly work: (signal: AbortSignal) => Promise<unknown>
}

/**
 * `first`: before all that are not, in the order in which they came. `long`: only when nothing else waits, stopped as soon as
 * something else comes, and begun again after that.
 */
export type Place = 'first' | 'last' | 'long'

/** Does one job at a time. One that fails is said and does not stop the others; one that waits already is not put in twice. */
export class Jobs {
  readonly #log: (line: string) => void
  readonly #changed: () => void
  readonly #stopping = new AbortController()
  readonly #waiting: Job[] = []
  readonly #long: Job[] = []
  #running: Promise<void> | undefined
  #doing: string | undefined
  /** Of the long job that is being done. */
  #givesWay: AbortController | undefined
  #urgent = 0

  /** `changed`: what is being done is something else now. */
  constructor(log: (line: string) => void, changed: () => void = () => {}) {
    this.#log = log
    this.#changed = changed
  }

  /** Something is being done that nothing else interrupts. */
  get busy(): boolean {
    return this.#running !== undefined && this.#givesWay === undefined
  }

  get doing(): string | undefined {
    return this.#doing
  }

  add(name: string, work: Job['work'], place: Place = 'last'): void {
    const waits = [...this.#waiting, ...this.#long].some(one => one.name === name)
    if (this.#stopping.signal.aborted || this.#doing === name || waits) return
    if (place === 'long') this.#long.push({ name, work })
    else if (place === 'last') this.#waiting.push({ name, work })
    else this.#waiting.splice(this.#urgent++, 0, { name, work })
    if (place !== 'long') this.#givesWay?.abort(new JobStopped('it gives way'))
    this.#running ??= this.#run()
  }

  /** The one that runs is told; those that wait are dropped. */
  stop(): void {
    this.#waiting.length = 0
    this.#long.length = 0
    this.#stopping.abort(new JobStopped('the agent ends'))
  }

  async idle(): Promise<void> {
    await this.#running
  }

  async #run(): Promise<void> {
    for (let job = this.#next(); job !== undefined; job = this.#next()) {
      this.#doing = job.name
      this.#changed()
      try {
        const { signal } = this.#stopping
        await job.work(this.#givesWay === undefined ? signal : AbortSignal.any([signal, this.#givesWay.signal]))
      } catch (error) {
        if (!(error instanceof JobStopped)) this.#log(`${job.name}: ${oneLine(messageOf(error))}`)
        else if (this.#givesWay?.signal.aborted === true && !this.#stopping.signal.aborted) this.#long.unshift(job)
      }
      this.#doing = undefined
      this.#givesWay = undefined
    }
    this.#running = undefined
    this.#changed()
  }

  #next(): Job | undefined {
    const urgent = this.#waiting.shift()
    this.#urgent = Math.max(0, this.#urgent - 1)
    if (urgent !== undefined) return urgent
    const long = this.#long.shift()
    if (long !== undefined) this.#givesWay = new AbortController()
    return long
  }
}
