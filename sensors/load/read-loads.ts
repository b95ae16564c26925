import { existsSync, readdirSync, readFileSync } from 'node:fs'
import { type ProcStat, parseStat, ticksPerSecond } from '../../target/index.ts'
import type { LoadSample } from './load-tracker.ts'

/** A process with what it has taken so far. */
export interface ProcessLoad extends LoadSample {
  readonly stat: ProcStat
}

export interface Loads {
  readonly processes: readonly ProcessLoad[]
  /** Somebody is at a terminal: a shell or an editor runs on one. */
  readonly watched: boolean
}

/** These wait at a terminal for somebody to come. */
const waitingAtTerminals = /^(?:agetty|getty|mingetty|mgetty|login|fbgetty)$/

/** Every process but the kernel's threads, from a directory where /proc is. Children that ended count for their parent. */
export function readLoads(proc: string): Loads {
  const processes: ProcessLoad[] = []
  let watched = false
  for (const name of readdirSync(proc)) {
    if (!/^[1-9]\d*$/.test(name)) continue
    const stat = statOf(`${proc}/${name}/stat`)
    if (stat === undefined || stat.kernelThread) continue
    if (stat.terminal !== 0 && !waitingAtTerminals.test(stat.name)) watched = true
    processes.push({ key: `${stat.pid}:${stat.startTime}`, cpuSeconds: stat.cpuTicks / ticksPerSecond, stat })
  }
  return { processes, watched }
}

/** Undefined when it ended meanwhile. */
function statOf(path: string): ProcStat | undefined {
  return parseStat(textOf(path) ?? '')
}

const mostGroups = 2000

/** A cgroup without groups below it, with the processor time of all that ever ran in it. */
export interface GroupLoad extends LoadSample {
  /** Directory in which the kernel shows it. */
  readonly directory: string
}

/** Where cgroups are counted: version 2, or the `cpuacct` hierarchy of version 1 (cgroups(7)); undefined where none is mounted. */
export function groupDirectory(base = '/sys/fs/cgroup'): string | undefined {
  const places = [base, `${base}/cpuacct`, `${base}/cpu,cpuacct`]
  return places.find(place => existsSync(`${place}/cgroup.controllers`) || existsSync(`${place}/cpuacct.usage`))
}

/** Names them by their path below the directory. */
export function readGroupLoads(directory: string): GroupLoad[] {
  const found: GroupLoad[] = []
  const waiting = ['']
  for (let path = waiting.shift(), seen = 0; path !== undefined && seen < mostGroups; path = waiting.shift(), seen++) {
    const below = foldersIn(`${directory}${path}`)
    for (const name of below) waiting.push(`${path}/${name}`)
    if (path === '' || below.length > 0) continue
    const cpuSeconds = usageOf(`${directory}${path}`)
    if (cpuSeconds !== undefined) found.push({ key: path, cpuSeconds, directory: `${directory}${path}` })
  }
  return found
}

/** The processes that are in one now. */
export function processesIn({ directory }: GroupLoad): number[] {
  return (textOf(`${directory}/cgroup.procs`) ?? '').split('\n').flatMap(line => (line === '' ? [] : [Number(line)]))
}

function foldersIn(path: string): string[] {
  try {
    return readdirSync(path, { withFileTypes: true }).flatMap(one => (one.isDirectory() ? [one.name] : []))
  } catch {
    return []
  }
}

/** cpu.stat of version 2 in microseconds, cpuacct.usage of version 1 in nanoseconds. */
function usageOf(path: string): number | undefined {
  const microseconds = /^usage_usec (\d+)$/m.exec(textOf(`${path}/cpu.stat`) ?? '')?.[1]
  if (microseconds !== undefined) return Number(microseconds) / 1e6
  const nanoseconds = textOf(`${path}/cpuacct.usage`)
  return nanoseconds === undefined ? undefined : Number(nanoseconds) / 1e9
}

function textOf(path: string): string | undefined {
  try {
    return readFileSync(path, 'latin1')
  } catch {
    return undefined
  }
}
