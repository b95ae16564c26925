import type { Order, OrderKind, Report } from '../../model/wire/index.ts'
import type { OrderLedger, TakenOrder } from '../orders/ledger.ts'
import { messageOf } from '../own-files.ts'
import { JobStopped, type WorkerSurroundings } from '../ports.ts'
import type { ChildEnd } from './child.ts'
import type { Children } from './children.ts'
import type { LaterLooks } from './later-looks.ts'
import { endOfOrder, type OrderEnd } from './order-end.ts'
import { hasEnded, RunFollower, runIds, runOfOrder, undoneSince } from './run-follower.ts'
import { lookingLater, wordsOf } from './words.ts'

/** What carrying out orders needs. */
export interface OrderParts {
  readonly given: WorkerSurroundings
  readonly ledger: OrderLedger
  readonly children: Children
  readonly laterLooks: LaterLooks
  /** A mounted tree instead of this host. */
  readonly root: string | undefined
  /** Tells quarantine and blocks. */
  kept(signal: AbortSignal): Promise<void>
}

const followMs = 300
const busyRetryMs = 5_000
const mostCuts = 5
const longestScanMs = 3 * 86_400_000
/** Exit status of the command line: another run is at work. */
const notPermitted = 77

/** Carries out orders that were accepted, and goes on with those that a crash cut off. */
export class OrderWork {
  readonly #parts: OrderParts

  constructor(parts: OrderParts) {
    this.#parts = parts
  }

  /** Throws `JobStopped` when it was left to finish, and anything else when it could not be done. */
  async carryOut(taken: TakenOrder, signal: AbortSignal): Promise<void> {
    const { given, ledger, children } = this.#parts
    const { order, begunAt } = taken
    if (begunAt !== undefined && order.action.kind !== 'scan') return this.#goOn(taken, begunAt, signal)
    if (begunAt === undefined) {
      if (Date.parse(order.expiresAt) < Date.now()) return this.finish(order, expired)
      // On the disk before anything happens: whatever comes now, no change is begun a second time.
      if (!ledger.begin(order.id, new Date().toISOString())) return
      given.report({ kind: 'order', order: order.id, state: 'running' })
    }
    if (order.action.kind === 'upgrade') return this.#upgrade(order)
    const words = await this.#wordsFor(taken)
    if (words === undefined) return
    if (order.action.kind === 'scan' || order.action.kind === 'report-inventory') {
      const { scan } = await children.look(words, signal, order.id)
      return this.finish(order, { state: 'done', ...(scan === undefined ? {} : { scan }) })
    }
    if (order.action.kind === 'prove') return this.#prove(order, order.action.run, words, signal)
    if (mayBeStopped(order)) {
      await children.tell(words, signal, order.id)
      return this.finish(order, { state: 'done' })
    }
    await this.#change(order, this.#runTakenBack(order), words, signal)
  }

