import type { SettingFact } from '../../model/index.ts'
import { type Target, ticksPerSecond } from '../../target/index.ts'
import { listedPids, readStat } from './proc-stat.ts'

/** What the cores and the processes say at one moment of the time that they worked, in clock ticks. */
export interface Account {
  readonly atMs: number
  /** user, nice and system of /proc/stat (proc_stat(5)): interrupts, stolen time and waiting are nobody's work. */
  readonly busy: number
  readonly cores: number
  /** Processes started since boot. */
  readonly forks: number
  /** By pid and start time: what it used, and what its children used that have ended. */
  readonly processes: ReadonlyMap<string, number>
}

/** PROC_PID_INIT_INO of linux/proc_ns.h: in any other pid namespace the cores work for processes that are not seen. */
const firstNamespace = 'pid:[4026531836]'

/** An account of now; undefined where processes and cores are not of one world. */
export function takeAccount(target: Target): Account | undefined {
  if (target.root === '/' && target.files.readLink('/proc/self/ns/pid') !== firstNamespace) return undefined
  const cores = parseCores(target.files.text('/proc/stat') ?? '')
  if (cores === undefined) return undefined
  const processes = new Map<string, number>()
  for (const pid of listedPids(target)) {
    const stat = readStat(target, pid)
    if (stat) processes.set(`${pid}:${stat.startTime}`, stat.cpuTicks + stat.childTicks)
  }
  return { ...cores, atMs: performance.now(), processes }
}

export function parseCores(text: string): Pick<Account, 'busy' | 'cores' | 'forks'> | undefined {
  const [, user, nice, system] = /^cpu +(\d{1,18}) (\d{1,18}) (\d{1,18}) /m.exec(text) ?? []
  const forks = /^processes (\d{1,18})$/m.exec(text)?.[1]
  const cores = text.match(/^cpu\d+ /gm)?.length ?? 0
  if (system === undefined || forks === undefined || cores === 0) return undefined
  return { busy: Number(user) + Number(nice) + Number(system), cores, forks: Number(forks) }
}

const shortestMs = 8_000
/** What a parent does not wait for is in nobody's account: with more starts than this a window tells nothing. */
const mostForksPerSecond = 2
const fewestWindows = 3
/** Of one core, and of all. Cores are counted by ticks and processes exactly: on many cores that alone makes a difference. */
const leastOfOne = 0.5
const leastOfAll = 0.1

/** Cores' worth of work that no process accounts for in one window; undefined where it cannot be told. */
export function unexplained(before: Account, after: Account): number | undefined {
  const seconds = (after.atMs - before.atMs) / 1000
  if (seconds * 1000 < shortestMs || (after.forks - before.forks) / seconds > mostForksPerSecond) return undefined
  let used = 0
  for (const [key, ticks] of after.processes) used += Math.max(0, ticks - (before.processes.get(key) ?? 0))
  // What ended meanwhile may have worked all the time.
  for (const key of before.processes.keys()) if (!after.processes.has(key)) return undefined
  return Math.max(0, after.busy - before.busy - used) / ticksPerSecond / seconds
}

/**
 * Work of the cores for which no process accounts, as when the kernel hides one: in every window that can be told, in three
 * at least, and in most. Never from a host that starts programs all the time.
 */
export function unexplainedWork(accounts: readonly Account[]): SettingFact | undefined {
  const windows = accounts.slice(1).map((after, at) => unexplained(accounts[at] ?? after, after))
  const told = windows.filter(one => one !== undefined)
  const cores = accounts[0]?.cores ?? 1
  const least = Math.max(leastOfOne, leastOfAll * cores)
  if (told.length < fewestWindows || told.length * 2 <= windows.length || told.some(one => one < least))
    return undefined
  const mean = told.reduce((sum, one) => sum + one, 0) / told.length
  return {
    kind: 'setting',
    name: 'unexplained-processor-time',
    value: String(Math.round(mean * 100)),
    path: '/proc/stat',
    attributes: [],
    detail: `percent of a core, in ${told.length} windows; the host has ${cores}`,
  }
}
