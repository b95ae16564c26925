import type {
  ConnectionEvent,
  Detection,
  EventFinding,
  Examination,
  ExecEvent,
  FileChangeEvent,
  LoadEvent,
  LoginEvent,
  WatchState,
} from '../../model/index.ts'
import type { WatchConfig } from '../../model/wire/index.ts'
import { kernelSockets } from '../../native/read/sockets.ts'
import { bootClockMs } from '../../native/read/clock.ts'
import { ownProcDirectory } from '../../native/read/own-proc.ts'
import { type KeptLoads, ownersOf } from '../../sensors/index.ts'
import { messageOf } from '../own-files.ts'
import { Detections, keyOf } from './detections.ts'
import type { EventRules, Guard } from './ports.ts'
import { ProcessWords } from './process-words.ts'
import { fileIdentity, isRunning, programIdentity, Senders } from './running.ts'
import { Senses } from './senses.ts'
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

const mostSeen = 20_000
const settleMs = 150
const mostChanges = 200
const ownersEveryMs = 15_000
/** A second look, into memory, at what only rules over events spoke of: what it does shows when it has settled. */
const againAfterMs = [5_000, 40_000]
const mostAgain = 50

type Strong = EventFinding['level']
const telling: ReadonlySet<Strong> = new Set(['medium', 'high', 'critical'])
const alarming: ReadonlySet<Strong> = new Set(['high', 'critical'])

/**
 * Hears what happens on this host, lets rules and the guard judge it, and tells what is wrong. Programs are looked at once for each content, those of
 * which rules speak at once; what keeps the processor busy is looked at with its memory and connections before anybody is alarmed.
 */
export class Watcher {
  readonly #parts: WatcherParts
  readonly #senses: Senses
  readonly #proc = ownProcDirectory()
  readonly #words = new ProcessWords(ownProcDirectory())
  readonly #turns = new Turns(2, 500)
  readonly #senders = new Senders()
  /** Contents that were judged harmless, by their identity. */
  readonly #seen = new Map<string, Examination['ownership'] | 'none'>()
  readonly #timers = new Set<NodeJS.Timeout>()
  readonly detections: Detections
  #config: WatchConfig
  #changes: FileChangeEvent[] = []
  #changesTimer: NodeJS.Timeout | undefined
  #connections: ConnectionEvent[] = []
  #ownersAt = 0

