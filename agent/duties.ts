import { join } from 'node:path'
import type { ReportKind } from '../model/wire/index.ts'
import { Jobs } from './jobs.ts'
import { type AgentFolders, JobStopped, type Worker } from './ports.ts'
import { isWithin, type Rhythm, Schedule, scheduleFile, type Task } from './schedule.ts'

export interface DutyParts {
  readonly folders: AgentFolders
  readonly worker: Worker
  readonly random: (() => number) | undefined
  rhythm(): Rhythm
  /** After a scheduled scan. */
  looked(result: Awaited<ReturnType<Worker['look']>>): Promise<void>
  reportHealth(): void
  renewIfDue(): Promise<void>
  /** What the center lacks as a whole; empty where there is none. */
  wantedWhole(): readonly ReportKind[]
  sentWhole(kind: ReportKind): void
  /** What is being done is something else now. */
  changed(): void
  log(line: string): void
}

/** They take moments and use nothing of what scans use. */
const beside = ['cost', 'tampering', 'renewal'] as const satisfies readonly Task[]
const inTurn = ['quick', 'full', 'inventory', 'kept'] as const satisfies readonly Task[]
const wholeRetryMs = 600_000
const soonMs = 3_000
const soonEveryMs = 120_000
/** Clocks are set by less all the time. */
const setBackMs = 60_000

/**
 * What the agent does and when. One thing at a time looks at the host or changes it; what takes hours (all files, or those below a path) gives
 * way to everything else and goes on afterwards where it was.
 */
export class Duties {
  readonly #parts: DutyParts
  readonly #schedule: Schedule
  readonly #jobs: Jobs
  readonly #beside: Jobs
  /** Of a scheduled full scan that is at work. */
  #quiet: AbortController | undefined
  #wholeAt = 0
  #soonAt = Number.NEGATIVE_INFINITY
  #tickedAt = Number.NEGATIVE_INFINITY

  constructor(parts: DutyParts) {
    this.#parts = parts
    const log = (line: string) => parts.log(line)
    const store = scheduleFile(join(parts.folders.own, 'schedule.json'), why =>
      log(`when tasks are due could not be written down: ${why}`),
    )
    this.#schedule = new Schedule(store, parts.random)
    this.#jobs = new Jobs(log, () => parts.changed())
    this.#beside = new Jobs(log)
  }

  get doing(): string | undefined {
    return this.#jobs.doing
  }

  nextScan(): Date | undefined {
    return this.#schedule.nextScan()
  }

  /** Policy, configuration or clock changed. */
  settle(): void {
    this.#schedule.settle(this.#parts.rhythm(), Date.now())
  }

  /** Every few seconds: sees what is due. Cheap, because a laptop's lid or a stopped machine makes all other timers wrong. */
  tick(now: number): void {
    const rhythm = this.#parts.rhythm()
    if (now < this.#tickedAt - setBackMs) this.#clockSetBack(rhythm, now)
    this.#tickedAt = now
    for (let task = this.#take(rhythm, now, beside); task !== undefined; task = this.#take(rhythm, now, beside))
      this.#queueBeside(task)
    if (this.#quiet !== undefined && isWithin(rhythm.notBetween, now))
      this.#quiet.abort(new JobStopped('its owner wants no scans at this time'))
    if (this.#jobs.busy) return
    this.#queueWhole(now)
    const later = this.#parts.worker.nextLaterLook()
    if (later !== undefined && later.getTime() <= now)
      this.#jobs.add('later looks', signal => this.#parts.worker.laterLooks(signal))
    const task = this.#take(rhythm, now, inTurn)
    if (task !== undefined) this.#queueTask(task)
  }

  queueOrder(order: string): void {
    const { worker } = this.#parts
    const place = worker.takesLong(order) ? 'long' : 'first'
    this.#jobs.add(`order ${order}`, signal => worker.carryOut(order, signal), place)
  }

  /** Something was noticed: a scan soon says what belongs to it. */
  lookSoon(now: number): void {
    if (now - this.#soonAt < soonEveryMs) return
    this.#soonAt = now
    this.#schedule.again('quick', now + soonMs)
  }

  renewAt(at: number): void {
    this.#schedule.again('renewal', at)
  }

  stop(): void {
    this.#jobs.stop()
    this.#beside.stop()
  }

  async idle(): Promise<void> {
    await Promise.all([this.#jobs.idle(), this.#beside.idle()])
  }

  /** Nothing may wait until the clock has caught up. */
  #clockSetBack(rhythm: Rhythm, now: number): void {
    this.#schedule.settle(rhythm, now)
    this.#soonAt = Number.NEGATIVE_INFINITY
    this.#wholeAt = 0
  }

  #take<T extends Task>(rhythm: Rhythm, now: number, among: readonly T[]): T | undefined {
    const due = this.#schedule.due(rhythm, now, among)
    if (due !== undefined) this.#schedule.begins(due, rhythm, now)
    return due as T | undefined
  }

  #queueBeside(task: (typeof beside)[number]): void {
    const { worker } = this.#parts
    if (task === 'cost') this.#beside.add('own cost', async () => this.#parts.reportHealth())
    if (task === 'tampering') this.#beside.add('own files', () => worker.checkTampering())
    if (task === 'renewal') this.#beside.add('certificate', () => this.#parts.renewIfDue())
  }

  #queueTask(task: (typeof inTurn)[number]): void {
    const { worker } = this.#parts
    if (task === 'quick') this.#jobs.add('quick scan', signal => this.#look('quick', signal))
    if (task === 'full') this.#jobs.add('full scan', signal => this.#fullLook(signal), 'long')
    if (task === 'inventory') this.#jobs.add('inventory', signal => worker.inventory(false, signal))
    if (task === 'kept') this.#jobs.add('quarantine and blocks', signal => worker.kept(signal))
  }

  /** What the spool had to drop is made again. What fails is not tried again before ten minutes are over. */
  #queueWhole(now: number): void {
    if (now - this.#wholeAt < wholeRetryMs) return
    const { worker } = this.#parts
    const kinds = this.#parts.wantedWhole()
    if (kinds.length === 0) return
    this.#wholeAt = now
    this.#jobs.add('all that the center lacks', async signal => {
      if (kinds.includes('inventory')) await worker.inventory(true, signal)
      if (kinds.some(kind => kind !== 'inventory')) await worker.kept(signal)
      for (const kind of kinds) this.#parts.sentWhole(kind)
    })
  }

  async #look(mode: 'quick' | 'full', signal: AbortSignal): Promise<void> {
    await this.#parts.looked(await this.#parts.worker.look(mode, signal))
  }

  async #fullLook(signal: AbortSignal): Promise<void> {
    const quiet = new AbortController()
    this.#quiet = quiet
    try {
      await this.#look('full', AbortSignal.any([signal, quiet.signal]))
    } catch (error) {
      // Quiet hours, or the agent ends: not put off for another period, or a host that is started anew each week never has one.
      if (error instanceof JobStopped) this.#schedule.again('full', Date.now())
      throw error
    } finally {
      this.#quiet = undefined
    }
  }
}
