import type { AgentConfig, CenterPolicy } from '../model/wire/index.ts'
import { messageOf, readJson, replaceJson } from './own-files.ts'

export const tasks = ['quick', 'full', 'inventory', 'kept', 'cost', 'tampering', 'renewal'] as const
export type Task = (typeof tasks)[number]

/** What decides when something is due. */
export interface Rhythm {
  readonly policy: CenterPolicy
  readonly notBetween: AgentConfig['scan']['notBetween']
  /** Full scans only where the agent can do them. */
  readonly canFull: boolean
}

/** Where the times are kept. */
export interface ScheduleStore {
  read(): Readonly<Record<string, unknown>> | undefined
  /** Never throws. */
  write(times: Readonly<Partial<Record<Task, number>>>): void
}

/** A disk that takes nothing stops no scan: then the times hold as long as this process, and `failed` hears of it once, until it works again. */
export function scheduleFile(path: string, failed: (why: string) => void): ScheduleStore {
  let fails = false
  return {
    read: () => readJson(path),
    write(times) {
      try {
        replaceJson(path, times)
        fails = false
      } catch (error) {
        if (!fails) failed(messageOf(error))
        fails = true
      }
    },
  }
}

const minute = 60_000
const day = 86_400_000
/** However long the period: within this time after the first start, and after one that was missed. */
const soon = 10 * minute

/**
 * When each task is due next, kept in a file: a restart neither scans at once nor puts the scan off for another period. Times are
 * spread by a tenth of the period, so that a thousand hosts of one image do not scan in the same second.
 */
export class Schedule {
  readonly #store: ScheduleStore
  readonly #random: () => number
  #next: Partial<Record<Task, number>> = {}

  constructor(store: ScheduleStore, random: () => number = Math.random) {
    this.#store = store
    this.#random = random
    const found = store.read() ?? {}
    for (const task of tasks) {
      const time = found[task]
      if (typeof time === 'number' && Number.isFinite(time)) this.#next[task] = time
    }
  }

  /** After start, and when policy or clock changed: nothing stays missing, in the past, or further away than its period. */
  settle(rhythm: Rhythm, now: number): void {
    const before = JSON.stringify(this.#next)
    for (const task of tasks) {
      const period = periodOf(task, rhythm)
      const next = this.#next[task]
      if (period === undefined) delete this.#next[task]
      else if (next === undefined || next < now) this.#next[task] = now + this.#random() * Math.min(soon, period)
      else if (task !== 'full' && next > now + period * 1.1) this.#next[task] = now + this.#random() * period
      else if (task === 'full' && next > now + period + day) this.#next[task] = this.#after('full', rhythm, now)
    }
    if (JSON.stringify(this.#next) !== before) this.#store.write(this.#next)
  }

  /** Of `among`, the task that has been due longest; a scan waits for the end of the time in which the owner wants none. */
  due(rhythm: Rhythm, now: number, among: readonly Task[] = tasks): Task | undefined {
    return among
      .filter(task => (this.#next[task] ?? Number.POSITIVE_INFINITY) <= now)
      .filter(task => !isScan(task) || !isWithin(rhythm.notBetween, now))
      .sort((one, other) => (this.#next[one] ?? 0) - (this.#next[other] ?? 0))[0]
  }

  /** It begins now: the next one is put down first, so that a task that kills the agent is not tried again and again. */
  begins(task: Task, rhythm: Rhythm, now: number): void {
    this.#next[task] = this.#after(task, rhythm, now)
    this.#store.write(this.#next)
  }

  /** Sooner than its period says, because it failed, was cut off or is wanted. */
  again(task: Task, at: number): void {
    this.#next[task] = Math.min(at, this.#next[task] ?? Number.POSITIVE_INFINITY)
    this.#store.write(this.#next)
  }

  nextScan(): Date | undefined {
    const times = [this.#next.quick, this.#next.full].filter(time => time !== undefined)
    return times.length === 0 ? undefined : new Date(Math.min(...times))
  }

  #after(task: Task, rhythm: Rhythm, now: number): number {
    const period = periodOf(task, rhythm) ?? day
    if (task !== 'full') return now + period * (0.9 + 0.2 * this.#random())
    return atClock(now + period, rhythm.policy.scan.full?.at ?? '03:00') + this.#random() * 30 * minute
  }
}

function periodOf(task: Task, { policy, canFull }: Rhythm): number | undefined {
  if (task === 'quick') return policy.scan.quick.everyMinutes * minute
  if (task === 'full') return canFull && policy.scan.full !== undefined ? policy.scan.full.everyDays * day : undefined
  if (task === 'inventory') return policy.inventoryEveryMinutes * minute
  if (task === 'cost') return policy.reportCostEveryMinutes * minute
  if (task === 'tampering') return 5 * minute
  if (task === 'renewal') return 60 * minute
  return day
}

function isScan(task: Task): boolean {
  return task === 'quick' || task === 'full'
}

/** Whether a moment lies between two times of day of this host; `22:00`–`06:00` goes over midnight. */
export function isWithin(window: { readonly from: string; readonly to: string } | undefined, now: number): boolean {
  if (window === undefined) return false
  const time = new Date(now)
  const at = time.getHours() * 60 + time.getMinutes()
  const [from, to] = [minutesOf(window.from), minutesOf(window.to)]
  return from <= to ? at >= from && at < to : at >= from || at < to
}

/** That day at `HH:MM` of this host. */
function atClock(day: number, clock: string): number {
  const time = new Date(day)
  time.setHours(0, minutesOf(clock), 0, 0)
  return time.getTime()
}

function minutesOf(clock: string): number {
  const [hours = 0, minutes = 0] = clock.split(':').map(Number)
  return hours * 60 + minutes
}
