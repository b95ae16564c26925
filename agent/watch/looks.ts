import type {
  ConnectionEvent,
  Detection,
  EventFinding,
  Examination,
  ExecEvent,
  HostEvent,
  LoadEvent,
} from '../../model/index.ts'
import type { EventRules } from '../../rulebook/event-rules.ts'
import { type Detections, keyOf } from './detections.ts'
import type { Guard } from './ports.ts'
import type { ProcessWords } from './process-words.ts'
import type { Turns } from './turns.ts'
import { isTelling, subjectOf, verdictOf } from './verdict.ts'

export interface LooksParts {
  readonly rules: Pick<EventRules, 'judge'>
  /** The one of this moment: another one with another mode. */
  guard(): Guard
  readonly words: ProcessWords
  readonly turns: Turns
  readonly detections: Pick<Detections, 'note'>
}

/** A process that is looked at because of something that happened. */
export interface Suspect {
  readonly event: ExecEvent | LoadEvent | ConnectionEvent
  /** What rules over events said. */
  readonly findings: readonly EventFinding[]
  /** Who started it, nearest first. Default: who is above it when it is told. */
  readonly chain?: Detection['chain']
  /** How it is told, where it is more than a process. */
  readonly as?: Pick<Detection['subject'], 'kind' | 'address' | 'port'>
  /** What is told under this name is one thing. Default: the program. */
  readonly key?: string
}

export interface Looked {
  readonly examination: Examination
  /** Undefined when nothing is wrong with it. */
  readonly verdict: Detection['verdict'] | undefined
}

/** What all who hear have in common: rules judge an event, the guard takes a closer look, and what is wrong is told. */
export class Looks {
  readonly #parts: LooksParts

  constructor(parts: LooksParts) {
    this.#parts = parts
  }

  get words(): ProcessWords {
    return this.#parts.words
  }

  get turns(): Turns {
    return this.#parts.turns
  }

  get guard(): Guard {
    return this.#parts.guard()
  }

  /** What rules say of it that is worth a look. */
  judge(event: HostEvent): EventFinding[] {
    return this.#parts.rules.judge(event).filter(isTelling)
  }

  /** This program and what it started. */
  isOurs(pid: number): boolean {
    return this.words.isBelow(pid, process.pid)
  }

  /** The guard looks at a process, and it is told when something is wrong. `file` is looked at when no process can be. */
  async look(
    suspect: Suspect,
    how: { readonly memory: boolean; readonly file?: boolean },
  ): Promise<Looked | undefined> {
    const { event, findings } = suspect
    const { pid, startTime, path } = event
    if (how.file !== true && pid !== undefined && startTime !== undefined) {
      const of = event.kind === 'exec' ? { event } : {}
      const found = await this.guard.examineProcess({ pid, startTime, ...of, findings, memory: how.memory })
      if (found.verdict !== 'unknown' || path === undefined || this.words.of(pid)?.startTime === startTime)
        return this.tell(suspect, found)
    }
    return path === undefined ? undefined : this.#lookAtFile(suspect, path)
  }

  /** What has ended left its file, and perhaps somebody who goes on with it: who wants no parent ends as soon as its copy runs. */
  async #lookAtFile(suspect: Suspect, path: string): Promise<Looked> {
    const { event, findings } = suspect
    const file = await this.guard.examineFile(path)
    const packaged = file.ownership === 'owned' || file.ownership === 'verified'
    if (file.verdict === 'confirmed' || packaged) {
      const looked = this.tell(suspect, file)
      // A shell of a package is harmless whatever it was called with.
      const verdict = looked.verdict ?? verdictOf({ ...file, verdict: 'unknown' }, findings)
      if (looked.verdict === undefined && verdict !== undefined) this.note(suspect, verdict, undefined)
      return { ...looked, verdict }
    }
    const heir = this.words.runnerOf(path)
    if (heir === undefined) return this.tell(suspect, file)
    const { pid, startTime } = heir
    return this.tell(
      { ...suspect, event: { ...event, pid, startTime } },
      await this.guard.examineProcess({ pid, startTime, findings, memory: false }),
    )
  }

  /** Told when something is wrong. */
  tell(suspect: Suspect, examination: Examination): Looked {
    const verdict = verdictOf(examination, suspect.findings)
    if (verdict !== undefined) this.note(suspect, verdict, examination)
    return { examination, verdict }
  }

  note(suspect: Suspect, verdict: Detection['verdict'], examination: Examination | undefined): void {
    const { event, findings, as, chain, key } = suspect
    // What wraps another program has become it by the time it is looked at.
    const name = examination?.path ?? event.path ?? event.command ?? String(event.pid)
    this.#parts.detections.note({
      key: key ?? keyOf('process', name),
      verdict,
      subject: { ...subjectOf(event, examination), ...as },
      chain: chain ?? (event.pid === undefined ? [] : this.words.chainOf(event.pid)),
      findings,
      examination,
      sinceMs: Date.parse(event.at),
    })
  }
}
