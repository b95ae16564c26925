import { readdirSync, statSync } from 'node:fs'
import { setTimeout as pause } from 'node:timers/promises'
import { isInterpreter, scriptOf } from '../../collectors/index.ts'
import type {
  ActionState,
  Ancestor,
  Detection,
  Examination,
  ExecEvent,
  ProcessName,
  Response,
} from '../../model/index.ts'
import { ownProcDirectory } from '../../native/read/own-proc.ts'
import { displayBytes } from '../../target/index.ts'
import { livingAncestors, statOf } from './ancestors.ts'
import { describe } from './describe-process.ts'
import { detectionOf } from './detections.ts'
import type { Examiner } from './examine.ts'
import { identityFor, identityOf } from './file-identity.ts'
import type { Kills } from './kills.ts'
import type { Knowledge } from './knowledge.ts'
import type { Rights } from './rights.ts'

export interface AfterStartParts {
  readonly knowledge: () => Knowledge
  readonly examiner: Examiner
  readonly rights: Rights
  readonly kills: Kills
  readonly tell: (detection: Detection) => void
  readonly log: (line: string) => void
  /** Every program is judged before it starts, so that only what a gate cannot see is looked at. */
  readonly gated: () => boolean
  /** Whether the gate judged this content, by the file's identity. */
  readonly judged: (identity: string) => boolean
}

interface Suspect {
  readonly pid: number
  readonly startTime: number
  /** Not looked at again where the same was harmless; absent: it is looked at each time. */
  readonly key?: string | undefined
  readonly chain?: readonly Ancestor[]
  /** When its event came, of `performance.now()`; absent: it ran before. */
  readonly fromMs?: number
}

const mostWaiting = 2_000
const mostKept = 20_000
const restMs = 20
const againMs = 5_000
const mostFailed = 200

/**
 * What runs although no gate could see it: programs in memory and deleted ones, `ld.so ./file`, what interpreters are given, what was there
 * before, and what took too long to judge. Each is looked at once, and what is confirmed is ended.
 */
export class AfterStart {
  readonly #parts: AfterStartParts
  readonly #harmless = new Set<string>()
  readonly #urgent: Suspect[] = []
  readonly #waiting: Suspect[] = []
  /** Processes that were told about: once is enough, also for one that hangs and does not end. */
  readonly #told = new Set<string>()
  /** Those that could not be ended, and were told. */
  readonly #failed = new Set<string>()
  #working: Promise<void> | undefined
  #closed = false
  killed = 0
  wouldHave = 0
  /** Programs that were started too fast for all to be looked at. */
  skipped = 0

  constructor(parts: AfterStartParts) {
    this.#parts = parts
  }

