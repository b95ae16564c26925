import { Bucket } from './bucket.ts'

/** Bytes of reports that one node works on at a time; beyond, agents are told to wait. */
const mostInWork = 256 * 1_048_576

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

/** Shared by all sessions of a node. */
export class InWork {
  #bytes = 0

  async with<T>(bytes: number, work: () => Promise<T>): Promise<T | 'busy'> {
    if (this.#bytes > 0 && this.#bytes + bytes > mostInWork) return 'busy'
    this.#bytes += bytes
    try {
      return await work()
    } finally {
      this.#bytes -= bytes
    }
  }
}
