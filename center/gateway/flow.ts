import { Bucket } from './bucket.ts'

/** Bytes of frames that one node holds at a time; beyond, agents are told to wait. */
const mostInWork = 256 * 1_048_576
/** Frames that one node works on at a time; the store has a few connections more, for people. */
const mostAtOnce = 16

/** What one agent may send, and what all together may. */
export class Flow {
  readonly #frames: Bucket
  readonly #bytes: Bucket
  readonly #progress: Bucket
  #refused = 0

  constructor(now: number) {
    this.#frames = new Bucket(20, 200, now)
    this.#bytes = new Bucket(4 * 1_048_576, 64 * 1_048_576, now)
    this.#progress = new Bucket(2, 10, now)
  }

  /** 0: go on. A number: the agent shall wait so many seconds. `flood`: it was told to wait, and did not, a hundred times. */
  take(bytes: number, now: number): number | 'flood' {
    const seconds = Math.max(this.#frames.take(1, now), this.#bytes.take(bytes, now))
    if (seconds === 0) {
      this.#refused = 0
      return 0
    }
    return ++this.#refused > 100 ? 'flood' : Math.max(1, Math.ceil(seconds))
  }

  /** Progress is for the eye; what is too much is dropped. */
  showsProgress(now: number): boolean {
    return this.#progress.take(1, now) === 0
  }
}

/**
 * Shared by all sessions of a node. Frames wait for their turn as the text that they came as: what is worked on takes ten times the
 * memory, and more at once than the store has connections for only wait there, until they are given up and sent again.
 */
export class InWork {
  #bytes = 0
  #free = mostAtOnce
  readonly #waiting: (() => void)[] = []

  async with<T>(bytes: number, work: () => Promise<T>): Promise<T | 'busy'> {
    if (this.#bytes > 0 && this.#bytes + bytes > mostInWork) return 'busy'
    this.#bytes += bytes
    try {
      await this.#turn()
      return await work()
    } finally {
      this.#bytes -= bytes
      this.#next()
    }
  }

  #turn(): Promise<void> {
    if (this.#free > 0) {
      this.#free--
      return Promise.resolve()
    }
    return new Promise(resolve => this.#waiting.push(resolve))
  }

  /** Whoever waited longest takes over the place. */
  #next(): void {
    const next = this.#waiting.shift()
    if (next === undefined) this.#free++
    else next()
  }
}
