import { lookup } from 'node:dns/promises'
import { existsSync, renameSync, rmSync } from 'node:fs'
import { isIP } from 'node:net'
import { dirname, join } from 'node:path'
import type { Order, Report } from '../../model/wire/index.ts'
import { OrderLedger, type TakenOrder } from '../orders/ledger.ts'
import { isRecord, messageOf, readJson, replaceJson } from '../own-files.ts'
import { JobStopped, type LookResult, type Worker, type WorkerSurroundings } from '../ports.ts'
import { capabilities } from './capabilities.ts'
import { startTimeOf } from './ceiling.ts'
import { type ChildEnd, runChange, runLook } from './child.ts'
import { costCounter } from './cost.ts'
import { keptReports } from './kept-reports.ts'
import { bootId, LaterLooks } from './later-looks.ts'
import { endLeftLooks, rememberChild } from './left-children.ts'
import { LookLines } from './look-lines.ts'
import { documentOf, endOfOrder, type OrderEnd, reasonFrom } from './order-end.ts'
import { hasEnded, RunFollower, runIds, runOfOrder, undoneSince } from './run-follower.ts'
import { TamperWatch } from './tampering.ts'
import { wordsOf } from './words.ts'

export interface WorkerOptions {
  /** A mounted tree instead of this host. */
  readonly root?: string
  /** `/etc/davylamp/agent.yml` and the unit of the agent, for what watches them. */
  readonly watchedFiles?: readonly string[]
  /** How long a proof after a run watches when the order does not say. */
  readonly watchSeconds?: number
}

const followMs = 300
const busyRetryMs = 5_000

/** The agent's hands and eyes: every look and every change is a child that is the same program. */
export function makeWorker(surroundings: WorkerSurroundings, options: WorkerOptions = {}): Worker {
  return new ChildWorker(surroundings, options)
}

class ChildWorker implements Worker {
  readonly capabilities = capabilities
  readonly #given: WorkerSurroundings
  readonly #options: WorkerOptions
  readonly #ledger: OrderLedger
  readonly #laterLooks: LaterLooks
  readonly #tampering: TamperWatch
  readonly #atWork = new Map<string, AbortController>()
  readonly #ending = new AbortController()
  readonly cost = costCounter()
  #taking: Promise<unknown> = Promise.resolve()
  #settling: Promise<unknown> = Promise.resolve()

