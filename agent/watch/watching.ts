import { join } from 'node:path'
import type { Detection, WatchState } from '../../model/index.ts'
import type { AgentConfig, CenterPolicy } from '../../model/wire/index.ts'
import { openGuard } from '../guard/guard.ts'
import { isRecord, messageOf, readJson, replaceJson } from '../own-files.ts'
import type { AgentFolders } from '../ports.ts'
import { responseOf } from '../response/child.ts'
import { IndicatorBlocks } from '../response/indicator-blocks.ts'
import { type AgentResponder, makeResponder } from '../response/responder.ts'
import type { KeptLoads } from '../../sensors/index.ts'
import { bootId } from '../work/later-looks.ts'
import { BruteForceBlocks } from './brute-force-blocks.ts'
import { DetectionStore } from './detection-store.ts'
import { type KeptEventRules, keepEventRules } from './kept-event-rules.ts'
import type { Guard } from './ports.ts'
import { Watcher, type WatcherParts } from './watcher.ts'

export interface WatchingParts {
  readonly folders: AgentFolders
  readonly launcher: string
  /** The folder of this program. */
  readonly program: string
  config(): AgentConfig
  /** The center's policy, tightened by the local one. */
  policy(): CenterPolicy
  /** Addresses that must never be blocked. */
  centerAddresses(): Promise<readonly string[]>
  /** Told, and told again with the same id when more is known. */
  onDetection(detection: Detection): void
  onExec?: WatcherParts['onExec']
  /** A run by itself has ended. */
  ran?(run: string): void
  /** Local rules' folders on the command line. */
  readonly rules?: readonly string[]
  /** Of the gate: see `GuardOptions`. */
  readonly only?: readonly string[]
  log(line: string): void
}

const keptEveryMs = 300_000
const rulesEveryMs = 60_000

/** Sensors, guard and what is done by itself, together: what `davylamp watch` and the agent have in common. */
export class Watching {
  readonly #parts: WatchingParts
  readonly #rules: KeptEventRules
  readonly #store: DetectionStore
  readonly #responder: AgentResponder
  readonly #indicators: IndicatorBlocks
  readonly #logins: BruteForceBlocks
  readonly #ending = new AbortController()
  readonly #timer: NodeJS.Timeout
  #guard: Guard
  #guardFor: string
  #watcher: Watcher | undefined
  #keptAt = performance.now()
  #rulesAt = performance.now()

  constructor(parts: WatchingParts) {
    this.#parts = parts
    const { folders, launcher, rules = [] } = parts
    this.#store = new DetectionStore(folders.own)
    this.#rules = keepEventRules({ launcher, state: folders.state, rules, log: line => parts.log(line) })
    this.#responder = makeResponder({ ...parts, ran: run => parts.ran?.(run), log: line => parts.log(line) })
    this.#indicators = new IndicatorBlocks(parts)
    this.#logins = new BruteForceBlocks({
      own: folders.own,
      config: () => responseOf(parts),
      block: addresses => this.#responder.block(addresses),
      log: line => parts.log(line),
    })
    this.#guardFor = this.#guardKey()
    this.#guard = this.#openGuard()
    this.#listen()
    void this.#rules.refresh(this.#ending.signal)
    void this.#responder.resume()
    this.#timer = setInterval(() => this.#tick(), 2_000)
  }

  /** Undefined while nothing is listened to. */
  state(): WatchState | undefined {
    return this.#watcher?.state()
  }

  /** Rules over events that are in force. */
  rules(): { readonly count: number; readonly version: string } {
    return { count: this.#rules.count, version: this.#rules.version }
  }

  /** Detections that could not be kept in their file. */
  get lost(): number {
    return this.#store.lost
  }

  /** Configuration, policy or rules changed. */
  async settle(): Promise<void> {
    await this.#rules.refresh(this.#ending.signal)
    const key = this.#guardKey()
    if (key !== this.#guardFor) {
      this.#guardFor = key
      const before = this.#guard
      this.#guard = this.#openGuard()
      await before.close()
    } else this.#guard.reload()
    if (this.#mode() === 'off') {
      await this.#silence()
      return
    }
    if (this.#watcher === undefined) this.#listen()
    else await this.#watcher.settle(this.#parts.config().watch)
  }

  async close(): Promise<void> {
    clearInterval(this.#timer)
    this.#ending.abort()
    await this.#silence()
    await Promise.all([this.#guard.close(), this.#indicators.close(), this.#responder.close(), this.#logins.close()])
  }

  #listen(): void {
    if (this.#mode() === 'off' || this.#watcher !== undefined) return
    const parts = this.#parts
    this.#watcher = new Watcher({
      config: parts.config().watch,
      rules: this.#rules,
      guard: () => this.#guard,
      program: parts.program,
      bootId: bootId(),
      kept: this.#readLoads(),
      onDetection: one => this.#detected(one),
      ...(parts.onExec === undefined ? {} : { onExec: parts.onExec }),
      onLogins: events => this.#logins.note(events),
      log: line => parts.log(line),
    })
  }

  async #silence(): Promise<void> {
    this.#keepLoads()
    const watcher = this.#watcher
    this.#watcher = undefined
    await watcher?.close()
  }

  #detected(detection: Detection): void {
    this.#store.keep(detection)
    this.#parts.onDetection(detection)
    // What was done already is in it: each thing is responded to once.
    if (detection.verdict !== 'confirmed' || detection.responses.some(one => one.kind !== 'prevented')) return
    void this.#responder
      .respond(detection)
      .then(responses => this.#watcher?.detections.add(detection.id, responses))
      .catch((error: unknown) => this.#parts.log(`nothing could be done: ${messageOf(error)}`))
  }

  #tick(): void {
    const now = performance.now()
    void this.#indicators.tick(now)
    if (this.#watcher !== undefined && responseOf(this.#parts).bruteForce.block && this.#mode() === 'block')
      void this.#logins.tick()
    if (now - this.#keptAt >= keptEveryMs) this.#keepLoads()
    if (now - this.#rulesAt < rulesEveryMs) return
    this.#rulesAt = now
    void this.#rules.refresh(this.#ending.signal)
  }

  #mode(): CenterPolicy['prevention'] {
    return this.#parts.policy().prevention
  }

  /** What a guard is started with: with anything else of it another one is needed. */
  #guardKey(): string {
    return JSON.stringify([this.#mode(), responseOf(this.#parts)])
  }

  #openGuard(): Guard {
    const { launcher, folders, rules = [], only, log } = this.#parts
    return openGuard({
      launcher,
      state: folders.state,
      mode: this.#mode(),
      rules,
      response: responseOf(this.#parts),
      ...(only === undefined ? {} : { only }),
      onDetection: one => this.#watcher?.detections.adopt(one),
      log: line => log(line),
    })
  }

  #readLoads(): KeptLoads | undefined {
    const found = readJson(this.#loadsPath())
    const whole = isRecord(found) && typeof found['bootId'] === 'string' && Array.isArray(found['processes'])
    return whole && Array.isArray(found['groups']) ? (found as unknown as KeptLoads) : undefined
  }

  /** The work of hours is not forgotten with this process. */
  #keepLoads(): void {
    this.#keptAt = performance.now()
    const kept = this.#watcher?.keptLoads()
    if (kept === undefined) return
    try {
      replaceJson(this.#loadsPath(), kept)
    } catch (error) {
      this.#parts.log(`what keeps the processor busy could not be kept: ${messageOf(error)}`)
    }
  }

  #loadsPath(): string {
    return join(this.#parts.folders.own, 'loads.json')
  }
}
