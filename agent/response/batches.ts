import { JobStopped } from '../ports.ts'

export interface BatchOptions<T, R> {
  /** So long the first of a batch waits for others. */
  readonly settleMs: number
  readonly mostAtOnce: number
  readonly work: (batch: readonly T[]) => Promise<R>
}

interface Waiting<T, R> {
  readonly one: T
  readonly done: (result: R) => void
  readonly fail: (error: unknown) => void
}

/** Gathers what comes close together into one piece of work; one is done at a time, and what comes meanwhile is the next. */
export class Batches<T, R> {
  readonly #options: BatchOptions<T, R>
  #waiting: Waiting<T, R>[] = []
  #timer: NodeJS.Timeout | undefined
  #working: Promise<void> | undefined
  #closed = false

  constructor(options: BatchOptions<T, R>) {
    this.#options = options
  }

  /** Resolves with the result of the batch that it is part of. */
  add(one: T): Promise<R> {
    if (this.#closed) return Promise.reject(new JobStopped('the agent ends'))
    return new Promise((done, fail) => {
      this.#waiting.push({ one, done, fail })
      if (this.#working === undefined) this.#timer ??= setTimeout(() => this.#begin(), this.#options.settleMs)
    })
  }

  /** What waits is given up; what is being worked on comes to its end. */
  async close(): Promise<void> {
    this.#closed = true
    clearTimeout(this.#timer)
    for (const { fail } of this.#waiting.splice(0)) fail(new JobStopped('the agent ends'))
    await this.#working
  }

  #begin(): void {
    this.#timer = undefined
    const batch = this.#waiting.splice(0, this.#options.mostAtOnce)
    if (batch.length === 0) return
    this.#working = this.#workOn(batch).finally(() => {
      this.#working = undefined
      if (this.#waiting.length > 0 && !this.#closed)
        this.#timer ??= setTimeout(() => this.#begin(), this.#options.settleMs)
    })
  }

  async #workOn(batch: readonly Waiting<T, R>[]): Promise<void> {
    try {
      const result = await this.#options.work(batch.map(({ one }) => one))
      for (const { done } of batch) done(result)
    } catch (error) {
      for (const { fail } of batch) fail(error)
    }
  }
}