  constructor(parts: WatcherParts) {
    this.#parts = parts
    this.#config = parts.config
    this.detections = new Detections(one => parts.onDetection(one))
    this.#senses = new Senses(
      {
        bootId: parts.bootId,
        kept: parts.kept,
        log: line => parts.log(line),
        listener: {
          execs: events => {
            for (const one of events) this.#exec(one)
          },
          connections: events => this.#connected(events),
          files: events => this.#changed(events),
          loads: events => {
            for (const one of events) this.#loaded(one)
          },
          logins: events => this.#logins(events),
        },
      },
      parts.config,
    )
  }

  async settle(config: WatchConfig): Promise<void> {
    this.#config = config
    // Rules may be other ones, so that nothing counts as judged.
    this.#seen.clear()
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
    clearTimeout(this.#changesTimer)
    for (const timer of this.#timers) clearTimeout(timer)
    await this.#senses.close()
  }

  #exec(event: ExecEvent): void {
    if (this.#isOurs(event)) return
    this.#parts.onExec?.(event)
    const findings = this.#parts.rules.judge(event)
    const strong = findings.filter(one => one.conclusive || telling.has(one.level))
    const program = programIdentity(this.#proc, event.pid)
    const script = event.file === undefined || event.file === event.path ? undefined : fileIdentity(event.file)
    const key = program === undefined ? undefined : `${program} ${script ?? ''}`
    const urgent = strong.length > 0 || event.exeInMemory || event.exeDeleted
    if (!urgent && (key === undefined || this.#seen.has(key))) return
    // Before it was judged it counts as judged: a thousand starts are one question.
    if (key !== undefined && !urgent) this.#remember(key, 'none')
    const taken = this.#turns.add(() => this.#lookAt(event, strong, key), urgent)
    if (!taken && key !== undefined) this.#seen.delete(key)
  }

  async #lookAt(event: ExecEvent, strong: readonly EventFinding[], key: string | undefined): Promise<void> {
    const { pid, startTime, path, ancestors } = event
    const memory = false
    const examination =
      startTime !== undefined && isRunning(this.#proc, pid)
        ? await this.#parts.guard().examineProcess({ pid, startTime, event, findings: strong, memory })
        : path === undefined
          ? undefined
          : await this.#parts.guard().examineFile(path)
    if (examination === undefined) return
    if (key !== undefined && examination.verdict === 'harmless') this.#remember(key, examination.ownership ?? 'none')
    else if (key !== undefined) this.#seen.delete(key)
    const verdict = verdictOf(examination, strong)
    if (verdict !== undefined)
      this.detections.note({
        key: keyOf('process', path ?? event.command),
        verdict,
        subject: subjectOf(event, examination),
        chain: ancestors,
        findings: strong,
        examination,
        sinceMs: Date.parse(event.at),
      })
    if (verdict !== 'confirmed' && strong.length > 0 && startTime !== undefined) this.#again(event, startTime, strong)
  }

  #again(event: ExecEvent, startTime: number, findings: readonly EventFinding[]): void {
    if (this.#timers.size >= mostAgain) return
    for (const ms of againAfterMs) {
      const timer = setTimeout(() => {
        this.#timers.delete(timer)
        if (!isRunning(this.#proc, event.pid)) return
        this.#turns.add(async () => {
          const { pid, path, ancestors } = event
          const examination = await this.#parts
            .guard()
            .examineProcess({ pid, startTime, event, findings, memory: true })
          const verdict = verdictOf(examination, findings)
          if (verdict === undefined) return
          const subject = subjectOf(event, examination)
          const key = keyOf('process', path ?? event.command)
          this.detections.note({
            key,
            verdict,
            subject,
            chain: ancestors,
            findings,
            examination,
            sinceMs: Date.parse(event.at),
          })
        }, false)
      }, ms)
      timer.unref()
      this.#timers.add(timer)
    }
  }

  #loaded(event: LoadEvent): void {
    const { pid, startTime } = event
    if (pid === undefined || startTime === undefined) {
      this.#tellLoad(event, undefined)
      return
    }
    if (this.#words.isBelow(pid, process.pid)) return
    this.#turns.add(async () => {
      const words = this.#words.of(pid)
      if (words === undefined) return
      const sending = this.#senders.of(pid, `${pid}:${startTime}`, event.seenSeconds * 1000, bootClockMs())
      const examination = await this.#parts
        .guard()
        .examineProcess({ pid, startTime, findings: [], memory: sending.connections > 0 })
      const { ownership, path } = examination
      this.#tellLoad(
        {
          ...event,
          ...words,
          ...sending,
          ...(ownership === undefined ? {} : { ownership }),
          ...(path === undefined ? {} : { path }),
        },
        examination,
      )
    }, true)
  }

  #tellLoad(event: LoadEvent, examination: Examination | undefined): void {
    const judged = this.#parts.rules.judge(event).filter(one => telling.has(one.level))
    // Before its owner's time is over a load alone is nothing to tell; what was found in it is.
    const long = event.busySeconds >= this.#config.busy.minutes * 60
    const findings = long ? judged : []
    const verdict =
      examination === undefined ? (findings.length > 0 ? 'suspected' : undefined) : verdictOf(examination, findings)
    if (verdict === undefined) return
    this.detections.note({
      key: keyOf(event.pid === undefined ? 'load' : 'process', event.path ?? event.cgroup ?? String(event.pid)),
      verdict,
      subject: { ...subjectOf(event, examination), kind: 'load' },
      chain: event.pid === undefined ? [] : this.#words.chainOf(event.pid),
      findings: judged,
      examination,
      sinceMs: Date.parse(event.at),
    })
  }

  #connected(events: readonly ConnectionEvent[]): void {
    const waiting = events.filter(one => one.change !== 'closed' && one.scope !== 'loopback')
    this.#connections = [...this.#connections, ...waiting].slice(-mostChanges)
    const now = performance.now()
    if (this.#connections.length === 0 || now < this.#ownersAt) return
    this.#ownersAt = now + ownersEveryMs
    const taken = this.#connections.splice(0)
    try {
      for (const event of this.#withOwners(taken)) this.#connection(event)
    } catch (error) {
      this.#parts.log(`owners of connections could not be found: ${messageOf(error)}`)
    }
  }

  #withOwners(events: readonly ConnectionEvent[]): ConnectionEvent[] {
    const nameOf = (one: { localAddress: string; localPort: number; remoteAddress: string; remotePort: number }) =>
      `${one.localAddress} ${one.localPort} ${one.remoteAddress} ${one.remotePort}`
    const inodes = new Map(kernelSockets().map(one => [nameOf(one), one.inode]))
    const inodeOf = (one: ConnectionEvent) =>
      inodes.get(nameOf({ ...one, remoteAddress: one.address, remotePort: one.port }))
    const owners = ownersOf(new Set(events.map(inodeOf).filter(one => one !== undefined)))
    return events.map(event => {
      const pid = owners.get(inodeOf(event) ?? -1)
      return pid === undefined ? event : { ...event, ...this.#words.of(pid) }
    })
  }

  #connection(event: ConnectionEvent): void {
    const { pid, startTime } = event
    if (pid !== undefined && this.#words.isBelow(pid, process.pid)) return
    const findings = this.#parts.rules.judge(event).filter(one => one.conclusive || telling.has(one.level))
    if (findings.length === 0 || pid === undefined || startTime === undefined) return
    this.#turns.add(async () => {
      const examination = await this.#parts.guard().examineProcess({ pid, startTime, findings, memory: true })
      const verdict = verdictOf(examination, findings)
      if (verdict === undefined) return
      this.detections.note({
        key: keyOf('process', event.path ?? String(pid)),
        verdict,
        subject: { ...subjectOf(event, examination), kind: 'connection', address: event.address, port: event.port },
        chain: this.#words.chainOf(pid),
        findings,
        examination,
        sinceMs: Date.parse(event.at),
      })
    }, true)
  }

  #changed(events: readonly FileChangeEvent[]): void {
    for (const event of events) {
      if (event.by !== undefined && this.#words.isBelow(event.by.pid, process.pid)) continue
      if (this.#changes.length < mostChanges) this.#changes.push(event)
    }
    if (this.#changes.length > 0) this.#changesTimer ??= setTimeout(() => this.#judgeChanges(), settleMs)
  }

  #judgeChanges(): void {
    this.#changesTimer = undefined
    const changes = this.#changes.splice(0)
    const byPath = new Map(changes.map(one => [one.path, one]))
    const findings = new Map(
      changes.map(one => [one.path, this.#parts.rules.judge(one).filter(two => telling.has(two.level))]),
    )
    const there = changes.filter(one => one.change !== 'deleted' && one.change !== 'moved-out')
    const judge = async () => {
      const judged = there.length === 0 ? [] : await this.#parts.guard().judgePlaces(there)
      const verdicts = new Map(judged.map(one => [one.path, one]))
      for (const [path, event] of byPath) this.#tellChange(event, findings.get(path) ?? [], verdicts.get(path))
    }
    this.#turns.add(judge, true)
  }

  #tellChange(
    event: FileChangeEvent,
    findings: readonly EventFinding[],
    judged: Awaited<ReturnType<Guard['judgePlaces']>>[number] | undefined,
  ): void {
    const alarm = findings.some(one => alarming.has(one.level))
    const accused = judged?.verdict === 'confirmed' || judged?.verdict === 'suspected' ? judged.verdict : undefined
    const verdict = accused ?? (alarm && judged?.verdict !== 'harmless' ? 'suspected' : undefined)
    if (verdict === undefined) return
    const { by, path } = event
    this.detections.note({
      key: keyOf('autostart', path),
      verdict,
      subject: { kind: 'autostart', path },
      chain: by === undefined ? [] : [{ pid: by.pid, ...pick(by) }, ...this.#words.chainOf(by.pid)],
      findings,
      factFindings: judged?.findings ?? [],
      sinceMs: Date.parse(event.at),
    })
  }

  #logins(events: readonly LoginEvent[]): void {
    this.#parts.onLogins?.(events)
    for (const event of events) {
      const findings = this.#parts.rules.judge(event).filter(one => alarming.has(one.level))
      if (findings.length === 0) continue
      const { address, account } = event
      this.detections.note({
        key: keyOf('login', `${address ?? ''} ${account ?? ''}`),
        verdict: 'suspected',
        subject: {
          kind: 'login',
          ...(address === undefined ? {} : { address }),
          ...(account === undefined ? {} : { account }),
        },
        chain: [],
        findings,
        sinceMs: Date.parse(event.at),
      })
    }
  }

  /** This program and what it starts: looks, runs, the guard. */
  #isOurs({ pid, path, ancestors }: ExecEvent): boolean {
    if (pid === process.pid || path?.startsWith(`${this.#parts.program}/`) === true) return true
    return ancestors.some(one => one.pid === process.pid)
  }

  #remember(key: string, ownership: Examination['ownership'] | 'none'): void {
    this.#seen.set(key, ownership)
    if (this.#seen.size <= mostSeen) return
    const [oldest] = this.#seen.keys()
    if (oldest !== undefined) this.#seen.delete(oldest)
  }
}

