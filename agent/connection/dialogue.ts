import type { AgentFrame, CenterPolicy } from '../../model/wire/index.ts'
import type { Progress } from '../ports.ts'
import type { Spool } from '../spool.ts'
import { frameOf, type HeardFrame, readFrame, spokenProtocol } from './center-frames.ts'
import type { Ended } from './pause.ts'

export type Hello = Extract<AgentFrame, { type: 'hello' }>
export type { Progress }
export type Farewell = Extract<AgentFrame, { type: 'goodbye' }>['reason']
export type Welcome = Extract<HeardFrame, { type: 'welcome' }>
export type PackNames = Extract<HeardFrame, { type: 'rules' }>['packs']

/** What the agent does with what it hears. None of these may throw or take long. */
export interface Listener {
  welcomed(welcome: Welcome): void
  order(order: unknown): void
  policy(policy: CenterPolicy): void
  rules(packs: PackNames): void
  log(line: string): void
}

const mostItems = 200
const mostBatchBytes = 1_048_576

/**
 * What is said on one connection, whatever carries it: hello, then reports, one batch at a time; the next only after the center has
 * the last on its disk.
 */
export class Dialogue {
  readonly #spool: Spool
  readonly #listener: Listener
  readonly #now: () => number
  #welcomed = false
  /** Largest number of the batch that is under way. */
  #sent: number | undefined
  #quietUntil = 0

  constructor(spool: Spool, listener: Listener, now: () => number = () => performance.now()) {
    this.#spool = spool
    this.#listener = listener
    this.#now = now
  }

  get welcomed(): boolean {
    return this.#welcomed
  }

  get underWay(): boolean {
    return this.#sent !== undefined
  }

  /** How long the center asked us to send nothing. */
  quietMs(): number {
    return Math.max(0, this.#quietUntil - this.#now())
  }

  /** What was under way got no answer and goes again. */
  forgetUnderWay(): void {
    this.#sent = undefined
  }

  /** The next batch as a frame; undefined: nothing to send, or not now. */
  nextReports(): string | undefined {
    if (!this.#welcomed || this.#sent !== undefined || this.quietMs() > 0) return undefined
    const { items, through } = this.#spool.batch(mostItems, mostBatchBytes)
    if (items.length === 0) return undefined
    this.#sent = through
    return `{"type":"reports","items":[${items.join(',')}]}`
  }

  /** What the center says. Returns how the connection ends, if it does. */
  heard(text: string): Ended | undefined {
    return this.#handle(readFrame(text))
  }

  heardValue(value: unknown): Ended | undefined {
    return this.#handle(frameOf(value))
  }

  #handle(frame: HeardFrame | undefined): Ended | undefined {
    if (frame === undefined) return this.#ended('center-misbehaved', 'the center sent a frame that is none')
    if (frame.type === 'goodbye') return this.#goodbye(frame)
    if (frame.type === 'welcome') return this.#welcome(frame)
    if (frame.type === 'unknown') return undefined
    if (!this.#welcomed) return this.#ended('center-misbehaved', `the center sent ${frame.type} before its welcome`)
    if (frame.type === 'acknowledged') return this.#acknowledged(frame)
    if (frame.type === 'wait') this.#wait(frame.seconds)
    if (frame.type === 'order') this.#listener.order(frame.order)
    if (frame.type === 'policy') this.#listener.policy(frame.policy)
    if (frame.type === 'rules') this.#listener.rules(frame.packs)
    return undefined
  }

  #welcome(frame: Welcome): Ended | undefined {
    if (frame.protocol > spokenProtocol || frame.protocol < 1)
      return this.#ended(
        'unknown-protocol',
        `the center speaks protocol ${frame.protocol}, this agent ${spokenProtocol}`,
      )
    if (frame.acknowledged > this.#spool.last()) {
      this.#spool.startAnew()
      return this.#ended('spool-set-back', 'the spool is older than what the center has; it goes on under a new name')
    }
    this.#welcomed = true
    this.#spool.acknowledged(frame.acknowledged)
    this.#listener.welcomed(frame)
    return undefined
  }

  #acknowledged({ through, rejected }: Extract<HeardFrame, { type: 'acknowledged' }>): Ended | undefined {
    if (this.#sent === undefined || through > this.#sent)
      return this.#ended('center-misbehaved', `the center acknowledged ${through}, which was not sent`)
    for (const { sequence, reason } of rejected) {
      this.#spool.countLoss('rejected')
      this.#listener.log(`the center put report ${sequence} aside: ${reason}`)
    }
    this.#spool.acknowledged(through)
    this.#sent = undefined
    return undefined
  }

  /** The center could not store: what is under way was not taken, and is sent again afterwards. */
  #wait(seconds: number): void {
    this.#quietUntil = this.#now() + seconds * 1_000
    this.#sent = undefined
  }

  #goodbye(frame: Extract<HeardFrame, { type: 'goodbye' }>): Ended {
    const why = frame.reason === 'restart' ? 'center-restart' : frame.reason
    const ended = this.#ended(why, frame.detail ?? farewells[frame.reason])
    return frame.reconnectAfterSeconds === undefined
      ? ended
      : { ...ended, reconnectAfterSeconds: frame.reconnectAfterSeconds }
  }

  #ended(why: Ended['why'], detail: string): Ended {
    return { why, detail, welcomed: this.#welcomed }
  }
}

const farewells = {
  restart: 'the center restarts',
  replaced: 'another agent connected with this identity; was this host cloned? Then join the copy again',
  revoked: 'the center has revoked this agent; a person must join it again',
  pending: 'a person must approve this agent in the center first',
  'unknown-protocol': 'the center does not speak the protocol of this version; upgrade the older of the two',
  misbehaved: 'the center says that this agent misbehaves',
} as const
