import { rmSync } from 'node:fs'
import { dirname, join } from 'node:path'
import { setTimeout as sleep } from 'node:timers/promises'
import type { ExecEvent } from '../../model/index.ts'
import type { Order, Report } from '../../model/wire/index.ts'
import { OrderLedger, type TakenOrder } from '../orders/ledger.ts'
import { isRecord, messageOf, readJson, replaceJson } from '../own-files.ts'
import { AimedCommands, TamperWatch } from '../tampering/index.ts'
import { JobStopped, type LookResult, type Worker, type WorkerSurroundings } from '../ports.ts'
import { capabilities } from './capabilities.ts'
import { startTimeOf } from './process-stat.ts'
import { Children } from './children.ts'
import { costCounter } from './cost.ts'
import { keptReports } from './kept-reports.ts'
import { bootId, LaterLooks } from './later-looks.ts'
import { endLeftLooks } from './left-children.ts'
import { mayBeStopped, OrderWork, takesLong } from './order-work.ts'
import { serviceGroups } from './service-groups.ts'
import { takenBack } from './run-follower.ts'

export interface WorkerOptions {
  /** A mounted tree instead of this host. */
  readonly root?: string
  /** The configuration and the unit of the agent, for what watches them. */
  readonly watchedFiles?: readonly string[]
}

/** The agent's hands and eyes: every look and every change is a child that is the same program. */
export function makeWorker(surroundings: WorkerSurroundings, options: WorkerOptions = {}): Worker {
  return new ChildWorker(surroundings, options)
}

/** Judging takes less than a second of the processor; a busy host has many times that. */
const judgeSeconds = 120

class ChildWorker implements Worker {
  readonly capabilities = capabilities
  readonly cost = costCounter()
  readonly #given: WorkerSurroundings
  readonly #startedAt = new Date().toISOString()
  readonly #live: boolean
  readonly #ending = new AbortController()
  readonly #children: Children
  readonly #ledger: OrderLedger
  readonly #laterLooks: LaterLooks
  readonly #tampering: TamperWatch
  readonly #aimed: AimedCommands
  readonly #orders: OrderWork
  /** Orders that were given to whoever carries them out. */
  readonly #handed = new Set<string>()
  /** Orders that are being carried out. */
  readonly #atWork = new Map<string, AbortController>()
  #taking: Promise<unknown> = Promise.resolve()
  #settling: Promise<unknown> = Promise.resolve()

