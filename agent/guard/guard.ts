import type { Examination, PreventionState, SensorStatus } from '../../model/index.ts'
import type { Guard, GuardOptions, PlaceJudgement } from '../watch/ports.ts'
import { GuardChild } from './guard-child.ts'
import type { FromGuard, GuardAnswer, GuardCounts, GuardQuestion, GuardTask } from './messages.ts'

/** Times in milliseconds that tests make shorter. */
export interface GuardTimes {
  readonly answer: number
  readonly idle: number
  readonly firstPause: number
  readonly longestPause: number
  /** Who lived so long may be started again at once. */
  readonly settled: number
}

const usualTimes: GuardTimes = { answer: 10_000, idle: 60_000, firstPause: 250, longestPause: 30_000, settled: 60_000 }
const mostWaiting = 1_000
const nothingDone: GuardCounts = { asked: 0, allowed: 0, denied: 0, late: 0, killed: 0, wouldHave: 0 }

interface Waiting {
  readonly settle: (answer: GuardAnswer | undefined, why: string) => void
  readonly timer: NodeJS.Timeout
}

/** The agent's side of its guard. */
export function openGuard(options: GuardOptions, times: GuardTimes = usualTimes): Guard {
  return new GuardKeeper(options, times)
}

class GuardKeeper implements Guard {
  readonly #options: GuardOptions
  readonly #times: GuardTimes
  readonly #waiting = new Map<number, Waiting>()
  #child: GuardChild | undefined
  #next = 1
  #closed = false
  #idle: NodeJS.Timeout | undefined
  #again: NodeJS.Timeout | undefined
  #pauseMs: number
  /** Not before: one that dies at once is not started with every question. */
  #notBefore = 0
  #problem: string | undefined
  /** What the guard that is there says of itself. */
  #said: string | undefined
  #gate: SensorStatus | undefined
  #counts = nothingDone
  /** Of those that have ended. */
  #before = nothingDone