/** What has ended before anybody could look is told by what it was called with, when that says enough. */
function verdictOf(examination: Examination, findings: readonly EventFinding[]): Detection['verdict'] | undefined {
  const { verdict } = examination
  if (verdict === 'confirmed' || verdict === 'suspected') return verdict
  if (verdict === 'harmless') return undefined
  if (findings.some(one => one.conclusive)) return 'confirmed'
  return findings.some(one => alarming.has(one.level)) ? 'suspected' : undefined
}

function subjectOf(
  event: ExecEvent | LoadEvent | ConnectionEvent,
  examination: Examination | undefined,
): Detection['subject'] {
  const { pid, startTime, command, user, container } = event
  const path = event.path ?? examination?.path
  return {
    kind: 'process',
    ...(pid === undefined ? {} : { pid }),
    ...(startTime === undefined ? {} : { startTime }),
    ...(path === undefined ? {} : { path }),
    ...(command === undefined ? {} : { command: command.slice(0, 2_000) }),
    ...(user === undefined ? {} : { user }),
    ...(container === undefined ? {} : { container }),
    ...(examination?.sha256 === undefined ? {} : { sha256: examination.sha256 }),
  }
}

function pick({ startTime, name, path, command }: NonNullable<FileChangeEvent['by']>) {
  return {
    ...(startTime === undefined ? {} : { startTime }),
    ...(name === undefined ? {} : { name }),
    ...(path === undefined ? {} : { path }),
    ...(command === undefined ? {} : { command }),
  }
}
