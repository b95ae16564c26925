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
  readonly #host: WritableHost
  readonly #log: (line: string) => void
  readonly #restMs: number
  #run: OpenRun
  #sinceMs = performance.now()
  #rest: NodeJS.Timeout | undefined
  #turn: Promise<unknown> = Promise.resolve()
  readonly #renewal: NodeJS.Timeout

  constructor({ state, log, restMs = 10_000 }: KillsOptions) {
    this.#log = log
    this.#restMs = restMs
    this.#host = openHost({ root: '/', live: true, state, shared: true })
    this.#run = this.#prepared()
    this.#renewal = setInterval(() => this.#inTurn(async () => this.#renew()), renewMs)
    this.#renewal.unref()
  }

  /** A run that an earlier guard could not end: what it had begun is brought to its end. */
  async endLeft(): Promise<void> {
    const left = listRuns(this.#host.state).filter(one => one.state === 'running' && one.plan === planOfGuard.id)
    for (const { id } of left) await resumeRun(id, this.#host, { program })
  }

  /** Resolves when it is dead, or says why not. Throws when the journal cannot be written. */
  kill(process: ProcessName, reason: string): Promise<Killed> {
    return this.#inTurn(async () => {
      if (this.#run.actions >= mostOfRun || performance.now() - this.#sinceMs > longestRunMs) this.#renew(true)
      const run = this.#run
      if (run.actions === 0) this.#sinceMs = performance.now()
      const state = await run.act({ kind: 'kill-process', process }, 'remove', reason)
      clearTimeout(this.#rest)
      this.#rest = setTimeout(() => void this.#inTurn(async () => this.#renew(true)), this.#restMs)
      return { run: run.id, state }
    })
  }

  async close(): Promise<void> {
    clearInterval(this.#renewal)
    clearTimeout(this.#rest)
    await this.#turn
    this.#run.end()
    this.#host.close()
  }

  #inTurn<T>(work: () => Promise<T>): Promise<T> {
    const done = this.#turn.then(work)
    this.#turn = done.catch((error: unknown) => this.#log(error instanceof Error ? error.message : String(error)))
    return done
  }

  #renew(used = false): void {
    if (!used && this.#run.actions > 0) return
    this.#run.end()
    this.#run = this.#prepared()
  }

  #prepared(): OpenRun {
    return prepareRun(this.#host, 'guard', planOfGuard, `${program} guard`)
  }
}

function planWithId(body: Omit<Plan, 'id'>): Plan {
  return { ...body, id: canonicalHash(body) }
}