  constructor(options: GuardOptions, times: GuardTimes) {
    this.#options = options
    this.#times = times
    this.#pauseMs = times.firstPause
    if (this.#stays) this.#start()
  }

  async examineProcess(process: Parameters<Guard['examineProcess']>[0]): Promise<Examination> {
    const { answer, why } = await this.#ask({ about: 'process', process })
    return isExamination(answer) ? answer : unknownBecause(why)
  }

  async examineFile(path: string): Promise<Examination> {
    const { answer, why } = await this.#ask({ about: 'file', path })
    return isExamination(answer) ? answer : unknownBecause(why)
  }

  async judgePlaces(changes: Parameters<Guard['judgePlaces']>[0]): Promise<readonly PlaceJudgement[]> {
    const { answer } = await this.#ask({ about: 'places', changes })
    if (answer !== undefined && !isExamination(answer)) return answer
    return [...new Set(changes.map(one => one.path))].map(path => ({ path, verdict: 'unknown', findings: [] }))
  }

  state(): PreventionState {
    const { mode } = this.#options
    const problem = this.#problem
    const counts = sum(this.#before, this.#counts)
    return { mode, ...(mode === 'block' && problem !== undefined ? { problem } : {}), ...counts }
  }

  sensor(): SensorStatus | undefined {
    return this.#gate
  }

  reload(): void {
    this.#child?.tell({ kind: 'reload' })
  }

  async close(): Promise<void> {
    this.#closed = true
    clearTimeout(this.#idle)
    clearTimeout(this.#again)
    for (const { settle } of [...this.#waiting.values()]) settle(undefined, 'the agent ends')
    await this.#child?.end()
  }

  get #stays(): boolean {
    return this.#options.mode === 'block'
  }

  #ask(question: GuardQuestion): Promise<{ readonly answer: GuardAnswer | undefined; readonly why: string }> {
    if (this.#closed || this.#waiting.size >= mostWaiting)
      return Promise.resolve({ answer: undefined, why: this.#closed ? 'the agent ends' : 'too many are waiting' })
    if (this.#child === undefined && performance.now() < this.#notBefore)
      return Promise.resolve({ answer: undefined, why: `the guard is not there: ${this.#problem ?? 'it starts'}` })
    const child = this.#child ?? this.#start()
    const id = this.#next++
    return new Promise(resolve => {
      const settle: Waiting['settle'] = (answer, why) => {
        clearTimeout(this.#waiting.get(id)?.timer)
        this.#waiting.delete(id)
        this.#rest()
        resolve({ answer, why })
      }
      const late = () => settle(undefined, `it took longer than ${this.#times.answer / 1_000} s`)
      this.#waiting.set(id, { settle, timer: setTimeout(late, this.#times.answer) })
      clearTimeout(this.#idle)
      child.tell({ kind: 'ask', id, question })
    })
  }

  /** Nobody asks any more: after a while what is there for questions only is sent home. */
  #rest(): void {
    if (this.#stays || this.#closed || this.#waiting.size > 0) return
    clearTimeout(this.#idle)
    this.#idle = setTimeout(() => void this.#child?.end(), this.#times.idle)
    this.#idle.unref()
  }

  #start(): GuardChild {
    const { launcher, state, mode, response, rules = [], only } = this.#options
    const task: GuardTask = { mode, response, rules, only }
    const begun = performance.now()
    this.#problem = 'the guard is starting'
    this.#said = undefined
    const child = new GuardChild({ launcher, state, log: this.#options.log, hear: said => this.#hear(said) })
    this.#child = child
    child.tell({ kind: 'begin', ...task })
    void child.ended.then(how => this.#ended(child, how, performance.now() - begun))
    return child
  }

  #hear(said: FromGuard): void {
    switch (said.kind) {
      case 'ready':
        this.#problem = this.#said
        return
      case 'answer':
        return this.#waiting.get(said.id)?.settle(said.answer, '')
      case 'failed':
        this.#options.log(`guard: ${said.why}`)
        return this.#waiting.get(said.id)?.settle(undefined, said.why)
      case 'state':
        this.#counts = said.counts
        this.#gate = said.gate
        this.#said = said.problem
        this.#problem = said.problem
        return
      case 'detection':
        return this.#options.onDetection(said.detection)
      case 'log':
        return this.#options.log(`guard: ${said.line}`)
    }
  }

  #ended(child: GuardChild, how: string, livedMs: number): void {
    if (this.#child !== child) return
    this.#child = undefined
    this.#before = sum(this.#before, this.#counts)
    this.#counts = nothingDone
    this.#gate = undefined
    for (const { settle } of [...this.#waiting.values()]) settle(undefined, `the guard ended: ${how}`)
    if (this.#closed || (!this.#stays && child.wasTold)) return
    this.#problem = `the guard ended (${how}) and is started again`
    this.#options.log(`the guard ended: ${how}`)
    if (livedMs >= this.#times.settled) this.#pauseMs = this.#times.firstPause
    this.#notBefore = performance.now() + this.#pauseMs
    if (this.#stays) this.#again = setTimeout(() => void this.#start(), this.#pauseMs)
    this.#pauseMs = Math.min(this.#pauseMs * 2, this.#times.longestPause)
  }
}

function isExamination(answer: GuardAnswer | undefined): answer is Examination {
  return answer !== undefined && 'verdict' in answer
}

function unknownBecause(why: string): Examination {
  return {
    verdict: 'unknown',
    because: [why],
    matches: [],
    memoryMatches: [],
    indicators: [],
    families: [],
    attack: [],
  }
}

function sum(one: GuardCounts, other: GuardCounts): GuardCounts {
  return {
    asked: one.asked + other.asked,
    allowed: one.allowed + other.allowed,
    denied: one.denied + other.denied,
    late: one.late + other.late,
    killed: one.killed + other.killed,
    wouldHave: one.wouldHave + other.wouldHave,
  }
}
