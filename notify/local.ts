import { z } from 'zod'
import { levels } from '../model/index.ts'
import type { Delivery, OpenChannel } from './channel.ts'
import { channelKind, SettingsError } from './channels/index.ts'
import { digestOf } from './digest.ts'
import { type Language, languages, type Notice, reasons } from './message.ts'

/** One entry of `notify:` in agent.yml; what is not named here are the settings of its kind. */
const localEntry = z.looseObject({
  name: z.string().regex(/^[A-Za-z0-9._-]{1,60}$/, 'must be a name without spaces'),
  kind: z.string().max(40),
  language: z.enum(languages).default('en'),
  when: z.strictObject({ atLeast: z.enum(levels).optional(), what: z.array(z.enum(reasons)).optional() }).default({}),
})

export interface LocalNotifier {
  readonly names: readonly string[]
  /** Things to know about the settings. */
  readonly warnings: readonly string[]
  /** Resolves when each channel that wants it was tried once; further tries go on behind. Never throws. */
  tell(notice: Notice): Promise<readonly LocalOutcome[]>
  /** One test message, tried once. Throws `SettingsError` for a name that is not there. */
  test(name: string, host: { readonly id: string; readonly name: string }): Promise<Delivery>
  /** Stops further tries. */
  close(): void
}

export interface LocalOutcome {
  readonly channel: string
  readonly result: 'delivered' | 'will-try-again' | 'failed' | 'held-back'
  readonly detail: string
}

export interface LocalOptions {
  readonly now?: () => Date
  /** Waits before the second, third … try. */
  readonly retryMs?: readonly number[]
  /** Most notices of a channel in an hour; what is above comes as one digest in the next. */
  readonly mostPerHour?: number
  readonly log?: (outcome: LocalOutcome) => void
}

/** Channels of a host without a center. Throws `SettingsError` when an entry does not suit. Forgets what waits at its end. */
export function localNotifier(entries: readonly unknown[], options: LocalOptions = {}): LocalNotifier {
  const stopped = new AbortController()
  const channels = entries.map((entry, place) => new LocalChannel(entry, place, options, stopped.signal))
  const names = channels.map(one => one.name)
  const twice = names.find((name, place) => names.indexOf(name) !== place)
  if (twice !== undefined) throw new SettingsError('notify', [{ path: 'name', message: `${twice} is there twice` }])
  return {
    names,
    warnings: channels.flatMap(one => one.open.warnings.map(text => `${one.name}: ${text}`)),
    tell: async notice => {
      const outcomes = await Promise.all(channels.filter(one => one.wants(notice)).map(one => one.tell(notice)))
      return outcomes.filter(one => one !== undefined)
    },
    test: async (name, host) => {
      const channel = channels.find(one => one.name === name)
      if (channel !== undefined) return channel.test(host)
      const there = names.length === 0 ? 'there is none' : `there are ${names.join(', ')}`
      throw new SettingsError('notify', [{ path: name, message: `is no channel: ${there}` }])
    },
    close: () => stopped.abort(),
  }
}

const hourMs = 3_600_000
const mostRemembered = 1_000
const mostHeldBack = 1_000

class LocalChannel {
  readonly name: string
  readonly open: OpenChannel
  readonly #language: Language
  readonly #when: z.infer<typeof localEntry>['when']
  readonly #options: LocalOptions
  readonly #signal: AbortSignal
  /** Ids of a day, so that a finding of every scan is told once. */
  readonly #told = new Map<string, number>()
  #sentAt: number[] = []
  #heldBack: Notice[] = []
  #later: NodeJS.Timeout | undefined

  constructor(entry: unknown, place: number, options: LocalOptions, signal: AbortSignal) {
    const parsed = localEntry.safeParse(entry)
    if (!parsed.success)
      throw new SettingsError(
        `notify[${place}]`,
        parsed.error.issues.map(issue => ({ path: issue.path.map(String).join('.'), message: issue.message })),
      )
    const { name, kind, language, when, ...settings } = parsed.data
    this.name = name
    this.open = channelKind(kind).open(settings)
    this.#language = language
    this.#when = when
    this.#options = options
    this.#signal = signal
    signal.addEventListener('abort', () => clearTimeout(this.#later))
  }

  wants(notice: Notice): boolean {
    const { atLeast, what } = this.#when
    if (what !== undefined && !what.includes(notice.what)) return false
    return atLeast === undefined || levels.indexOf(notice.level) >= levels.indexOf(atLeast)
  }

  async tell(notice: Notice): Promise<LocalOutcome | undefined> {
    const now = this.#now().getTime()
    if (this.#known(`${notice.what} ${notice.id}`, now)) return undefined
    this.#sentAt = this.#sentAt.filter(at => at > now - hourMs)
    if (this.#sentAt.length >= (this.#options.mostPerHour ?? 20)) return this.#holdBack(notice, now)
    this.#sentAt.push(now)
    return this.#try(notice, 0)
  }

  test(host: { readonly id: string; readonly name: string }): Promise<Delivery> {
    const at = this.#now().toISOString()
    const notice: Notice = {
      id: `test-${at}`,
      what: 'test',
      level: 'informational',
      at,
      host,
      title: 'Test message',
      lines: [],
      families: [],
      attack: [],
    }
    return this.#send(notice)
  }

  #known(key: string, now: number): boolean {
    for (const [old, at] of this.#told)
      if (at < now - 24 * hourMs || this.#told.size > mostRemembered) this.#told.delete(old)
    if (this.#told.has(key)) return true
    this.#told.set(key, now)
    return false
  }

  #holdBack(notice: Notice, now: number): LocalOutcome {
    if (this.#heldBack.length < mostHeldBack) this.#heldBack.push(notice)
    this.#later ??= this.#after(Math.max((this.#sentAt[0] ?? now) + hourMs - now, 1_000), () => this.#tellHeldBack())
    return this.#said('held-back', 'too many in this hour: it comes in one message with others')
  }

  async #tellHeldBack(): Promise<void> {
    const notices = this.#heldBack
    const at = this.#now()
    this.#heldBack = []
    this.#later = undefined
    this.#sentAt.push(at.getTime())
    await this.#try(digestOf(notices, `digest-${at.toISOString()}`, at), 0)
  }

  async #try(notice: Notice, tries: number): Promise<LocalOutcome> {
    const delivery = await this.#send(notice)
    if (delivery.result === 'delivered') return this.#said('delivered', delivery.detail)
    const wait = (this.#options.retryMs ?? [30_000, 120_000, 600_000, 3_600_000])[tries]
    if (!delivery.again || wait === undefined || this.#signal.aborted) return this.#said('failed', delivery.detail)
    this.#after(Math.max(wait, (delivery.afterSeconds ?? 0) * 1_000), () => this.#try(notice, tries + 1))
    return this.#said('will-try-again', delivery.detail)
  }

  #send(notice: Notice): Promise<Delivery> {
    return this.open.send([notice], { language: this.#language, signal: this.#signal, now: () => this.#now() })
  }

  #after(ms: number, work: () => Promise<unknown>): NodeJS.Timeout {
    // Never keeps a process alive that has nothing else to do.
    const timer = setTimeout(() => void work(), ms).unref()
    this.#signal.addEventListener('abort', () => clearTimeout(timer), { once: true })
    return timer
  }

  #said(result: LocalOutcome['result'], detail: string): LocalOutcome {
    const outcome = { channel: this.name, result, detail }
    this.#options.log?.(outcome)
    return outcome
  }

  #now(): Date {
    return this.#options.now?.() ?? new Date()
  }
}
