import type {
  ConnectionEvent,
  ExecEvent,
  FileChangeEvent,
  LoadEvent,
  LoginEvent,
  SensorName,
  SensorStatus,
} from '../../model/index.ts'
import type { WatchConfig } from '../../model/wire/index.ts'
import {
  type KeptLoads,
  type LoadSensor,
  persistencePlaces,
  startConnectionSensor,
  startFileSensor,
  startLoadSensor,
  startLoginSensor,
  startPolledExecSensor,
} from '../../sensors/index.ts'
import { messageOf } from '../own-files.ts'

/** Whom the senses tell. */
export interface Listener {
  execs(events: readonly ExecEvent[]): void
  connections(events: readonly ConnectionEvent[]): void
  files(events: readonly FileChangeEvent[]): void
  loads(events: readonly LoadEvent[]): void
  logins(events: readonly LoginEvent[]): void
}

export interface SensesParts {
  readonly bootId: string
  readonly listener: Listener
  /** What was kept before the last end. */
  readonly kept: KeptLoads | undefined
  readonly log: (line: string) => void
}

interface Sense {
  status(): SensorStatus
  close(): void | Promise<void>
}

/** Busy so long, all together, before anybody takes a look; who is told of it is another question. */
const lookAfterSeconds = 20
const firstRestMs = 1_000
const longestRestMs = 300_000

/** The sensors of this host. One that fails is begun again, later each time; the others go on. */
export class Senses {
  readonly #parts: SensesParts
  readonly #open = new Map<SensorName, Sense>()
  readonly #failed = new Map<SensorName, { readonly why: string; readonly rests: number }>()
  readonly #timers = new Set<NodeJS.Timeout>()
  #config: WatchConfig
  #load: LoadSensor | undefined
  #closed = false

  constructor(parts: SensesParts, config: WatchConfig) {
    this.#parts = parts
    this.#config = config
    for (const name of names) this.#begin(name)
  }

  /** Opens and closes what the configuration says now. */
  async settle(config: WatchConfig): Promise<void> {
    const busy = JSON.stringify(config.busy) !== JSON.stringify(this.#config.busy)
    this.#config = config
    for (const name of names) {
      if (!this.#wants(name) || (name === 'load' && busy)) await this.#end(name)
      if (!this.#open.has(name)) this.#begin(name)
    }
  }

  states(): SensorStatus[] {
    return names.map(name => this.#open.get(name)?.status() ?? this.#offState(name))
  }

  /** For the next start. */
  keptLoads(): KeptLoads | undefined {
    return this.#load?.kept() ?? this.#parts.kept
  }

  async close(): Promise<void> {
    this.#closed = true
    for (const timer of this.#timers) clearTimeout(timer)
    for (const name of names) await this.#end(name)
  }

  #wants(name: SensorName): boolean {
    return name !== 'gate' && this.#config[name]
  }

  #offState(name: SensorName): SensorStatus {
    const why = this.#failed.get(name)?.why
    return {
      name,
      source: 'off',
      since: new Date().toISOString(),
      events: 0,
      lost: 0,
      ...(why === undefined || !this.#wants(name) ? {} : { problem: why }),
    }
  }

  async #end(name: SensorName): Promise<void> {
    const sense = this.#open.get(name)
    this.#open.delete(name)
    try {
      await sense?.close()
    } catch (error) {
      this.#parts.log(`sensor ${name} did not end well: ${messageOf(error)}`)
    }
  }

  #begin(name: SensorName): void {
    if (this.#closed || !this.#wants(name) || this.#open.has(name)) return
    try {
      this.#open.set(name, this.#start(name))
      this.#failed.delete(name)
    } catch (error) {
      this.#fail(name, messageOf(error))
    }
  }

  #fail(name: SensorName, why: string): void {
    const rests = (this.#failed.get(name)?.rests ?? 0) + 1
    this.#failed.set(name, { why, rests })
    this.#open.delete(name)
    this.#parts.log(`sensor ${name} stands still: ${why}`)
    const timer = setTimeout(
      () => {
        this.#timers.delete(timer)
        this.#begin(name)
      },
      Math.min(longestRestMs, firstRestMs * 2 ** rests),
    )
    timer.unref()
    this.#timers.add(timer)
  }

  #start(name: SensorName): Sense {
    const { listener, bootId } = this.#parts
    if (name === 'exec')
      return startPolledExecSensor({
        onEvents: events => listener.execs(events),
        onEnd: error => this.#fail('exec', error.message),
      })
    if (name === 'connections') return startConnectionSensor({ onEvents: events => listener.connections(events) })
    if (name === 'files')
      return startFileSensor({ places: persistencePlaces(), onEvents: events => listener.files(events) })
    if (name === 'logins') return startLoginSensor({ onEvents: events => listener.logins(events) })
    const kept = this.keptLoads()
    this.#load = startLoadSensor({
      bootId,
      ...(kept === undefined ? {} : { kept }),
      limits: { busyPercent: this.#config.busy.percent, toldAfterSeconds: lookAfterSeconds },
      onEvents: events => listener.loads(events),
    })
    return this.#load
  }
}

const names = ['exec', 'connections', 'files', 'load', 'logins'] as const
