import type { LoadEvent } from '../../model/index.ts'

/** Processor time of one process or cgroup at one moment. */
export interface LoadSample {
  /** Names it for as long as it lives: pid and start time, or the path of a cgroup. */
  readonly key: string
  /** Of its whole life, or since the cgroup was made. */
  readonly cpuSeconds: number
}

/** What is kept of one. Seconds, but for the counts. */
export interface LoadRecord {
  cpuSeconds: number
  firstCpuSeconds: number
  seenSeconds: number
  busySeconds: number
  /** Of those, while somebody was at a terminal. */
  watchedSeconds: number
  watchedBusySeconds: number
  bursts: number
  busy: boolean
  /** `busySeconds` at which it is told next. */
  nextTold: number
}

export interface LoadLimits {
  /** Percent of one core above which a while counts as busy. */
  readonly busyPercent: number
  /** Busy seconds after which it is told for the first time; then whenever they have doubled. */
  readonly toldAfterSeconds: number
}

export const usualLimits: LoadLimits = { busyPercent: 80, toldAfterSeconds: 60 }

const mostFollowed = 4096
/** A gap between two looks that is longer was a sleep of the machine, or of ours. */
const longestStepSeconds = 120

export type Remarkable = Pick<
  LoadEvent,
  'cpuPercent' | 'cpuSeconds' | 'busySeconds' | 'seenSeconds' | 'bursts' | 'shy'
> & { readonly key: string }

/**
 * Adds up how long each was busy. A miner that pauses when somebody looks, or works by turns, is busy for hours all the same.
 * Pure: it is given the time, and its records can be kept over a restart.
 */
export class LoadTracker {
  readonly #records: Map<string, LoadRecord>
  readonly #limits: LoadLimits
  #lastMs: number | undefined

  constructor(limits: LoadLimits = usualLimits, kept: Iterable<readonly [string, LoadRecord]> = []) {
    this.#limits = limits
    this.#records = new Map([...kept].map(([key, record]) => [key, { ...record }]))
  }

  /** One look at all that runs. `nowMs` is of a clock that is never set. Gives those that are to be told now. */
  look(nowMs: number, samples: readonly LoadSample[], watched: boolean): Remarkable[] {
    const seconds = this.#lastMs === undefined ? 0 : (nowMs - this.#lastMs) / 1000
    this.#lastMs = nowMs
    const told: Remarkable[] = []
    const there = new Set<string>()
    for (const { key, cpuSeconds } of samples) {
      there.add(key)
      const record = this.#records.get(key)
      if (record === undefined) {
        if (this.#records.size < mostFollowed) this.#records.set(key, firstRecord(cpuSeconds, this.#limits))
        continue
      }
      const cpuPercent = seconds <= 0 ? 0 : ((cpuSeconds - record.cpuSeconds) / seconds) * 100
      record.cpuSeconds = cpuSeconds
      if (seconds <= 0 || seconds > longestStepSeconds) continue
      this.#add(record, seconds, cpuPercent, watched)
      if (record.busySeconds < record.nextTold || !record.busy) continue
      record.nextTold = record.busySeconds * 2
      told.push(remarkable(key, record, cpuPercent))
    }
    for (const key of this.#records.keys()) if (!there.has(key)) this.#records.delete(key)
    return told
  }

  /** For the state folder: those that were ever busy. The others are nothing to remember. */
  kept(): [string, LoadRecord][] {
    return [...this.#records].filter(([, { busySeconds }]) => busySeconds > 0)
  }

  of(key: string): LoadRecord | undefined {
    return this.#records.get(key)
  }

  #add(record: LoadRecord, seconds: number, cpuPercent: number, watched: boolean): void {
    const busy = cpuPercent >= this.#limits.busyPercent
    record.seenSeconds += seconds
    if (watched) record.watchedSeconds += seconds
    if (busy) record.busySeconds += seconds
    if (busy && watched) record.watchedBusySeconds += seconds
    if (busy && !record.busy) record.bursts++
    record.busy = busy
  }
}

function firstRecord(cpuSeconds: number, { toldAfterSeconds }: LoadLimits): LoadRecord {
  return {
    cpuSeconds,
    firstCpuSeconds: cpuSeconds,
    seenSeconds: 0,
    busySeconds: 0,
    watchedSeconds: 0,
    watchedBusySeconds: 0,
    bursts: 0,
    busy: false,
    nextTold: toldAfterSeconds,
  }
}

function remarkable(key: string, record: LoadRecord, cpuPercent: number): Remarkable {
  return {
    key,
    cpuPercent: Math.round(cpuPercent),
    cpuSeconds: Math.round(record.cpuSeconds - record.firstCpuSeconds),
    busySeconds: Math.round(record.busySeconds),
    seenSeconds: Math.round(record.seenSeconds),
    bursts: record.bursts,
    shy: isShy(record),
  }
}

/** Long enough of both to tell, and very different. */
function isShy({ seenSeconds, busySeconds, watchedSeconds, watchedBusySeconds }: LoadRecord): boolean {
  const alone = seenSeconds - watchedSeconds
  if (watchedSeconds < 120 || alone < 600) return false
  return (busySeconds - watchedBusySeconds) / alone >= 0.7 && watchedBusySeconds / watchedSeconds <= 0.1
}
