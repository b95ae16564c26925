import { readdirSync, readFileSync, readlinkSync } from 'node:fs'
import { join } from 'node:path'

/** A process of a range, looked at from this machine. */
export interface HostProcess {
  /** Inside. */
  readonly pid: number
  /** What `/proc/PID/exe` says, ` (deleted)` included. */
  readonly exe: string
  readonly argv: readonly string[]
  /** In clock ticks since this machine booted. */
  readonly startTime: string
}

/** Every process in a cgroup and below that has a pid namespace of its own, where no library of the host hides anything. */
export function hostProcesses(group: string): HostProcess[] {
  return pidsBelow(group).flatMap(processOf)
}

export function childrenOf(pid: number): number[] {
  return readQuietly(`/proc/${pid}/task/${pid}/children`).trim().split(' ').filter(Boolean).map(Number)
}

/** Field 22 of stat: with the pid it names one process and no later one. */
export function startTimeOf(pid: number): string {
  const stat = readQuietly(`/proc/${pid}/stat`)
  return stat.slice(stat.lastIndexOf(') ') + 2).split(' ')[19] ?? ''
}

/** A small file of /proc or /sys; empty when it is gone. */
export function readQuietly(path: string): string {
  try {
    return readFileSync(path, 'utf8')
  } catch {
    return ''
  }
}

function pidsBelow(group: string): number[] {
  const own = readQuietly(join(group, 'cgroup.procs')).split('\n').filter(Boolean).map(Number)
  const groups = readdirSync(group, { withFileTypes: true }).filter(entry => entry.isDirectory())
  return [...own, ...groups.flatMap(({ name }) => pidsBelow(join(group, name)))]
}

/** Nothing for a process of this machine that only stands beside the host (nspawn, the fake pool), or one that just ended. */
function processOf(pid: number): HostProcess[] {
  const inner = /^NSpid:\t\d+\t(\d+)(?:\t\d+)*$/m.exec(readQuietly(`/proc/${pid}/status`))?.[1]
  if (inner === undefined) return []
  try {
    const argv = readQuietly(`/proc/${pid}/cmdline`).split('\0').slice(0, -1)
    return [{ pid: Number(inner), exe: readlinkSync(`/proc/${pid}/exe`), argv, startTime: startTimeOf(pid) }]
  } catch {
    return []
  }
}
