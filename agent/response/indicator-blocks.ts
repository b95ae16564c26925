import { existsSync, readdirSync, statSync } from 'node:fs'
import { join } from 'node:path'
import { isRecord, messageOf } from '../own-files.ts'
import { askChild, type ChildParts, responseOf } from './child.ts'
import type { ListedState } from './request.ts'

const everyMs = 3_600_000

/**
 * Keeps the addresses of indicator lists blocked as long as `agent.yml` and the mode allow it: anew each hour, when a list or the policy has
 * changed, and away when they allow it no more. They end by themselves within hours where no agent is.
 */
export class IndicatorBlocks {
  readonly #parts: ChildParts
  readonly #ending = new AbortController()
  #nextAt = 0
  #known = ''
  #working: Promise<void> | undefined
  /** How the last time went. */
  state: ListedState | undefined

  constructor(parts: ChildParts) {
    this.#parts = parts
  }

  /** Called every so often; `now` on a clock that does not jump. Never throws. */
  tick(now: number = performance.now()): Promise<void> {
    const key = this.#key()
    if (this.#working !== undefined || (now < this.#nextAt && key === this.#known)) return Promise.resolve()
    this.#nextAt = now + everyMs
    this.#known = key
    if (!this.#isWanted() && !this.#wasDone()) return Promise.resolve()
    this.#working = this.#renew().finally(() => {
      this.#working = undefined
    })
    return this.#working
  }

  async close(): Promise<void> {
    this.#ending.abort()
    await this.#working
  }

  async #renew(): Promise<void> {
    try {
      const end = await askChild({ step: 'listed', detections: [], addresses: [] }, this.#parts, this.#ending.signal)
      const state = stateIn(end.stdout)
      if (state === undefined) throw new Error(`status ${end.status}: ${end.stderr.trim().slice(-500)}`)
      if (state.blocked !== this.state?.blocked || state.problem !== this.state.problem)
        this.#parts.log(
          `${state.blocked} addresses of indicator lists are blocked${state.problem === undefined ? '' : `; ${state.problem}`}`,
        )
      this.state = state
    } catch (error) {
      if (!this.#ending.signal.aborted)
        this.#parts.log(`addresses of indicator lists could not be blocked: ${messageOf(error)}`)
    }
  }

  #isWanted(): boolean {
    const { indicators, dryRun } = responseOf(this.#parts)
    return this.#parts.policy().prevention === 'block' && indicators && !dryRun && listsOf(this.#parts).length > 0
  }

  #wasDone(): boolean {
    return existsSync(join(this.#parts.folders.own, 'listed.json'))
  }

  #key(): string {
    const { indicators, dryRun, may, between, neverBlock } = responseOf(this.#parts)
    const mode = this.#parts.policy().prevention
    return JSON.stringify([mode, indicators, dryRun, may, between, neverBlock, listsOf(this.#parts)])
  }
}

/** Each source with the time of its last change. */
function listsOf({ folders }: ChildParts): string[] {
  const intel = join(folders.state, 'intel')
  try {
    return readdirSync(intel).map(
      name => `${name} ${statSync(join(intel, name, 'source.json'), { throwIfNoEntry: false })?.mtimeMs}`,
    )
  } catch {
    return []
  }
}

function stateIn(text: string): ListedState | undefined {
  try {
    const value: unknown = JSON.parse(text)
    const listed = isRecord(value) ? value['listed'] : undefined
    return isRecord(listed) ? (listed as unknown as ListedState) : undefined
  } catch {
    return undefined
  }
}
