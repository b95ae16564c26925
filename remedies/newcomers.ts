import { createHash } from 'node:crypto'
import { closeSync, fstatSync, openSync, readSync, statSync } from 'node:fs'
import type { ActionOf, ProcessName } from '../model/index.ts'
import { displayBytes, exactBytes } from '../target/index.ts'
import {
  allProcesses,
  argumentsOf,
  executableOf,
  type ProcessState,
  procPath,
  procText,
  readProcess,
} from './processes.ts'

type Follow = ActionOf<'freeze-processes'>['follow']

const interpreters =
  /^(?:ba|da|a|z|k|c|tc|fi)?sh$|^busybox$|^(?:python|perl|ruby|php|node|lua|tclsh)[0-9.]*$|^(?:env|nohup|setsid|timeout|nice|sudo)$/
const mostExecutableBytes = 64 << 20
const digests = new Map<string, string>()

/**
 * Processes outside the set that belong to it: started from one of its files, from a copy of one, or by one of its members.
 * An interpreter's path alone says nothing; its script does.
 */
export function newcomers(
  set: ReadonlySet<number>,
  follow: Follow,
  surely: ReadonlySet<number> = new Set(),
): ProcessName[] {
  const processes = allProcesses()
  const parents = new Map(processes.map(({ pid, parent }) => [pid, parent]))
  const since = Math.min(...processes.filter(({ pid }) => set.has(pid)).map(({ startTime }) => startTime))
  return processes
    .filter(({ pid, kernelThread, state }) => !set.has(pid) && !kernelThread && state !== 'Z' && pid !== process.pid)
    .filter(one => surely.has(one.pid) || descends(one.pid, parents, set) || runsOne(one, follow, since))
    .filter(one => follow.spare === undefined || !isSpared(one.pid, follow.spare))
    .map(({ pid }) => namedNow(pid))
    .filter(one => one !== undefined)
}

/** The name of a process as it stands now; undefined when it is gone. */
export function namedNow(pid: number): ProcessName | undefined {
  const now = readProcess(pid)
  if (now === undefined) return undefined
  const path = executableOf(pid)
  const command = argumentsOf(pid).join(' ') || `[${now.name}]`
  const { startTime } = now
  return { pid, startTime, ...(path === undefined ? {} : { path: displayBytes(path) }), command: displayBytes(command) }
}

function descends(pid: number, parents: ReadonlyMap<number, number>, set: ReadonlySet<number>): boolean {
  const seen = new Set<number>()
  for (let at = parents.get(pid) ?? 0; at > 1 && !seen.has(at); at = parents.get(at) ?? 0) {
    if (set.has(at)) return true
    seen.add(at)
  }
  return false
}

function isSpared(pid: number, { pids, uids, paths, containers }: NonNullable<Follow['spare']>): boolean {
  if (pids.includes(pid)) return true
  const uid = /^Uid:\t(\d+)/m.exec(procText(pid, 'status') ?? '')?.[1]
  if (uid !== undefined && uids.includes(Number(uid))) return true
  const group = containers.length === 0 ? '' : (procText(pid, 'cgroup') ?? '')
  if (containers.some(id => group.includes(id))) return true
  const runs = [executableOf(pid), scriptOf(pid)].filter(one => one !== undefined)
  return runs.some(path => paths.some(above => path === above || path.startsWith(`${above.replace(/\/+$/, '')}/`)))
}

function runsOne({ pid, startTime }: ProcessState, follow: Follow, since: number): boolean {
  const executable = executableOf(pid)
  if (executable === undefined) return false
  if (interpreters.test(executable.slice(executable.lastIndexOf('/') + 1))) return runsScript(pid, follow.paths)
  if (matches(executable, follow.paths)) return true
  if (follow.sha256.length === 0 || startTime < since) return false
  const digest = digestOf(pid)
  return digest !== undefined && follow.sha256.includes(digest)
}

function runsScript(pid: number, paths: readonly string[]): boolean {
  const script = scriptOf(pid)
  return script !== undefined && matches(script, paths)
}

/** The first argument that is no option, behind the interpreters that call each other (`nohup sh x`). */
function scriptOf(pid: number): string | undefined {
  return argumentsOf(pid)
    .slice(1)
    .find(one => !one.startsWith('-') && !interpreters.test(one.slice(one.lastIndexOf('/') + 1)))
}

function matches(path: string, paths: readonly string[]): boolean {
  return paths.includes(path) || (exactBytes(path) !== undefined && paths.includes(displayBytes(path)))
}

function digestOf(pid: number): string | undefined {
  try {
    const path = procPath(pid, 'exe')
    const { dev, ino, size, mtimeMs } = statSync(path)
    if (size > mostExecutableBytes) return undefined
    const key = `${dev}:${ino}:${size}:${mtimeMs}`
    const digest = digests.get(key) ?? hashed(path)
    digests.set(key, digest)
    return digest
  } catch {
    return undefined
  }
}

function hashed(path: string): string {
  const descriptor = openSync(path, 'r')
  try {
    const hash = createHash('sha256')
    const block = Buffer.alloc(Math.min(fstatSync(descriptor).size, 1 << 20) + 1)
    for (let read = readSync(descriptor, block); read > 0; read = readSync(descriptor, block)) {
      hash.update(block.subarray(0, read))
    }
    return hash.digest('hex')
  } finally {
    closeSync(descriptor)
  }
}