  /**
   * After a restart: what was never begun is begun, a scan is begun again (what it has read need not be read twice), what has a run goes
   * on; all else was cut off, and that is said. True when there is something to carry out.
   */
  mayGoOn(taken: TakenOrder): boolean {
    const { order, begunAt } = taken
    if (begunAt === undefined) return order.action.kind !== 'cancel'
    if (order.action.kind === 'upgrade') {
      if (this.#parts.given.pendingUpgrade() !== order.id)
        this.finish(order, { state: 'failed', reason: 'It was cut off: the program before it runs.' })
      return false
    }
    if (order.action.kind === 'scan') return this.#mayScanAgain(order, begunAt)
    if (this.#runToGoOn(taken, begunAt) !== undefined) return true
    const reason = mayBeStopped(order)
      ? 'It was cut off when the agent ended. Order it again.'
      : 'It was cut off before it began: nothing was changed. Order it again.'
    this.finish(order, { state: 'failed', reason })
    return false
  }

  /** A scan that ends its agent, or that never comes to an end, is not begun for ever. */
  #mayScanAgain(order: Order, begunAt: string): boolean {
    const times = this.#parts.ledger.cutOff(order.id)
    if (times <= mostCuts && Date.now() - Date.parse(begunAt) < longestScanMs) return true
    const reason = `It was begun at ${begunAt} and cut off ${times} times when the agent ended. Order it again: it goes on where it was.`
    this.finish(order, { state: 'failed', reason })
    return false
  }

  /** Into the ledger, then into the spool. */
  finish(order: Order, end: OrderEnd): void {
    this.#parts.ledger.progress(order.id, end)
    this.#parts.given.report({ kind: 'order', order: order.id, ...end })
  }

  async #upgrade(order: Order): Promise<void> {
    const { id, action } = order
    if (action.kind !== 'upgrade') return
    try {
      await this.#parts.given.upgrade({ order: id, version: action.version, sha256: action.sha256 })
    } catch (error) {
      if (!(error instanceof Error) || error.name !== 'ReleaseRefused') throw error
      this.finish(order, { state: 'refused', refusal: 'bad-release', reason: error.message })
    }
  }