  constructor(given: WorkerSurroundings, { root, watchedFiles }: WorkerOptions) {
    const { own, state } = given.folders
    this.#given = given
    this.#live = root === undefined
    this.#children = new Children(given, this.#ending.signal, root)
    this.#ledger = new OrderLedger(join(own, 'orders.db'))
    this.#laterLooks = new LaterLooks(own)
    this.#tampering = new TamperWatch({
      state,
      own,
      program: dirname(given.launcher),
      ...(watchedFiles === undefined ? {} : { watchedFiles }),
      told: one => void given.report({ kind: 'tampering', ...one }),
      log: line => given.log(line),
    })
    this.#aimed = new AimedCommands(own)
    this.#orders = new OrderWork({
      given,
      ledger: this.#ledger,
      children: this.#children,
      laterLooks: this.#laterLooks,
      root,
      kept: signal => this.kept(signal),
    })
  }

  async start(): Promise<readonly string[]> {
    this.#tellSilentStop()
    // Before the first child, which would be in the way.
    serviceGroups()
    endLeftLooks(this.#given.folders.own)
    const left = this.#ledger.unfinished().flatMap(taken => (this.#orders.mayGoOn(taken) ? [taken.id] : []))
    for (const id of left) this.#handed.add(id)
    return left
  }

  async look(mode: 'quick' | 'full', signal: AbortSignal): Promise<LookResult> {
    const reading = mode === 'full' ? ['--full'] : []
    return (await this.#children.look(['agent', 'look', ...reading, ...this.#children.tree], signal)).result
  }

  async inventory(whole: boolean, signal: AbortSignal): Promise<void> {
    const words = ['agent', 'look', '--only-inventory', ...(whole ? ['--whole-inventory'] : [])]
    await this.#children.look([...words, ...this.#children.tree], signal)
  }

  async kept(signal: AbortSignal): Promise<void> {
    const ask = (words: readonly string[]) => this.#children.ask(words, signal)
    const back = (run: string) => takenBack(this.#given.folders.state, run)
    for (const report of await keptReports(ask, this.#live, back, new Date())) this.#given.report(report)
  }

  async ran(run: string, signal: AbortSignal): Promise<void> {
    this.#laterLooks.add(run, new Date())
    await this.#children.reportRun(run, undefined, signal)
    await this.kept(signal)
  }

  nextLaterLook(): Date | undefined {
    return this.#laterLooks.next()
  }

  async laterLooks(signal: AbortSignal): Promise<void> {
    for (const run of this.#laterLooks.due(new Date())) {
      const asked = new Date()
      const proof = await this.#children.ask(['prove', '--', run], signal)
      // A run whose journal is gone has nothing to look at any more.
      if (proof !== undefined) await this.#children.reportRun(run, this.#ledger.orderOfRun(run), signal)
      this.#laterLooks.done(run, asked)
    }
  }

  centerAddresses(): Promise<readonly string[]> {
    return this.#children.centerAddresses()
  }

  take(order: unknown): Promise<string | undefined> {
    // One after the other: their sequence decides which are new.
    const taken = this.#taking.then(() => this.#take(order))
    this.#taking = taken.catch(() => {})
    return taken
  }

  takesLong(id: string): boolean {
    const taken = this.#ledger.find(id)
    return taken !== undefined && takesLong(taken.order)
  }

  carryOut(id: string, signal: AbortSignal): Promise<void> {
    const work = this.#carryOut(id, signal)
    this.#settling = Promise.allSettled([this.#settling, work])
    return work
  }

  upgradeEnded(order: string, ended: { state: 'done' } | { state: 'failed'; reason: string }): void {
    const taken = this.#ledger.find(order)
    if (taken !== undefined) this.#orders.finish(taken.order, ended)
  }

  orderSequence(): number {
    return this.#ledger.lastSequence()
  }

  async checkTampering(): Promise<void> {
    this.#tampering.check()
  }

  async rememberOwnFiles(): Promise<void> {
    this.#tampering.remember()
  }

  noteExec(event: ExecEvent): void {
    try {
      this.#aimed.note(event)
    } catch (error) {
      this.#given.log(`what was aimed at the agent could not be kept: ${messageOf(error)}`)
    }
  }

  signalWords(signal: string): string {
    const aimed = this.#aimed.take(this.#startedAt)
    const words = `A program, and not systemd, told the agent to end (${signal}); it ends, and systemd starts it again.`
    return aimed === undefined ? words : `${words} ${aimed}`
  }

  async stop(): Promise<void> {
    this.#ending.abort()
    this.#tampering.close()
    await Promise.allSettled([this.#taking, this.#settling])
    rmSync(this.#alive, { force: true })
    this.#ledger.close()
  }

  /** Whoever ends us leaves this behind; whoever stops us properly takes it away. */
  get #alive(): string {
    return join(this.#given.folders.own, 'alive.json')
  }

  #tellSilentStop(): void {
    const before = readJson(this.#alive)
    const boot = bootId()
    if (before?.['boot'] === boot && typeof before['at'] === 'string') {
      const aimed = this.#aimed.take(before['at'])
      const detail = `The agent that began at ${before['at']} ended without taking leave, in the same boot: it was killed, or it failed.`
      this.#given.report({
        kind: 'tampering',
        what: 'stopped-without-goodbye',
        detail: aimed === undefined ? detail : `${detail} ${aimed}`,
      })
    }
    const [pid, at] = [process.pid, new Date().toISOString()]
    replaceJson(this.#alive, { pid, startTime: startTimeOf(pid), boot, at })
  }

  async #take(order: unknown): Promise<string | undefined> {
    const identity = this.#given.identity()
    if (identity === undefined) return undefined
    const { agent, orderKeys } = identity
    const [tree] = this.#children.tree
    const request = {
      order,
      agent,
      orderKeys,
      capabilities,
      ...(tree === undefined ? {} : { root: tree.slice('--root='.length) }),
    }
    const answer = await this.#judged(request)
    if (isRecord(answer['report'])) this.#given.report(answer['report'] as unknown as Report)
    else this.#given.log('something came that is no order of this center')
    const accepted = isRecord(answer['accepted']) ? (answer['accepted'] as unknown as Order) : undefined
    // One that was answered before and has not begun is only new if its first answer was never heard.
    if (accepted === undefined || this.#handed.has(accepted.id)) return undefined
    this.#handed.add(accepted.id)
    if (accepted.action.kind !== 'cancel') return accepted.id
    this.#cancel(accepted, accepted.action.order)
    return undefined
  }

  /** Judging again is harmless: what was written down is answered as it was. */
  async #judged(request: unknown): Promise<Readonly<Record<string, unknown>>> {
    for (const pauseMs of [1_000, 10_000, undefined]) {
      try {
        const words = ['agent', 'judge'] as const
        const answer = await this.#children.ask(words, this.#ending.signal, { input: request, seconds: judgeSeconds })
        if (answer !== undefined) return answer
      } catch (error) {
        if (error instanceof JobStopped) throw error
        this.#given.log(messageOf(error))
      }
      if (pauseMs === undefined) break
      await sleep(pauseMs, undefined, { signal: this.#ending.signal })
    }
    throw new Error('the order could not be judged; the center sends it again with the next connection')
  }

  #cancel(order: Order, id: string): void {
    this.#ledger.begin(order.id, new Date().toISOString())
    const target = this.#ledger.find(id)
    const running = this.#atWork.get(id)
    // A scan that gave way, or that the end of the agent cut off, has begun and waits.
    const waits = target?.state === 'accepted' || (target !== undefined && this.#handed.has(id) && isCutScan(target))
    if (waits && running === undefined) {
      this.#orders.finish(target.order, { state: 'cancelled' })
      return this.#orders.finish(order, { state: 'done' })
    }
    if (running !== undefined && target !== undefined && mayBeStopped(target.order)) {
      running.abort()
      return this.#orders.finish(order, { state: 'done' })
    }
    const reason =
      running === undefined
        ? 'It has ended already.'
        : 'What changes a host is never stopped in the middle. Take it back when it has ended.'
    this.#orders.finish(order, { state: 'failed', reason })
  }

  async #carryOut(id: string, signal: AbortSignal): Promise<void> {
    const taken = this.#ledger.find(id)
    if (taken === undefined || (taken.state !== 'accepted' && taken.state !== 'running')) return
    const cancelled = new AbortController()
    this.#atWork.set(id, cancelled)
    const signals = AbortSignal.any([signal, this.#ending.signal, cancelled.signal])
    try {
      await this.#orders.carryOut(taken, signals)
    } catch (error) {
      // Left to finish, or cut off by our own end: the next start knows what to do.
      if (error instanceof JobStopped && !cancelled.signal.aborted) throw error
      const failed = { state: 'failed', reason: messageOf(error) } as const
      this.#orders.finish(taken.order, error instanceof JobStopped ? { state: 'cancelled' } : failed)
    } finally {
      this.#atWork.delete(id)
    }
  }
}

function isCutScan({ state, order }: TakenOrder): boolean {
  return state === 'running' && order.action.kind === 'scan'
}
