import type { LiveChange, LiveEvent, LiveKind } from '../../model/api/index.ts'
import { liveRules } from './live-kinds.ts'
import type { Credentials, SignedIn } from './ports.ts'

/** Proxies and browsers give up on lines that are silent for longer. */
const heartbeatMs = 15_000
/** What a slow reader may be behind. Then it is told to look again instead. */
const mostWaiting = 500

/** One caller's stream: changes are offered, those that it may see are written as fast as it reads. */
export class LiveStream {
  caller: SignedIn
  readonly credentials: Credentials
  readonly ended: Promise<void>
  readonly #kinds: ReadonlySet<LiveKind> | undefined
  readonly #node: string
  #waiting: LiveEvent[] = [{ event: 'look-again', data: { why: 'connected' } }]
  #number = 0
  #over = false
  #wake: () => void = () => {}
  readonly #finish: () => void

  constructor(caller: SignedIn, credentials: Credentials, kinds: readonly LiveKind[] | undefined, node: string) {
    this.caller = caller
    this.credentials = credentials
    this.#kinds = kinds === undefined ? undefined : new Set(kinds)
    this.#node = node
    const { promise, resolve } = Promise.withResolvers<void>()
    this.ended = promise
    this.#finish = resolve
  }

  /** `groups`: those that the thing belongs to. */
  offer(change: LiveChange, groups: readonly string[]): void {
    if (this.#kinds?.has(change.what) === false) return
    const allowed = this.caller.groupsFor(liveRules[change.what].needs)
    if (allowed !== 'all' && !groups.some(group => allowed.includes(group))) return
    if (this.#waiting.length >= mostWaiting) this.lookAgain('too-much')
    else this.#add({ event: 'changed', data: change })
  }

  /** Takes the place of all that waits. */
  lookAgain(why: 'too-much' | 'maybe-missed'): void {
    if (this.#over) return
    this.#waiting = []
    this.#add({ event: 'look-again', data: { why } })
  }

  end(why: 'signed-out' | 'closing'): void {
    if (this.#over) return
    this.#waiting = []
    this.#add({ event: 'end', data: { why } })
    this.#over = true
    this.#finish()
  }

  async *text(): AsyncGenerator<string> {
    try {
      yield 'retry: 3000\n\n'
      for (;;) {
        const some = this.#waiting.splice(0)
        if (some.length > 0) yield some.map(event => this.#eventText(event)).join('')
        else if (this.#over) return
        else if (!(await this.#woken())) yield ': still here\n\n'
      }
    } finally {
      this.end('closing')
    }
  }

  #add(event: LiveEvent): void {
    if (this.#over) return
    this.#waiting.push(event)
    this.#wake()
  }

  /** JSON has no line breaks outside of its texts, and escapes those inside, so one `data:` line holds it. */
  #eventText({ event, data }: LiveEvent): string {
    return `event: ${event}\nid: ${this.#node}-${++this.#number}\ndata: ${JSON.stringify(data)}\n\n`
  }

  /** False when nothing came for a while. */
  async #woken(): Promise<boolean> {
    const { promise, resolve } = Promise.withResolvers<boolean>()
    const timer = setTimeout(() => resolve(false), heartbeatMs)
    this.#wake = () => resolve(true)
    const woken = await promise
    clearTimeout(timer)
    return woken
  }
}
