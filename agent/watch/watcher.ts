import type { Detection, ExecEvent, LoginEvent, WatchState } from '../../model/index.ts'
import type { WatchConfig } from '../../model/wire/index.ts'
import { ownProcDirectory } from '../../native/read/own-proc.ts'
import type { EventRules } from '../../rulebook/event-rules.ts'
import type { KeptLoads } from '../../sensors/index.ts'
import { ChangeWatch } from './change-watch.ts'
import { ConnectionWatch } from './connection-watch.ts'
import { Detections } from './detections.ts'
import { ExecWatch } from './exec-watch.ts'
import { LoadWatch } from './load-watch.ts'
import { judgeLogins } from './login-watch.ts'
import { Looks } from './looks.ts'
import type { Guard } from './ports.ts'
import { ProcessWords } from './process-words.ts'
import { type Listener, Senses } from './senses.ts'
import { Turns } from './turns.ts'

export interface WatcherParts {
  readonly config: WatchConfig
  readonly rules: EventRules
  /** The one of this moment: another one with another mode. */
  guard(): Guard
  /** The folder of this program: what runs from it is ours. */
  readonly program: string
  readonly bootId: string
  readonly kept: KeptLoads | undefined
  onDetection(detection: Detection): void
  /** Every program that starts, and every log-in. */
  onExec?(event: ExecEvent): void
  onLogins?(events: readonly LoginEvent[]): void
  log(line: string): void
}

const looksAtOnce = 2
const mostLooksWaiting = 500

/** Hears what happens on this host, lets rules and the guard judge it, and tells what is wrong. */
export class Watcher {
  readonly #parts: WatcherParts
  readonly #senses: Senses
  readonly #turns = new Turns(looksAtOnce, mostLooksWaiting)
  readonly #looks: Looks
  readonly #execs: ExecWatch
  readonly #changes: ChangeWatch
  readonly detections: Detections
  #config: WatchConfig

  constructor(parts: WatcherParts) {
    this.#parts = parts
    this.#config = parts.config
    this.detections = new Detections(one => parts.onDetection(one))
    const proc = ownProcDirectory()
    this.#looks = new Looks({
      rules: parts.rules,
      guard: () => parts.guard(),
      words: new ProcessWords(proc),
      turns: this.#turns,
      detections: this.detections,
    })
    const { program, onExec } = parts
    this.#execs = new ExecWatch({ looks: this.#looks, proc, program, ...(onExec === undefined ? {} : { onExec }) })
    this.#changes = new ChangeWatch(this.#looks, this.detections)
    const { bootId, kept } = parts
    const listener = this.#listener()
    this.#senses = new Senses({ bootId, kept, listener, log: line => parts.log(line) }, parts.config)
  }

  async settle(config: WatchConfig): Promise<void> {
    this.#config = config
    // Rules may be other ones.
    this.#execs.forget()
    await this.#senses.settle(config)
  }

  state(): WatchState {
    const gate = this.#parts.guard().sensor()
    const sensors = this.#senses.states()
    return {
      sensors: gate === undefined ? sensors : [...sensors, gate],
      prevention: this.#parts.guard().state(),
      detections: this.detections.count,
    }
  }

  keptLoads(): KeptLoads | undefined {
    return this.#senses.keptLoads()
  }

  async close(): Promise<void> {
    this.#turns.close()
    this.#changes.close()
    this.#execs.close()
    await this.#senses.close()
  }

  #listener(): Listener {
    const loads = new LoadWatch(this.#looks, () => this.#config)
    const connections = new ConnectionWatch(this.#looks, line => this.#parts.log(line))
    return {
      execs: events => {
        for (const one of events) this.#execs.hear(one)
      },
      connections: events => connections.hear(events),
      files: events => this.#changes.hear(events),
      loads: events => {
        for (const one of events) loads.hear(one)
      },
      logins: events => {
        this.#parts.onLogins?.(events)
        judgeLogins(this.#looks, this.detections, events)
      },
    }
  }
}