  constructor(given: WorkerSurroundings, options: WorkerOptions) {
    const { own, state, packs } = given.folders
    this.#given = given
    this.#options = options
    this.#ledger = new OrderLedger(join(own, 'orders.db'))
    this.#laterLooks = new LaterLooks(own)
    this.#tampering = new TamperWatch(own, {
      program: [dirname(given.launcher)],
      files: [...(options.watchedFiles ?? ['/etc/davylamp/agent.yml']), join(own, 'identity.json')],
      folders: [state, own, packs],
    })
  }

  async start(): Promise<readonly string[]> {
    this.#tellSilentStop()
    endLeftLooks(this.#given.folders.own)
    const left: string[] = []
    for (const taken of this.#ledger.unfinished()) if (this.#mayGoOn(taken)) left.push(taken.id)
    return left
  }

  async look(mode: 'quick' | 'full', signal: AbortSignal): Promise<LookResult> {
    if (mode === 'full') throw new Error('this version does no full scans')
    return (await this.#look(['agent', 'look', ...this.#tree()], signal)).result
  }

  async inventory(whole: boolean, signal: AbortSignal): Promise<void> {
    const words = ['agent', 'look', '--only-inventory', ...(whole ? ['--whole-inventory'] : []), ...this.#tree()]
    await this.#look(words, signal)
  }

  async kept(signal: AbortSignal): Promise<void> {
    const ask = (words: readonly string[]) => this.#ask(words, signal)
    const blocks = this.#options.root === undefined
    for (const report of await keptReports(ask, blocks, new Date())) this.#given.report(report)
  }

  nextLaterLook(): Date | undefined {
    return this.#laterLooks.next()
  }

  async laterLooks(signal: AbortSignal): Promise<void> {
    for (const run of this.#laterLooks.due(new Date())) {
      const asked = new Date()
      // A run that people took back or whose journal is gone has nothing to look at.
      const proof = await this.#ask(['prove', '--', run], signal)
      if (proof === undefined) this.#given.log(`the later look at run ${run} could not be made`)
      else await this.#reportRun(run, undefined, signal)
      this.#laterLooks.done(run, asked)
    }
  }

  take(order: unknown): Promise<string | undefined> {
    // One after the other: their sequence decides which are new.
    const taken = this.#taking.then(() => this.#take(order))
    this.#taking = taken.catch(() => {})
    return taken
  }

  carryOut(id: string, signal: AbortSignal): Promise<void> {
    const work = this.#stoppable(id, signal)
    this.#settling = Promise.allSettled([this.#settling, work])
    return work
  }

  upgradeEnded(order: string, ended: { state: 'done' } | { state: 'failed'; reason: string }): void {
    const taken = this.#ledger.find(order)
    if (taken !== undefined) this.#finish(taken.order, ended)
  }

  async #stoppable(id: string, signal: AbortSignal): Promise<void> {
    const taken = this.#ledger.find(id)
    if (taken === undefined || (taken.state !== 'accepted' && taken.state !== 'running')) return
    const stopper = new AbortController()
    this.#atWork.set(id, stopper)
    const both = AbortSignal.any([signal, stopper.signal, this.#ending.signal])
    try {
      await this.#carryOut(taken, both)
    } catch (error) {
      if (error instanceof JobStopped && !stopper.signal.aborted) throw error
      const reason = messageOf(error)
      this.#finish(taken.order, error instanceof JobStopped ? { state: 'cancelled' } : { state: 'failed', reason })
    } finally {
      this.#atWork.delete(id)
    }
  }

  orderSequence(): number {
    return this.#ledger.lastSequence()
  }

  async checkTampering(): Promise<void> {
    for (const one of this.#tampering.check()) this.#given.report({ kind: 'tampering', ...one })
  }

  async rememberOwnFiles(): Promise<void> {
    this.#tampering.remember()
  }

  async stop(): Promise<void> {
    this.#ending.abort()
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
    if (before?.['boot'] === boot && typeof before['at'] === 'string')
      this.#given.report({
        kind: 'tampering',
        what: 'stopped-without-goodbye',
        detail: `The agent that began at ${before['at']} ended without taking leave, in the same boot: it was killed, or it failed.`,
      })
    replaceJson(this.#alive, {
      pid: process.pid,
      startTime: startTimeOf(process.pid),
      boot,
      at: new Date().toISOString(),
    })
  }

  #tree(): string[] {
    return this.#options.root === undefined ? [] : [`--root=${this.#options.root}`]
  }

  #words(words: readonly string[]): string[] {
    return ['--json', '--state', this.#given.folders.state, ...words]
  }

  async #look(words: readonly string[], signal: AbortSignal, order?: string): Promise<LookLines> {
    const { own } = this.#given.folders
    const lines = new LookLines(this.#given, order)
    const end = await runLook({
      launcher: this.#given.launcher,
      words: this.#words(words),
      signal: AbortSignal.any([signal, this.#ending.signal]),
      cpuPercent: this.#given.policy().scan.cpuPercent,
      onLine: line => lines.take(line),
      onStart: pid => rememberChild(own, pid, 'look'),
    })
    if (end.status !== 0) throw new Error(reasonFrom(end.stderr, end.status))
    // Everything lies in the spool: from now on only what changes is told.
    if (existsSync(join(own, 'inventory.next.json')))
      renameSync(join(own, 'inventory.next.json'), join(own, 'inventory.json'))
    return lines
  }

  /** The one document of a command that changes nothing; undefined when it could not be had. */
  async #ask(words: readonly string[], signal: AbortSignal): Promise<Readonly<Record<string, unknown>> | undefined> {
    const lines: string[] = []
    const end = await runLook({
      launcher: this.#given.launcher,
      words: this.#words(words),
      signal: AbortSignal.any([signal, this.#ending.signal]),
      onLine: line => lines.push(line),
    })
    return documentOf([...lines, end.stdout].join('\n'))
  }

  async #reportRun(run: string, order: string | undefined, signal: AbortSignal): Promise<void> {
    const document = await this.#ask(['runs', '--', run], signal)
    if (document?.['format'] !== 'davylamp-run') return
    const whole = document as unknown as Extract<Report, { kind: 'run' }>['run']
    this.#given.report({ kind: 'run', ...(order === undefined ? {} : { order }), run: whole })
  }

  async #take(order: unknown): Promise<string | undefined> {
    const identity = this.#given.identity()
    if (identity === undefined) return undefined
    const request = {
      order,
      agent: identity.agent,
      orderKeys: identity.orderKeys,
      capabilities,
      ...(this.#options.root === undefined ? {} : { root: this.#options.root }),
    }
    const lines: string[] = []
    const end = await runLook({
      launcher: this.#given.launcher,
      words: this.#words(['agent', 'judge']),
      input: JSON.stringify(request),
      signal: this.#ending.signal,
      seconds: 120,
      onLine: line => lines.push(line),
    })
    const answer = documentOf(lines.join('\n'))
    if (end.status !== 0 || answer === undefined) {
      // It was not written down and so was not taken: it may be sent again.
      this.#given.log(`an order could not be judged: ${reasonFrom(end.stderr, end.status)}`)
      return undefined
    }
    if (isRecord(answer['report'])) this.#given.report(answer['report'] as unknown as Report)
    else this.#given.log('something came that is no order of this center')
    const accepted = isRecord(answer['accepted']) ? (answer['accepted'] as unknown as Order) : undefined
    if (accepted?.action.kind !== 'cancel') return accepted?.id
    this.#cancel(accepted, accepted.action.order)
    return undefined
  }

  #cancel(order: Order, id: string): void {
    this.#ledger.begin(order.id, new Date().toISOString())
    const target = this.#ledger.find(id)
    const running = this.#atWork.get(id)
    if (target?.state === 'accepted' && running === undefined) {
      this.#finish(target.order, { state: 'cancelled' })
      this.#finish(order, { state: 'done' })
    } else if (running !== undefined && target !== undefined && mayBeStopped(target.order)) {
      running.abort()
      this.#finish(order, { state: 'done' })
    } else {
      const reason =
        target?.state === 'running'
          ? 'What changes a host is never stopped in the middle. Take it back when it has ended.'
          : 'It has ended already.'
      this.#finish(order, { state: 'failed', reason })
    }
  }

  /** After a restart: what was never begun is begun, what has a run goes on, everything else was cut off. */
  #mayGoOn(taken: TakenOrder): boolean {
    const { order, begunAt } = taken
    if (begunAt === undefined) return order.action.kind !== 'cancel'
    if (order.action.kind === 'upgrade') {
      if (this.#given.pendingUpgrade() !== order.id)
        this.#finish(order, { state: 'failed', reason: 'It was cut off: the program before it runs.' })
      return false
    }
    if (this.#runToGoOn(taken, begunAt) !== undefined) return true
    const reason = mayBeStopped(order)
      ? 'It was cut off when the agent ended. Order it again.'
      : 'It was cut off before it began: nothing was changed. Order it again.'
    this.#finish(order, { state: 'failed', reason })
    return false
  }

  #runToGoOn({ id, order, run }: TakenOrder, begunAt: string): string | undefined {
    const { state } = this.#given.folders
    if (order.action.kind === 'undo')
      return undoneSince(state, order.action.run, begunAt) ? order.action.run : undefined
    if (order.action.kind === 'restore') {
      const of = this.#runOfEntry(order.action.entry)
      return of !== undefined && undoneSince(state, of, begunAt) ? of : undefined
    }
    const found = run ?? runOfOrder(state, id, runIds(state))
    if (found !== undefined) this.#ledger.progress(id, { run: found })
    return found
  }

  /** Entries of the vault are named after the run and the action that took them. */
  #runOfEntry(entry: string): string | undefined {
    return runIds(this.#given.folders.state).find(run => entry.startsWith(`${run}-`))
  }

  async #carryOut(taken: TakenOrder, signal: AbortSignal): Promise<void> {
    const { order, begunAt } = taken
    if (begunAt !== undefined) return this.#goOn(taken, begunAt, signal)
    if (Date.parse(order.expiresAt) < Date.now())
      return this.#finish(order, {
        state: 'refused',
        refusal: 'expired',
        reason: 'It ran out while it waited on this host.',
      })
    // On the disk before anything happens: whatever comes now, it is not begun a second time.
    if (!this.#ledger.begin(order.id, new Date().toISOString())) return
    this.#given.report({ kind: 'order', order: order.id, state: 'running' })
    if (order.action.kind === 'upgrade') return this.#upgrade(order)
    const words = wordsOf(order, await this.#surroundingsOf(taken))
    if (words === undefined) return
    if (order.action.kind === 'scan' || order.action.kind === 'report-inventory') {
      const lines = await this.#look(words, signal, order.id)
      const scan = lines.scan === undefined ? {} : { scan: lines.scan }
      return this.#finish(order, { state: 'done' }, scan)
    }
    if (order.action.kind === 'prove') {
      const proof = await this.#ask(words, signal)
      if (proof === undefined) throw new Error('the proof could not be made')
      await this.#reportRun(order.action.run, order.id, signal)
      return this.#finish(order, {
        state: 'done',
        reason: `The proof says: ${String(proof['result'])}.`,
        run: order.action.run,
      })
    }
    await this.#change(order, words, signal)
  }

  async #upgrade({ id, action }: Order): Promise<void> {
    if (action.kind !== 'upgrade') return
    try {
      await this.#given.upgrade({ order: id, version: action.version, sha256: action.sha256 })
    } catch (error) {
      if (!(error instanceof Error) || error.name !== 'ReleaseRefused') throw error
      this.#ledger.progress(id, { state: 'refused', refusal: 'bad-release', reason: error.message })
      this.#given.report({ kind: 'order', order: id, state: 'refused', refusal: 'bad-release', reason: error.message })
    }
  }

  async #surroundingsOf({ approvers }: TakenOrder) {
    const { own } = this.#given.folders
    return {
      planPath: (id: string) => join(own, 'plans', `${id}.json`),
      policy: this.#given.config().orders,
      approved: approvers.length > 0,
      centers: await this.#centerAddresses(),
      root: this.#options.root,
    }
  }

  /** Where the center is, so that no order can cut this host off from it. */
  async #centerAddresses(): Promise<string[]> {
    const center = this.#given.identity()?.center
    if (center === undefined) return []
    const host = new URL(center).hostname.replace(/^\[|\]$/g, '')
    if (isIP(host) !== 0) return [host]
    try {
      return (await lookup(host, { all: true })).map(one => one.address)
    } catch {
      this.#given.log(`the center's name ${host} has no address at the moment`)
      return []
    }
  }

  /** Carries out what changes the host, tells each step, and afterwards what is so now. */
  async #change(order: Order, words: readonly string[], signal: AbortSignal): Promise<void> {
    const existing = order.action.kind === 'undo' ? order.action.run : undefined
    const restored = order.action.kind === 'restore' ? this.#runOfEntry(order.action.entry) : undefined
    const end = await this.#followed(order, existing ?? restored, words, signal)
    await this.#afterChange(order, endOfOrder(order, end), signal)
  }

  async #followed(
    order: Order,
    known: string | undefined,
    words: readonly string[],
    signal: AbortSignal,
  ): Promise<ChildEnd> {
    const { own, state } = this.#given.folders
    const before = new Set(runIds(state))
    let follower = known === undefined ? undefined : this.#follower(order.id, known, true)
    const follow = () => {
      try {
        if (follower === undefined) {
          const run = runOfOrder(
            state,
            order.id,
            runIds(state).filter(id => !before.has(id)),
          )
          if (run === undefined) return
          this.#ledger.progress(order.id, { run })
          follower = this.#follower(order.id, run, false)
        }
        follower.look()
      } catch (error) {
        this.#given.log(`the journal could not be followed: ${messageOf(error)}`)
      }
    }
    const timer = setInterval(follow, followMs)
    try {
      const end = await runChange({
        launcher: this.#given.launcher,
        words: this.#words(words),
        output: join(own, 'children', order.id),
        signal,
        onStart: pid => rememberChild(own, pid, 'change'),
      })
      follow()
      return end
    } finally {
      clearInterval(timer)
    }
  }

  #follower(order: string, run: string, silent: boolean): RunFollower {
    const { report } = this.#given
    const listener = {
      begun: (whole: Extract<Report, { kind: 'run' }>['run']) => void report({ kind: 'run', order, run: whole }),
      step: (step: Omit<Extract<Report, { kind: 'run-step' }>, 'kind' | 'order'>) =>
        void report({ kind: 'run-step', order, ...step }),
    }
    return new RunFollower(this.#given.folders.state, run, listener, silent)
  }

  async #afterChange(order: Order, end: OrderEnd, signal: AbortSignal): Promise<void> {
    const { run } = end
    this.#finish(order, end)
    if (run === undefined) return
    await this.#reportRun(run, order.id, signal)
    if (order.action.kind === 'undo' && order.action.action === undefined) this.#laterLooks.forget(run)
    if (order.action.kind === 'clean' && this.#given.policy().laterLooks && this.#options.root === undefined)
      this.#laterLooks.add(run, new Date())
    await this.kept(signal)
  }

  /** Goes on with what was begun before the agent ended. The child of then may still be at work. */
  async #goOn(taken: TakenOrder, begunAt: string, signal: AbortSignal): Promise<void> {
    const { order } = taken
    const run = this.#runToGoOn(taken, begunAt)
    if (run === undefined) return this.#finish(order, { state: 'failed', reason: 'It was cut off before it began.' })
    const { state } = this.#given.folders
    const repeat = order.action.kind === 'undo' || order.action.kind === 'restore'
    const words = repeat ? wordsOf(order, await this.#surroundingsOf(taken)) : ['resume', '--', run]
    for (;;) {
      if (!repeat && hasEnded(state, run)) {
        const document = await this.#ask(['runs', '--', run], signal)
        const end = { status: 0, stdout: JSON.stringify(document ?? {}), stderr: '' }
        return this.#afterChange(order, endOfOrder(order, end), signal)
      }
      const end = await this.#followed(order, run, words ?? [], signal)
      // Somebody works on the state folder: most likely the child that outlived the agent.
      if (end.status !== notPermitted || signal.aborted) return this.#afterChange(order, endOfOrder(order, end), signal)
      await rest(busyRetryMs, signal)
    }
  }

  #finish(order: Order, end: OrderEnd, more: { scan?: string } = {}): void {
    this.#ledger.progress(order.id, { ...end, ...more })
    this.#given.report({ kind: 'order', order: order.id, ...end, ...more })
  }
}

/** Exit status of the command line: another run is at work. */
const notPermitted = 77

/** What only looks may be stopped at any moment. */
function mayBeStopped({ action }: Order): boolean {
  return action.kind === 'scan' || action.kind === 'report-inventory' || action.kind === 'prove'
}

function rest(ms: number, signal: AbortSignal): Promise<void> {
  return new Promise((done, fail) => {
    const timer = setTimeout(done, ms)
    const stop = () => {
      clearTimeout(timer)
      fail(new JobStopped('stopped while it waited'))
    }
    signal.addEventListener('abort', stop, { once: true })
  })
}
