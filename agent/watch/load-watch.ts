import type { Examination, LoadEvent } from '../../model/index.ts'
import type { WatchConfig } from '../../model/wire/index.ts'
import { bootClockMs } from '../../native/read/clock.ts'
import { keyOf } from './detections.ts'
import type { Looks, Suspect } from './looks.ts'
import { Senders } from './running.ts'
import { verdictOf } from './verdict.ts'

/** What keeps the processor busy: looked at with its connections and memory before anybody is alarmed. */
export class LoadWatch {
  readonly #looks: Looks
  readonly #config: () => WatchConfig
  readonly #senders = new Senders()

  constructor(looks: Looks, config: () => WatchConfig) {
    this.#looks = looks
    this.#config = config
  }

  hear(event: LoadEvent): void {
    const { pid, startTime } = event
    if (pid === undefined || startTime === undefined) this.#tell(event, undefined)
    else if (!this.#looks.isOurs(pid)) this.#looks.turns.add(() => this.#look(event, pid, startTime), true)
  }

  async #look(event: LoadEvent, pid: number, startTime: number): Promise<void> {
    const words = this.#looks.words.of(pid)
    if (words === undefined) return
    const sending = this.#senders.of(pid, `${pid}:${startTime}`, event.seenSeconds * 1000, bootClockMs())
    const memory = sending.connections > 0
    const examination = await this.#looks.guard.examineProcess({ pid, startTime, findings: [], memory })
    const { ownership, path } = examination
    const known = { ...(ownership === undefined ? {} : { ownership }), ...(path === undefined ? {} : { path }) }
    this.#tell({ ...event, ...words, ...sending, ...known }, examination)
  }

  #tell(event: LoadEvent, examination: Examination | undefined): void {
    const findings = this.#looks.judge(event)
    // Before its owner's time is over a load alone is nothing to tell; what was found in it is.
    const counted = event.busySeconds >= this.#config().busy.minutes * 60 ? findings : []
    const verdict =
      examination === undefined ? (counted.length > 0 ? 'suspected' : undefined) : verdictOf(examination, counted)
    const kind = event.pid === undefined ? 'load' : 'process'
    const key = keyOf(kind, event.path ?? event.cgroup ?? String(event.pid))
    const suspect: Suspect = { event, findings, key, as: { kind: 'load' } }
    if (verdict !== undefined) this.#looks.note(suspect, verdict, examination)
  }
}
