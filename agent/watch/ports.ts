import type {
  Detection,
  Examination,
  EventFinding,
  ExecEvent,
  FileChangeEvent,
  Finding,
  PreventionState,
  Response,
  SensorStatus,
} from '../../model/index.ts'
import type { ResponseConfig } from '../../model/wire/index.ts'

// What watches lives in the agent's own process and has its memory: see agent/ports.ts. Rules over events are small enough for it; what
// needs packages, YARA, memory of others, the whole engine or remedies is asked of the guard, a child that is there when it is needed.

/** A process to look at more closely. */
export interface ProcessQuestion {
  readonly pid: number
  /** Clock ticks after boot. */
  readonly startTime: number
  readonly event?: ExecEvent
  /** What rules over events said of it. */
  readonly findings: readonly EventFinding[]
  /** Its memory too: up to a second. */
  readonly memory: boolean
}

/** What a place holds now, judged as a scan would judge it. */
export interface PlaceJudgement {
  readonly path: string
  readonly verdict: Examination['verdict']
  /** Of facts that lie in this path: autostarts, keys, accounts, preloads … */
  readonly findings: readonly Finding[]
}

/**
 * The guard: one child of the agent (`davylamp agent guard`, JSON lines over its standard streams) that holds rules over contents, package
 * databases and the engine. In `block` it stays, holds the gate of execs and kills what no gate can see; in `observe` it is started when it is
 * asked and ends after a minute without questions. When it dies it is started again; questions that were open are answered with `unknown`.
 */
export interface Guard {
  examineProcess(question: ProcessQuestion): Promise<Examination>
  /** Of a program or script by its path on the host. */
  examineFile(path: string): Promise<Examination>
  judgePlaces(changes: readonly FileChangeEvent[]): Promise<readonly PlaceJudgement[]>
  state(): PreventionState
  sensor(): SensorStatus | undefined
  /** Rules, lists and what was allowed are read anew, without a gap in guarding. */
  reload(): void
  close(): Promise<void>
}

export interface GuardOptions {
  readonly launcher: string
  readonly state: string
  readonly mode: PreventionState['mode']
  /** Local rules' folders on the command line, besides those of the state folder. */
  readonly rules?: readonly string[]
  readonly response: ResponseConfig
  /** The gate holds the file systems of these paths only; absent: every local one. */
  readonly only?: readonly string[] | undefined
  /** It did something at once: a start was prevented, a process was ended. With its own findings; told within milliseconds. */
  readonly onDetection: (detection: Detection) => void
  readonly log: (line: string) => void
}

/** What may be done at once about something confirmed. Made by `agent/response/`. */
export interface Responder {
  /** Never throws; what was done, would have been done or failed. Slow ones resolve late: they are added to the detection when they come. */
  respond(detection: Detection): Promise<readonly Response[]>
  close(): Promise<void>
}
