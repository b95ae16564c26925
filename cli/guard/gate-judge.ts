import { readlinkSync, statSync } from 'node:fs'
import { openPackages } from '../../collectors/index.ts'
import type { Detection, Examination, Response } from '../../model/index.ts'
import { ownProcDirectory } from '../../native/read/own-proc.ts'
import { containerId, decodeBytes, displayBytes, parseStatus } from '../../target/index.ts'
import type { Verdict } from '../../sensors/index.ts'
import { type AboutToStart, examineStart, leadsTo } from './about-to-start.ts'
import { livingAncestors, statOf } from './ancestors.ts'
import { detectionOf } from './detections.ts'
import type { Knowledge } from './knowledge.ts'
import { type Rights, userNameOf } from './rights.ts'
import type { SeenFile, SeenFiles } from './seen-files.ts'

export interface GateJudgeParts {
  readonly knowledge: () => Knowledge
  readonly files: () => SeenFiles
  readonly rights: Rights
  readonly tell: (detection: Detection) => void
  /** It was denied, and who took too long to say so may have let it through: whoever runs that file is looked for. */
  readonly denied: (seen: SeenFile) => void
}

const passing: Verdict = { verdict: 'allow', lasting: false }

/** Says of each program whether it may start. What it cannot judge may. */
export class GateJudge {
  readonly #parts: GateJudgeParts

  constructor(parts: GateJudgeParts) {
    this.#parts = parts
  }

  async judge({ descriptor, pid }: { readonly descriptor: number; readonly pid: number }): Promise<Verdict> {
    const at = new Date()
    const from = performance.now()
    const knowledge = this.#parts.knowledge()
    const path = decodeBytes(readlinkSync(`/proc/self/fd/${descriptor}`, 'buffer'))
    const isHere = leadsTo(path, descriptor)
    if (isHere && knowledge.ownPaths().some(folder => path.startsWith(`${folder}/`))) return passing
    const seen = this.#parts.files().in(descriptor, path)
    if (seen === undefined) return passing
    // What a package brought and nobody changed is judged by its content as well, and then for as long as nobody writes to it.
    const owner = isHere ? openPackages(knowledge.target()).owner(path) : undefined
    const agrees =
      owner?.ownership === 'verified' || (owner?.ownership === 'owned' && owner.recordedDigest !== undefined)
    if (agrees && seen.matches.length === 0) return { verdict: 'allow', lasting: true }
    const start: AboutToStart = { descriptor, pid, path, seen }
    const examination = await examineStart(knowledge, start)
    if (examination.verdict !== 'confirmed') return { verdict: 'allow', lasting: isHere && isPlain(examination) }
    return this.#keepOut(knowledge, start, examination, at, from)
  }

  async #keepOut(
    knowledge: Knowledge,
    { pid, path, seen }: AboutToStart,
    examination: Examination,
    at: Date,
    from: number,
  ): Promise<Verdict> {
    const subject = subjectOf(knowledge, pid, displayBytes(path), examination)
    const chain = livingAncestors(knowledge.target(), pid)
    const decision = await this.#parts.rights.ask(knowledge, {
      kind: 'prevented',
      subject,
      chain,
      examination,
      paths: [],
    })
    const afterMs = Math.round(performance.now() - from)
    const late = runsAlready(pid, seen)
    const response: Response = {
      kind: 'prevented',
      at: new Date().toISOString(),
      ...(decision.may ? outcomeOf(late) : { outcome: decision.outcome, detail: decision.detail }),
      afterMs,
    }
    const title =
      decision.may && !late
        ? `A miner was kept from starting: ${subject.path}`
        : `A miner started and was not kept from it: ${subject.path}`
    this.#parts.tell(detectionOf({ title, subject, chain, examination, responses: [response], at, afterMs }))
    if (!decision.may) return passing
    this.#parts.denied(seen)
    return { verdict: 'deny', lasting: false }
  }
}

/** Who waited too long for the answer was let through: what is not a script runs by now. */
function runsAlready(pid: number, { identity }: SeenFile): boolean {
  const stat = statSync(`${ownProcDirectory()}/${pid}/exe`, { throwIfNoEntry: false, bigint: true })
  return stat !== undefined && identity.startsWith(`${stat.dev}:${stat.ino}:`)
}

function outcomeOf(late: boolean): Pick<Response, 'outcome' | 'detail'> {
  return late
    ? { outcome: 'failed', detail: 'To judge it took too long, and it started. Whoever runs it is ended now.' }
    : { outcome: 'done', detail: 'It did not start.' }
}

/** Nothing at all is held against it: until somebody writes to it the kernel need not ask, which would double what a start costs. */
function isPlain({ verdict, matches, indicators, families, attack }: Examination): boolean {
  return verdict === 'harmless' && [matches, indicators, families, attack].every(one => one.length === 0)
}

function subjectOf(
  knowledge: Knowledge,
  pid: number,
  path: string,
  { sha256 }: Examination,
): Detection['subject'] & { readonly path: string } {
  const target = knowledge.target()
  const text = (name: string) =>
    decodeBytes(target.files.read(`/proc/${pid}/${name}`, 16_384, 'fine') ?? Buffer.alloc(0))
  const startTime = statOf(target, pid)?.startTime
  const user = userNameOf(knowledge, parseStatus(text('status')).uid)
  const container = containerId(text('cgroup'))
  return {
    kind: 'process',
    pid,
    path,
    command: path,
    ...(startTime === undefined ? {} : { startTime }),
    ...(user === undefined ? {} : { user }),
    ...(container === undefined ? {} : { container: displayBytes(container) }),
    ...(sha256 === undefined ? {} : { sha256 }),
  }
}