  async #prove(order: Order, run: string, words: readonly string[], signal: AbortSignal): Promise<void> {
    const proof = await this.#parts.children.ask(words, signal)
    if (proof === undefined) throw new Error('the proof could not be made')
    await this.#parts.children.reportRun(run, order.id, signal)
    this.finish(order, { state: 'done', reason: `The proof says: ${String(proof['result'])}.`, run })
  }

  async #wordsFor({ order, approvers }: TakenOrder): Promise<string[] | undefined> {
    const { given, children, root } = this.#parts
    return wordsOf(order, {
      plans: `${given.folders.own}/plans`,
      policy: given.config().orders,
      approved: approvers.length > 0,
      centers: await children.centerAddresses(),
      laterLooks: this.#looksLater(order),
      root,
    })
  }

  #looksLater({ action }: Order): boolean {
    const { given, root } = this.#parts
    return action.kind === 'clean' && given.policy().laterLooks && root === undefined
  }

  /** Carries out what changes the host, tells each step, and afterwards what is so now. `run`: one that exists already. */
  async #change(order: Order, run: string | undefined, words: readonly string[], signal: AbortSignal): Promise<void> {
    const end = await this.#followed(order, run, words, signal)
    const begun = this.#parts.ledger.find(order.id)
    if (end.status !== null || begun?.begunAt === undefined || this.#runToGoOn(begun, begun.begunAt) === undefined)
      return this.#afterChange(order, endOfOrder(order, end), signal)
    // Somebody killed it in the middle, or memory was short: its journal knows how to go on.
    this.#parts.given.log(`the child of order ${order.id} was killed; it goes on`)
    return this.#goOn(begun, begun.begunAt, signal)
  }

  async #followed(
    order: Order,
    known: string | undefined,
    words: readonly string[],
    signal: AbortSignal,
  ): Promise<ChildEnd> {
    const { state } = this.#parts.given.folders
    const before = new Set(runIds(state))
    let follower = known === undefined ? undefined : this.#follower(order.id, known, true)
    const follow = () => {
      try {
        follower ??= this.#newRun(order.id, before)
        follower?.look()
      } catch (error) {
        this.#parts.given.log(`the journal could not be followed: ${messageOf(error)}`)
      }
    }
    const timer = setInterval(follow, followMs)
    try {
      const end = await this.#parts.children.change(words, order.id, signal)
      follow()
      return end
    } finally {
      clearInterval(timer)
    }
  }

  #newRun(order: string, before: ReadonlySet<string>): RunFollower | undefined {
    const { state } = this.#parts.given.folders
    const fresh = runIds(state).filter(id => !before.has(id))
    const run = runOfOrder(state, order, fresh)
    if (run === undefined) return undefined
    this.#parts.ledger.progress(order, { run })
    return this.#follower(order, run, false)
  }

  #follower(order: string, run: string, silent: boolean): RunFollower {
    const { report, folders } = this.#parts.given
    const listener = {
      begun: (whole: Extract<Report, { kind: 'run' }>['run']) => void report({ kind: 'run', order, run: whole }),
      step: (step: Omit<Extract<Report, { kind: 'run-step' }>, 'kind' | 'order'>) =>
        void report({ kind: 'run-step', order, ...step }),
    }
    return new RunFollower(folders.state, run, listener, silent)
  }

  async #afterChange(order: Order, end: OrderEnd, signal: AbortSignal): Promise<void> {
    const { children, laterLooks, kept } = this.#parts
    const { run } = end
    if (run === undefined) return this.finish(order, end)
    if (order.action.kind === 'undo' && order.action.action === undefined) laterLooks.forget(run)
    if (this.#looksLater(order)) laterLooks.add(run, new Date())
    // First what is so now, then that it ended: who waited for the end finds it all, and a crash in between leaves nothing untold.
    await children.reportRun(run, order.id, signal)
    await kept(signal)
    this.finish(order, end)
  }

  /** Goes on with what was begun before the agent ended. The child of then may still be at work. */
  async #goOn(taken: TakenOrder, begunAt: string, signal: AbortSignal): Promise<void> {
    const { order } = taken
    const { given, children } = this.#parts
    const run = this.#runToGoOn(taken, begunAt)
    if (run === undefined) return this.finish(order, { state: 'failed', reason: 'It was cut off before it began.' })
    const repeated = this.#runTakenBack(order) !== undefined
    const words = repeated
      ? await this.#wordsFor(taken)
      : ['resume', ...lookingLater({ laterLooks: this.#looksLater(order) }), '--', run]
    for (;;) {
      if (!repeated && hasEnded(given.folders.state, run)) {
        const stdout = JSON.stringify((await children.ask(['runs', '--', run], signal)) ?? {})
        return this.#afterChange(order, endOfOrder(order, { status: 0, stdout, stderr: '' }), signal)
      }
      const end = await this.#followed(order, run, words ?? [], signal)
      // Somebody works on the state folder: most likely the child that outlived the agent.
      if (end.status !== notPermitted) return this.#afterChange(order, endOfOrder(order, end), signal)
      await rest(busyRetryMs, signal)
    }
  }

  /** The run of an order that was begun; undefined when nothing of it is in any journal. */
  #runToGoOn({ id, order, run }: TakenOrder, begunAt: string): string | undefined {
    const { state } = this.#parts.given.folders
    const back = this.#runTakenBack(order)
    if (back !== undefined) return undoneSince(state, back, begunAt) ? back : undefined
    if (order.action.kind === 'undo' || order.action.kind === 'restore') return undefined
    const found = run ?? runOfOrder(state, id, runIds(state))
    if (found !== undefined) this.#parts.ledger.progress(id, { run: found })
    return found
  }

  /** The run in whose journal an undo or a restore is written. Entries of the vault are named after the run that took them. */
  #runTakenBack({ action }: Order): string | undefined {
    if (action.kind === 'undo') return action.run
    if (action.kind !== 'restore') return undefined
    return runIds(this.#parts.given.folders.state).find(run => action.entry.startsWith(`${run}-`))
  }
}

const expired = {
  state: 'refused',
  refusal: 'expired',
  reason: 'It ran out while it waited on this host.',
} as const satisfies OrderEnd

const looks = new Set<OrderKind>(['scan', 'report-inventory', 'report-processes', 'prove', 'send-quarantined'])

/** What reads all files, or those below a path. */
export function takesLong({ action }: Order): boolean {
  return action.kind === 'scan' && action.mode !== 'quick'
}

/** What only looks, or only tells, may be stopped at any moment. */
export function mayBeStopped({ action }: Order): boolean {
  return looks.has(action.kind)
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
