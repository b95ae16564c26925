import type { ExecEvent } from '../../model/index.ts'
import { decodeBytes, displayBytes } from '../../target/index.ts'
import type { ProcReader } from '../proc-reader.ts'
import type { ProcessTable } from './process-table.ts'
import type { SeenExec } from './source.ts'

const mostArguments = 256
const longestArgument = 4096

/** What the describing of events needs of its surroundings. */
export interface Surroundings {
  readonly proc: ProcReader
  readonly table: ProcessTable
  /** Milliseconds of the wall clock at boot. */
  readonly bootMs: () => number
}

/**
 * An exec as an event, with what /proc still says; a process that has ended keeps what the kernel said. `hurry` leaves out
 * /proc where the source told enough: in a storm the telling must not fall behind.
 */
export function describeExec(seen: SeenExec, { proc, table, bootMs }: Surroundings, hurry = false): ExecEvent {
  const { pid } = seen
  const words = hurry && seen.file !== undefined ? undefined : proc.words(pid, seen.startTime)
  const alive = words?.stat !== undefined
  const startTime = seen.startTime ?? words?.stat?.startTime
  const parentPid = seen.parentPid ?? words?.stat?.parentPid
  const uid = seen.uid ?? (alive ? proc.uid(pid) : undefined)
  const kept = seen.arguments === undefined || (seen.cut === true && alive) ? proc.arguments(pid) : undefined
  const argv = argumentsIn(kept === undefined || kept.length === 0 ? (seen.arguments ?? Buffer.alloc(0)) : kept)
  const file = seen.file === undefined || seen.file.length === 0 ? undefined : displayBytes(decodeBytes(seen.file))
  const command = argv.join(' ')
  const path = words?.path ?? absolute(interpreterOf(argv, file) ?? file)
  const name = words?.stat === undefined ? nameOf(path) : displayBytes(words.stat.name)
  table.note({ pid, startTime, parentPid, name, path, command })
  return {
    kind: 'exec',
    at: new Date(bootMs() + seen.bootMs).toISOString(),
    pid,
    ...(startTime === undefined ? {} : { startTime }),
    ...(parentPid === undefined ? {} : { parentPid }),
    ...(name === undefined ? {} : { name }),
    ...(path === undefined ? {} : { path }),
    ...(file === undefined ? {} : { file }),
    argv,
    command,
    ...(words?.cwd === undefined ? {} : { cwd: words.cwd }),
    ...(uid === undefined ? {} : { uid }),
    exeDeleted: words?.exeDeleted ?? false,
    exeInMemory: words?.exeInMemory ?? false,
    ...(words?.cgroup === undefined ? {} : { cgroup: displayBytes(words.cgroup) }),
    ...(words?.container === undefined ? {} : { container: displayBytes(words.container) }),
    ancestors: table.ancestorsOf(pid),
  }
}

/** As the table keeps a process that was there before it was seen to start anything. */
export function rowFromProc(proc: ProcReader, pid: number) {
  const { stat, path } = proc.words(pid, undefined)
  if (stat === undefined) return undefined
  const command = argumentsIn(proc.arguments(pid) ?? Buffer.alloc(0)).join(' ')
  const { startTime, parentPid } = stat
  return {
    pid,
    startTime,
    parentPid,
    name: displayBytes(stat.name),
    path,
    command: command === '' ? undefined : command,
  }
}

function argumentsIn(bytes: Buffer): string[] {
  const end = bytes.at(-1) === 0 ? bytes.length - 1 : bytes.length
  if (end <= 0) return []
  const found: string[] = []
  for (let at = 0; at <= end && found.length < mostArguments; ) {
    const next = bytes.indexOf(0, at)
    const stop = next < 0 || next > end ? end : next
    found.push(displayBytes(decodeBytes(bytes.subarray(at, Math.min(stop, at + longestArgument)))))
    at = stop + 1
  }
  return found
}

/** The kernel puts the interpreter, at most one word, and the script before what a script was given (execve(2)). */
function interpreterOf(argv: readonly string[], file: string | undefined): string | undefined {
  return file !== undefined && argv.indexOf(file) > 0 && argv.indexOf(file) <= 2 ? argv[0] : undefined
}

function absolute(file: string | undefined): string | undefined {
  return file?.startsWith('/') === true ? file : undefined
}

function nameOf(path: string | undefined): string | undefined {
  return path?.slice(path.lastIndexOf('/') + 1).slice(0, 15)
}
