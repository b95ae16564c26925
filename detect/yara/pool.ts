import { Worker } from 'node:worker_threads'
import {
  controlPlaces,
  countsPerThread,
  type FromThread,
  hungryPlace,
  stopPlace,
  type ThreadGiven,
  type ToThread,
} from './walk-messages.ts'
import type { Directory } from './walk-directory.ts'

export interface PoolOptions {
  readonly threads: number
  readonly given: Omit<ThreadGiven, 'control' | 'counts' | 'number'>
  heard(message: FromThread): void
  /** A thread ended by itself: what it had to read was not read. */
  failed(why: string): void
}

const furtherThreadsMs = 500

/** Threads that read, and what waits for one of them. It is done when nothing waits and none is at work. */
export class Pool {
  readonly #options: PoolOptions
  readonly #control = new Int32Array(new SharedArrayBuffer(controlPlaces * 4))
  readonly #counts: Float64Array
  readonly #workers: { readonly worker: Worker; busy: boolean; gone: boolean }[] = []
  readonly #waiting: ToThread[] = []
  readonly #later: NodeJS.Timeout
  #done: (() => void) | undefined

  constructor(options: PoolOptions) {
    this.#options = options
    this.#counts = new Float64Array(new SharedArrayBuffer(options.threads * countsPerThread * 8))
    this.#begin(0)
    // A thread costs a tenth of a second and 30 MB: short work does not need another one.
    this.#later = setTimeout(() => {
      for (let number = 1; number < options.threads; number++) this.#begin(number)
      this.#hand()
    }, furtherThreadsMs)
  }

  /** Reads all of it, and what it leads to. */
  async work(items: readonly ToThread[]): Promise<void> {
    this.#waiting.push(...items)
    const done = new Promise<void>(resolve => {
      this.#done = resolve
    })
    this.#hand()
    await done
  }

  /** Threads end after the file that they are at. */
  stop(): void {
    Atomics.store(this.#control, stopPlace, 1)
    this.#waiting.length = 0
  }

  async close(): Promise<void> {
    clearTimeout(this.#later)
    await Promise.all(this.#workers.map(one => one.worker.terminate()))
  }

  get counts(): { files: number; bytes: number; cached: number } {
    const sums = [0, 0, 0]
    this.#counts.forEach((value, at) => {
      sums[at % countsPerThread] = (sums[at % countsPerThread] ?? 0) + value
    })
    const [files = 0, bytes = 0, cached = 0] = sums
    return { files, bytes, cached }
  }

  #begin(number: number): void {
    const { given } = this.#options
    const workerData: ThreadGiven = { ...given, control: this.#control, counts: this.#counts, number }
    const worker = new Worker(new URL('./walk-thread.ts', import.meta.url), {
      workerData,
      // Descriptors are opened and closed below node's own functions, which it would warn of.
      trackUnmanagedFds: false,
      // Strings of paths die young, and a thread that keeps them is a thread that grows.
      resourceLimits: { maxYoungGenerationSizeMb: 8 },
    })
    const one = { worker, busy: false, gone: false }
    this.#workers.push(one)
    Atomics.add(this.#control, hungryPlace, 1)
    worker.on('message', (message: FromThread) => {
      if (message.kind === 'share') this.#waiting.push(message.work)
      else if (message.kind === 'idle') one.busy = false
      else this.#options.heard(message)
      this.#hand()
    })
    const ended = (why: string) => {
      if (one.gone) return
      one.gone = true
      if (one.busy) this.#options.failed(why)
      one.busy = false
      this.#hand()
    }
    worker.on('error', error => ended(error instanceof Error ? error.message : String(error)))
    worker.on('exit', () => ended('a thread ended'))
  }

  #hand(): void {
    if (this.#done === undefined) return
    const usable = this.#workers.filter(one => !one.gone)
    if (usable.length === 0 && this.#waiting.length > 0) {
      this.#waiting.length = 0
      this.#options.failed('no thread is left')
    }
    for (const one of usable) {
      if (one.busy) continue
      const next = this.#waiting.pop()
      if (next === undefined) break
      one.busy = true
      one.worker.postMessage(next)
    }
    if (this.#waiting.length > 0 || this.#workers.some(one => one.busy)) return
    const done = this.#done
    this.#done = undefined
    done()
  }
}

/** Directories as one piece of work each, so that threads share them from the beginning. */
export function directoryWork(directories: readonly Directory[]): ToThread[] {
  return directories.map(one => ({ kind: 'directories', directories: [one] }))
}