  started(events: readonly ExecEvent[]): void {
    const fromMs = performance.now()
    for (const event of events) {
      const { pid, startTime, ancestors } = event
      if (startTime === undefined || pid === process.pid) continue
      const key = this.#keyOf(event)
      if (key === undefined || (key !== '' && this.#harmless.has(key))) continue
      this.#add({ pid, startTime, chain: ancestors, fromMs, ...(key === '' ? {} : { key }) })
    }
  }

  /** Everything that runs already, slowly. */
  async lookAtAll(): Promise<void> {
    for (const suspect of this.#running(() => true)) {
      if (this.#closed) return
      this.#add(suspect)
      await this.#working
      await pause(restMs)
    }
  }

  /** Who runs that file now. `identity` begins with `DEVICE:INODE:`. */
  lookForRunners(identity: string): void {
    const [device, inode] = identity.split(':')
    const isSameFile = (pid: number) => {
      const stat = statSync(`${ownProcDirectory()}/${pid}/exe`, { throwIfNoEntry: false, bigint: true })
      return stat !== undefined && String(stat.dev) === device && String(stat.ino) === inode
    }
    for (const suspect of this.#running(isSameFile)) this.#add(suspect)
  }

  /** Processes that a gate let through without a judgement. */
  unjudged(pids: readonly number[]): void {
    const target = this.#parts.knowledge().target()
    for (const pid of pids) {
      const startTime = statOf(target, pid)?.startTime
      if (startTime !== undefined) this.#add({ pid, startTime, fromMs: performance.now() })
    }
  }

  /** Rules have changed. */
  forget(): void {
    this.#harmless.clear()
  }

  async close(): Promise<void> {
    this.#closed = true
    this.#waiting.length = 0
    this.#urgent.length = 0
    await this.#working
  }

  /** Undefined: nothing for us. Empty: to be looked at each time. */
  #keyOf(event: ExecEvent): string | undefined {
    const { path, file, argv, cwd, command } = event
    if (event.exeInMemory || event.exeDeleted || inMemory.test(file ?? '')) return ''
    if (path === undefined) return this.#parts.gated() ? undefined : ''
    if (isInterpreter(path)) {
      const script = scriptOf(path, argv, cwd)
      if (script === undefined) return `${path} ${command}`
      const identity = identityFor(event.pid, script)
      return identity === '' ? '' : `${path} ${identity}`
    }
    const identity = identityFor(event.pid, path)
    if (!this.#parts.gated()) return identity
    // Written to by way of a memory map, of which the kernel tells nobody, or let go for want of time. In a container the path is another file.
    const known = identity === '' || event.container !== undefined || this.#parts.judged(identity)
    return known ? undefined : identity
  }

  #add(suspect: Suspect): void {
    if (this.#closed) return
    if (this.#waiting.length + this.#urgent.length >= mostWaiting) {
      this.skipped++
      return
    }
    // What hides in memory is looked at before the scripts of everyday life, and these before what runs already.
    if (suspect.fromMs !== undefined && suspect.key === undefined) this.#urgent.push(suspect)
    else this.#waiting.push(suspect)
    this.#working ??= this.#work().finally(() => {
      this.#working = undefined
    })
  }

  async #work(): Promise<void> {
    for (let next = this.#next(); next !== undefined; next = this.#next()) {
      try {
        await this.#look(next)
      } catch (error) {
        this.#parts.log(error instanceof Error ? error.message : String(error))
      }
    }
  }

  #next(): Suspect | undefined {
    return this.#urgent.shift() ?? this.#waiting.shift()
  }

  async #look(suspect: Suspect): Promise<void> {
    const { pid, startTime, key } = suspect
    if (this.#told.has(`${pid}:${startTime}`) || this.#isOurs(pid)) return
    const question = { pid, startTime, findings: [], memory: false }
    const first = await this.#parts.examiner.process(question, true)
    // Alone it may be too little: what started it and where it connects to belongs to it as well.
    const examination = first.verdict === 'suspected' ? await this.#parts.examiner.process(question) : first
    if (examination.verdict === 'confirmed') return this.#end(suspect, examination)
    this.#failed.delete(`${pid}:${startTime}`)
    if (key === undefined || examination.verdict === 'unknown') return
    if (this.#harmless.size >= mostKept) this.#harmless.clear()
    this.#harmless.add(key)
  }

  /** This program itself: its runtime is large, and nobody else runs it. */
  #isOurs(pid: number): boolean {
    const knowledge = this.#parts.knowledge()
    const path = knowledge.target().files.readLink(`/proc/${pid}/exe`)
    if (path === undefined || !knowledge.ownPaths().some(folder => path.startsWith(`${folder}/`))) return false
    // In a mount namespace of his own anybody can have a file of that name.
    const identity = identityOf(path)
    return identity !== '' && identity === identityOf(`${ownProcDirectory()}/${pid}/exe`)
  }

