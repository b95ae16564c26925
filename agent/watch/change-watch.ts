import type { EventFinding, FileChangeEvent } from '../../model/index.ts'
import { type Detections, keyOf } from './detections.ts'
import type { Looks } from './looks.ts'
import type { PlaceJudgement } from './ports.ts'
import { isAlarming } from './verdict.ts'

/** What is written in several steps is judged once. */
const settleMs = 150
const mostChanges = 200

/** Changes in places that start programs, let people in or hide things: judged together, as a scan would judge what is there now. */
export class ChangeWatch {
  readonly #looks: Looks
  readonly #detections: Pick<Detections, 'note'>
  #changes: FileChangeEvent[] = []
  #timer: NodeJS.Timeout | undefined

  constructor(looks: Looks, detections: Pick<Detections, 'note'>) {
    this.#looks = looks
    this.#detections = detections
  }

  hear(events: readonly FileChangeEvent[]): void {
    for (const event of events) {
      if (event.by !== undefined && this.#looks.isOurs(event.by.pid)) continue
      if (this.#changes.length < mostChanges) this.#changes.push(event)
    }
    if (this.#changes.length > 0) this.#timer ??= setTimeout(() => this.#judge(), settleMs)
  }

  close(): void {
    clearTimeout(this.#timer)
  }

  #judge(): void {
    this.#timer = undefined
    const changes = this.#changes.splice(0)
    const byPath = new Map(changes.map(one => [one.path, one]))
    const findings = new Map(changes.map(one => [one.path, this.#looks.judge(one)]))
    const there = changes.filter(one => one.change !== 'deleted' && one.change !== 'moved-out')
    const judge = async () => {
      const judged = there.length === 0 ? [] : await this.#looks.guard.judgePlaces(there)
      const verdicts = new Map(judged.map(one => [one.path, one]))
      for (const [path, event] of byPath) this.#tell(event, findings.get(path) ?? [], verdicts.get(path))
    }
    this.#looks.turns.add(judge, true)
  }

  #tell(event: FileChangeEvent, findings: readonly EventFinding[], judged: PlaceJudgement | undefined): void {
    const alarm = findings.some(isAlarming)
    const accused = judged?.verdict === 'confirmed' || judged?.verdict === 'suspected' ? judged.verdict : undefined
    const verdict = accused ?? (alarm && judged?.verdict !== 'harmless' ? 'suspected' : undefined)
    if (verdict === undefined) return
    const { by, path } = event
    this.#detections.note({
      key: keyOf('autostart', path),
      verdict,
      subject: { kind: 'autostart', path },
      chain: by === undefined ? [] : [{ pid: by.pid, ...writerOf(by) }, ...this.#looks.words.chainOf(by.pid)],
      findings,
      factFindings: judged?.findings ?? [],
      sinceMs: Date.parse(event.at),
    })
  }
}

function writerOf({ startTime, name, path, command }: NonNullable<FileChangeEvent['by']>) {
  return {
    ...(startTime === undefined ? {} : { startTime }),
    ...(name === undefined ? {} : { name }),
    ...(path === undefined ? {} : { path }),
    ...(command === undefined ? {} : { command }),
  }
}
