import type { EventFinding, ExecEvent } from '../../model/index.ts'
import type { Looks } from './looks.ts'
import { fileIdentity, isRunning, programIdentity } from './running.ts'
import { SeenContents } from './seen-contents.ts'

export interface ExecWatchParts {
  readonly looks: Looks
  /** This program's own /proc. */
  readonly proc: string
  /** The folder of this program: what runs from it is ours. */
  readonly program: string
  /** Every program that starts, but ours. */
  onExec?(event: ExecEvent): void
}

/** A second look, into memory, at what only rules over events spoke of: what it does shows when it has settled. */
const againAfterMs = [5_000, 40_000]
const mostAgain = 50

/** Programs that start: looked at once for each content, those of which rules speak each time and at once. */
export class ExecWatch {
  readonly #parts: ExecWatchParts
  readonly #seen = new SeenContents()
  readonly #timers = new Set<NodeJS.Timeout>()

  constructor(parts: ExecWatchParts) {
    this.#parts = parts
  }

  hear(event: ExecEvent): void {
    if (this.#isOurs(event)) return
    const { looks, proc, onExec } = this.#parts
    onExec?.(event)
    const findings = looks.judge(event)
    const program = programIdentity(proc, event.pid)
    const script = event.file === undefined || event.file === event.path ? undefined : fileIdentity(event.file)
    const content = program === undefined ? undefined : `${program} ${script ?? ''}`
    const urgent = findings.length > 0 || event.exeInMemory || event.exeDeleted
    if (!urgent && (content === undefined || this.#seen.has(content))) return
    // Before it was judged it counts as judged: a thousand starts are one question.
    if (content !== undefined && !urgent) this.#seen.add(content)
    const taken = looks.turns.add(() => this.#look(event, findings, content), urgent)
    if (!taken && content !== undefined) this.#seen.delete(content)
  }

  /** Nothing counts as judged any more. */
  forget(): void {
    this.#seen.clear()
  }

  close(): void {
    for (const timer of this.#timers) clearTimeout(timer)
  }

  async #look(event: ExecEvent, findings: readonly EventFinding[], content: string | undefined): Promise<void> {
    const suspect = { event, findings, chain: event.ancestors }
    const running = event.startTime !== undefined && isRunning(this.#parts.proc, event.pid)
    const looked = await this.#parts.looks.look(suspect, { memory: false, file: !running })
    if (looked === undefined) return
    const { examination, verdict } = looked
    if (content !== undefined && examination.verdict === 'harmless') this.#seen.add(content)
    else if (content !== undefined) this.#seen.delete(content)
    if (verdict !== 'confirmed' && findings.length > 0 && event.startTime !== undefined) this.#again(event, findings)
  }

  #again(event: ExecEvent, findings: readonly EventFinding[]): void {
    const { looks, proc } = this.#parts
    if (this.#timers.size >= mostAgain) return
    for (const ms of againAfterMs) {
      const timer = setTimeout(() => {
        this.#timers.delete(timer)
        if (!isRunning(proc, event.pid)) return
        const suspect = { event, findings, chain: event.ancestors }
        looks.turns.add(async () => void (await looks.look(suspect, { memory: true })), false)
      }, ms)
      timer.unref()
      this.#timers.add(timer)
    }
  }

  /** This program and what it starts: looks, runs, the guard. */
  #isOurs({ pid, path, ancestors }: ExecEvent): boolean {
    if (pid === process.pid || ancestors.some(one => one.pid === process.pid)) return true
    if (path?.startsWith(`${this.#parts.program}/`) !== true) return false
    // In a mount namespace of his own anybody can have a file of that name.
    const runs = programIdentity(this.#parts.proc, pid)
    return runs !== undefined && runs === fileIdentity(path)
  }
}
