import { mkdirSync, readFileSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { parentOf } from './process-stat.ts'

/** The control group in which scans work (cgroups(7), v2). */
export interface ScanGroup {
  /** Puts a process in and sets the ceiling. False when that did not work. */
  hold(pid: number, percent: number): boolean
  /** Puts the guard into a group beside the scans that has no ceiling and gets its turn before all others. False when that did not work. */
  prefer(pid: number): boolean
}

const periodMicroseconds = 100_000
let known: { readonly group: ScanGroup | undefined } | undefined

/** The scan group below the agent's own; undefined where systemd delegated none (`Delegate=yes`). */
export function scanGroup(): ScanGroup | undefined {
  known ??= { group: makeGroup() }
  return known.group
}

function makeGroup(): ScanGroup | undefined {
  try {
    const [, own] = /^0::(\/.*)$/m.exec(readFileSync('/proc/self/cgroup', 'latin1')) ?? []
    // Only in a service of our own: in somebody's session other processes would be in the way.
    if (own === undefined || !/\/davylamp[^/]*\.service$/.test(own)) return undefined
    const top = join('/sys/fs/cgroup', own)
    return scanGroupBelow(top, process.pid)
  } catch {
    return undefined
  }
}

/** `top`: the service's group. Its processes are moved to a group below, for a group with processes may not hand controllers down. */
export function scanGroupBelow(top: string, agentPid: number): ScanGroup | undefined {
  const members = readFileSync(join(top, 'cgroup.procs'), 'latin1').trim().split('\n').map(Number)
  // Nobody's but ours: the first child may be there already.
  if (members.some(pid => pid !== agentPid && parentOf(pid) !== agentPid)) return undefined
  const agent = join(top, 'agent')
  const scan = join(top, 'scan')
  const guard = join(top, 'guard')
  for (const folder of [agent, scan, guard]) mkdirSync(folder, { recursive: true })
  for (const pid of members) writeFileSync(join(agent, 'cgroup.procs'), `${pid}`)
  writeFileSync(join(top, 'cgroup.subtree_control'), '+cpu')
  return { hold: (pid, percent) => hold(scan, pid, percent), prefer: pid => prefer(guard, pid) }
}

/** The most that cgroups(7) knows: whoever starts a program waits for the guard. */
const highestWeight = 10_000

function prefer(folder: string, pid: number): boolean {
  try {
    writeFileSync(join(folder, 'cpu.weight'), `${highestWeight}`)
    writeFileSync(join(folder, 'cgroup.procs'), `${pid}`)
    return true
  } catch {
    return false
  }
}

function hold(folder: string, pid: number, percent: number): boolean {
  try {
    const quota = Math.round((periodMicroseconds * percent) / 100)
    writeFileSync(join(folder, 'cpu.max'), `${quota} ${periodMicroseconds}`)
    writeFileSync(join(folder, 'cgroup.procs'), `${pid}`)
    return true
  } catch {
    return false
  }
}
