import { randomUUID } from 'node:crypto'
import type { Detection, EventFinding, Examination, Finding, Level, Response } from '../../model/index.ts'

/** What became known about one thing. */
export interface Noticed {
  /** The same for the same thing: a program, a place, an address. */
  readonly key: string
  readonly verdict: Detection['verdict']
  readonly subject: Detection['subject']
  readonly chain: Detection['chain']
  readonly findings: readonly EventFinding[]
  readonly examination?: Examination | undefined
  /** Of facts that lie in a place. */
  readonly factFindings?: readonly Finding[]
  /** Milliseconds since 1970 of the first event. */
  readonly sinceMs: number
}

interface Known {
  detection: Detection
  toldMs: number
}

const strength: readonly Level[] = ['informational', 'low', 'medium', 'high', 'critical']
/** The same thing again is no news for so long: a job that starts it each minute would tell it each minute. */
const quietMs = 3_600_000
const mostKnown = 2_000
const mostFindings = 50
const mostSentences = 12

/** Makes detections of what was noticed: one for each thing, told again when it is worse than it was, or when something was done about it. */
export class Detections {
  readonly #known = new Map<string, Known>()
  readonly #tell: (detection: Detection) => void
  readonly #now: () => number
  readonly #elapsed: () => number
  #count = 0

  /** `elapsed`: milliseconds of a clock that nobody sets. */
  constructor(
    tell: (detection: Detection) => void,
    now: () => number = Date.now,
    elapsed: () => number = () => performance.now(),
  ) {
    this.#tell = tell
    this.#now = now
    this.#elapsed = elapsed
  }

  /** Different ones since the beginning. */
  get count(): number {
    return this.#count
  }

  /** The detection when it was told, undefined when it was no news. */
  note(noticed: Noticed): Detection | undefined {
    const known = this.#known.get(noticed.key)
    const elapsed = this.#elapsed()
    const made = detectionOf(noticed, this.#now(), known?.detection)
    const again = known !== undefined && elapsed - known.toldMs < quietMs
    if (again && !isWorse(made, known.detection)) return undefined
    // After an hour it is a new one, with an id of its own.
    const detection = known === undefined || again ? made : { ...made, id: randomUUID() }
    this.#keep(noticed.key, { detection, toldMs: elapsed })
    if (!again) this.#count++
    this.#tell(detection)
    return detection
  }

  /** One that the guard made itself, because it acted at once. */
  adopt(detection: Detection): void {
    const { kind, path, pid, sha256 } = detection.subject
    this.#keep(keyOf(kind, path ?? sha256 ?? String(pid)), { detection, toldMs: this.#elapsed() })
    this.#count++
    this.#tell(detection)
  }

  /** Something was done about it, or would have been. */
  add(id: string, responses: readonly Response[]): void {
    if (responses.length === 0) return
    for (const known of this.#known.values()) {
      if (known.detection.id !== id) continue
      known.detection = { ...known.detection, responses: [...known.detection.responses, ...responses].slice(-100) }
      this.#tell(known.detection)
      return
    }
  }

  #keep(key: string, known: Known): void {
    this.#known.delete(key)
    this.#known.set(key, known)
    if (this.#known.size <= mostKnown) return
    const [oldest] = this.#known.keys()
    if (oldest !== undefined) this.#known.delete(oldest)
  }
}

export function keyOf(kind: Detection['subject']['kind'], name: string): string {
  return `${kind} ${name}`
}

function isWorse(one: Detection, other: Detection): boolean {
  if (one.verdict !== other.verdict) return one.verdict === 'confirmed'
  return strength.indexOf(one.level) > strength.indexOf(other.level)
}

function detectionOf(noticed: Noticed, nowMs: number, before: Detection | undefined): Detection {
  const { verdict, subject, chain, examination, factFindings = [] } = noticed
  const findings = newestOfEach([...(before?.findings ?? []), ...noticed.findings]).slice(-mostFindings)
  const sentences = [
    ...factFindings.toSorted((a, b) => strength.indexOf(b.level) - strength.indexOf(a.level)).map(one => one.because),
    // That it had ended is the least of it.
    ...(examination?.verdict === 'unknown' ? [] : (examination?.because ?? [])),
    ...findings.toSorted((a, b) => strength.indexOf(b.level) - strength.indexOf(a.level)).map(one => one.because),
  ]
  const all = [...findings, ...factFindings]
  return {
    id: before?.id ?? randomUUID(),
    at: new Date(noticed.sinceMs).toISOString(),
    verdict,
    level: levelOf(verdict, examination, all),
    title: titleOf(verdict, subject, all),
    because: [...new Set(sentences)].slice(0, mostSentences),
    subject,
    chain,
    findings,
    ...(examination === undefined ? {} : { examination }),
    families: [...new Set([...(examination?.families ?? []), ...all.flatMap(one => one.families)])],
    attack: [...new Set([...(examination?.attack ?? []), ...all.flatMap(one => one.attack)])],
    responses: before?.responses ?? [],
    afterMs: Math.max(0, nowMs - noticed.sinceMs),
  }
}

function newestOfEach(findings: readonly EventFinding[]): EventFinding[] {
  return [...new Map(findings.map(one => [one.rule.id, one])).values()]
}

function levelOf(
  verdict: Detection['verdict'],
  examination: Examination | undefined,
  findings: readonly { readonly level: Level }[],
): Level {
  const least = verdict === 'confirmed' ? (examination?.miningSession === undefined ? 'high' : 'critical') : 'medium'
  return [least, ...findings.map(one => one.level)].reduce<Level>(
    (one, other) => (strength.indexOf(other as Level) > strength.indexOf(one) ? (other as Level) : one),
    'informational',
  )
}

function titleOf(
  verdict: Detection['verdict'],
  { kind, path, command, address, account }: Detection['subject'],
  findings: readonly (EventFinding | Finding)[],
): string {
  const name = path ?? command?.slice(0, 100) ?? address ?? account ?? ''
  const strongest = findings.toSorted((a, b) => strength.indexOf(b.level) - strength.indexOf(a.level))[0]
  const running = kind === 'process' || kind === 'load' || kind === 'connection'
  if (verdict === 'confirmed' && running) return `Miner or its helper: ${name}`
  return strongest === undefined ? `Suspicious: ${name}` : `${strongest.rule.title}: ${name}`
}
