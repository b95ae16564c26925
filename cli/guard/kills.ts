import { canonicalHash } from '../../engine/index.ts'
import type { ActionState, Plan, ProcessName } from '../../model/index.ts'
import { listRuns, type OpenRun, openHost, prepareRun, resumeRun, type WritableHost } from '../../remedies/index.ts'
import { program } from '../program-name.ts'

export interface Killed {
  readonly run: string
  readonly state: ActionState
}

export interface KillsOptions {
  readonly state: string
  readonly log: (line: string) => void
  /** A run ends when nothing was added to it for so long. */
  readonly restMs?: number
}

const mostOfRun = 100
const longestRunMs = 3_600_000
/** A run bears the time at which it was made ready. */
const renewMs = 600_000

/** What a run of the guard stands for; its actions are added as they come. */
const planOfGuard = planWithId({
  format: 'davylamp-plan',
  version: 1,
  target: { root: '/', live: true },
  incidents: [],
  actions: [],
  skipped: [],
  advice: [],
})

/**
 * Ends processes by the kill remedy, each in the journal before it happens. The run is open already, so that the first one need not
 * wait; what comes in a burst is one run.
 */
export class Kills {
  readonly #state: string
  readonly #log: (line: string) => void
  readonly #restMs: number
  #host: WritableHost | undefined
  /** Undefined while none could be made ready: the next one who needs it tries again. */
  #run: OpenRun | undefined
  #sinceMs = performance.now()
  #rest: NodeJS.Timeout | undefined
  #turn: Promise<unknown> = Promise.resolve()
  readonly #renewal: NodeJS.Timeout

  constructor({ state, log, restMs = 10_000 }: KillsOptions) {
    this.#state = state
    this.#log = log
    this.#restMs = restMs
    // A disk that takes nothing must not keep the gate open: only what would end processes waits for it.
    this.#later(() => this.#ready())
    this.#renewal = setInterval(() => this.#later(() => this.#renew()), renewMs)
    this.#renewal.unref()
  }

  /** A run that an earlier guard could not end: what it had begun is brought to its end. */
  async endLeft(): Promise<void> {
    const left = listRuns(this.#state).filter(one => one.state === 'running' && one.plan === planOfGuard.id)
    for (const { id } of left) await resumeRun(id, this.#opened(), { program })
  }

  /** Resolves when it is dead, or says why not. Throws when the journal cannot be written. */
  kill(process: ProcessName, reason: string): Promise<Killed> {
    return this.#inTurn(async () => {
      if (this.#actions >= mostOfRun || performance.now() - this.#sinceMs > longestRunMs) this.#renew(true)
      const run = this.#ready()
      if (run.actions === 0) this.#sinceMs = performance.now()
      const state = await this.#act(run, process, reason)
      clearTimeout(this.#rest)
      this.#rest = setTimeout(() => this.#later(() => this.#renew(true)), this.#restMs)
      return { run: run.id, state }
    })
  }

  async close(): Promise<void> {
    clearInterval(this.#renewal)
    clearTimeout(this.#rest)
    await this.#turn
    this.#end()
    this.#host?.close()
  }

  get #actions(): number {
    return this.#run?.actions ?? 0
  }

  /** A journal that could not be written to is no place for the next one. */
  async #act(run: OpenRun, process: ProcessName, reason: string): Promise<ActionState> {
    try {
      return await run.act({ kind: 'kill-process', process }, 'remove', reason)
    } catch (error) {
      this.#end()
      throw error
    }
  }

  #inTurn<T>(work: () => Promise<T>): Promise<T> {
    const done = this.#turn.then(work)
    this.#turn = done.catch(() => {})
    return done
  }

  /** What fails is tried again by the one who needs it. */
  #later(work: () => void): void {
    void this.#inTurn(async () => work()).catch((error: unknown) =>
      this.#log(`no run is ready: ${error instanceof Error ? error.message : String(error)}`),
    )
  }

  #renew(used = false): void {
    if (!used && this.#actions > 0) return
    this.#end()
    this.#ready()
  }

  #end(): void {
    const run = this.#run
    this.#run = undefined
    try {
      run?.end()
    } catch (error) {
      this.#log(`run ${run?.id} could not be ended: ${error instanceof Error ? error.message : String(error)}`)
    }
  }

  #ready(): OpenRun {
    this.#run ??= prepareRun(this.#opened(), 'guard', planOfGuard, `${program} guard`)
    return this.#run
  }

  #opened(): WritableHost {
    this.#host ??= openHost({ root: '/', live: true, state: this.#state, shared: true })
    return this.#host
  }
}

function planWithId(body: Omit<Plan, 'id'>): Plan {
  return { ...body, id: canonicalHash(body) }
}