  async #end(suspect: Suspect, examination: Examination): Promise<void> {
    const { pid, startTime, fromMs } = suspect
    if (this.#told.size >= mostKept) this.#told.clear()
    this.#told.add(`${pid}:${startTime}`)
    const at = new Date()
    const knowledge = this.#parts.knowledge()
    const { subject, executable, identity } = describe(knowledge, suspect, examination)
    const chain = suspect.chain ?? livingAncestors(knowledge.target(), pid)
    const script = scriptOf(executable ?? '', subject.argv, subject.cwd)
    const decision = await this.#parts.rights.ask(knowledge, {
      kind: 'kill-process',
      subject: subject.told,
      chain,
      examination,
      paths: script === undefined ? [] : [displayBytes(script)],
    })
    const answer: Pick<Response, 'outcome' | 'detail' | 'run'> = decision.may
      ? await this.#kill({ pid, startTime, command: subject.told.command ?? '', path: executable }, examination)
      : { outcome: decision.outcome, detail: decision.detail }
    if (answer.outcome === 'would') this.wouldHave++
    const news = !this.#failed.delete(`${pid}:${startTime}`) || answer.outcome !== 'failed'
    if (answer.outcome === 'failed') this.#again(suspect)
    const afterMs = fromMs === undefined ? {} : { afterMs: Math.round(performance.now() - fromMs) }
    const response: Response = { kind: 'kill-process', at: new Date().toISOString(), ...answer, ...afterMs }
    const words = answer.outcome === 'done' ? 'A miner was ended' : 'A miner runs'
    const title = `${words}: ${subject.told.path ?? subject.told.command}`
    const told = { title, subject: subject.told, chain, examination, responses: [response], at }
    if (news) this.#parts.tell(detectionOf({ ...told, afterMs: 0, ...afterMs }))
    if (decision.may && identity !== undefined) this.lookForRunners(identity)
  }

  /** A full disk may have room again. */
  #again(suspect: Suspect): void {
    const name = `${suspect.pid}:${suspect.startTime}`
    if (this.#failed.size >= mostFailed) return
    this.#failed.add(name)
    setTimeout(() => {
      this.#told.delete(name)
      this.#add(suspect)
    }, againMs).unref()
  }

  /** What stands in its way, a disk that takes no journal, is told with it. */
  async #kill(
    { path, ...name }: Omit<ProcessName, 'path'> & { readonly path: string | undefined },
    { because }: Examination,
  ): Promise<Pick<Response, 'outcome' | 'detail' | 'run'>> {
    const process = { ...name, ...(path === undefined ? {} : { path: displayBytes(path) }) }
    try {
      const { run, state } = await this.#parts.kills.kill(process, because[0] ?? 'it is confirmed')
      if (state.outcome === 'done') {
        this.killed++
        this.#parts.rights.countKill()
      }
      return { ...wordsFor(state), run }
    } catch (error) {
      const why = error instanceof Error ? error.message : String(error)
      return { outcome: 'failed', detail: `It was not ended, because that could not be written down: ${why}` }
    }
  }

  *#running(isMeant: (pid: number) => boolean): Generator<Suspect> {
    const target = this.#parts.knowledge().target()
    for (const name of readdirSync(ownProcDirectory())) {
      const pid = Number(name)
      if (!Number.isSafeInteger(pid) || pid <= 1 || pid === process.pid) continue
      try {
        if (!isMeant(pid)) continue
      } catch {
        continue
      }
      const stat = statOf(target, pid)
      if (stat !== undefined && !stat.kernelThread && stat.state !== 'Z') yield { pid, startTime: stat.startTime }
    }
  }
}

/** As responses have it; `state` as the run has it. */
function wordsFor({ outcome, detail }: ActionState): Pick<Response, 'outcome' | 'detail'> {
  if (outcome === 'done') return { outcome: 'done', detail: 'It was ended, which is final.' }
  if (outcome === 'already-done') return { outcome: 'done', detail: 'It had ended by itself.' }
  return { outcome: detail?.startsWith('refused') === true ? 'refused' : 'failed', detail: detail ?? outcome }
}

/** execveat(2) and a script in a memfd: a number of a descriptor instead of a path. */
const inMemory = /^\/(?:dev|proc\/(?:self|\d+))\/fd\//
