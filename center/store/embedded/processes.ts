import { readdirSync, readFileSync, readlinkSync, statSync } from 'node:fs'
import { basename } from 'node:path'

/** A process that cannot be taken for a later one with the same pid. */
export interface ProcessKey {
  readonly pid: number
  /** Clock ticks since boot (proc_pid_stat(5), field 22). */
  readonly startTime: string
}

/** `undefined` when there is no such process, or only its unreaped remains. */
export function processKey(pid: number): ProcessKey | undefined {
  const stat = readOrNothing(() => readFileSync(`/proc/${pid}/stat`, 'latin1'))
  if (stat === undefined) return undefined
  const fields = stat.slice(stat.lastIndexOf(')') + 2).split(' ')
  const [state = '', startTime = ''] = [fields[0], fields[19]]
  return state === 'Z' || state === 'X' ? undefined : { pid, startTime }
}

export function stillRuns(key: ProcessKey): boolean {
  return processKey(key.pid)?.startTime === key.startTime
}

/** All PostgreSQL processes that work in this data folder: each has it as its working directory. */
export function serversIn(data: string): ProcessKey[] {
  const folder = readOrNothing(() => statSync(data))
  if (folder === undefined) return []
  return readdirSync('/proc')
    .filter(name => /^\d+$/.test(name) && isServerIn(Number(name), folder))
    .map(name => processKey(Number(name)))
    .filter(key => key !== undefined)
}

export function isServerIn(pid: number, folder: { readonly dev: number; readonly ino: number }): boolean {
  const cwd = readOrNothing(() => statSync(`/proc/${pid}/cwd`))
  if (cwd?.ino !== folder.ino || cwd.dev !== folder.dev) return false
  const program = readOrNothing(() => readlinkSync(`/proc/${pid}/exe`)) ?? ''
  // An upgrade of the package may have replaced the file under a running server.
  return basename(program.replace(/ \(deleted\)$/, '')) === 'postgres'
}

/** Processes end while one looks at them. */
function readOrNothing<T>(read: () => T): T | undefined {
  try {
    return read()
  } catch {
    return undefined
  }
}
