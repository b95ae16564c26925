import { mkdirSync, readFileSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { parentOf } from './process-stat.ts'

/** The control groups of the service (cgroups(7), v2): `agent`, `guard` and `scan`. Only scans carry ceilings. */
export interface ServiceGroups {
  /** Puts a scan in, below its ceiling: percent of one core, and so much memory that the kernel ends it before the host runs out. False when that did not work. */
  hold(pid: number, percent: number): boolean
  /** Puts the one in that answers the kernel: it goes first when processor or disk are wanted by all. False when that did not work. */
  prefer(pid: number): boolean
}

const periodMicroseconds = 100_000
const mebibyte = 1_048_576
/** Reclaiming begins, and where the kernel ends the scan and nothing else of the service. */
const scanMemory = { high: 768 * mebibyte, max: 1_024 * mebibyte }
/** The most that cgroups(7) knows: whoever starts a program waits for the guard. */
const firstWeight = 10_000
const lastWeight = 20
let known: { readonly groups: ServiceGroups | undefined } | undefined

/** The groups below the agent's own; undefined where systemd delegated none (`Delegate=`). */
export function serviceGroups(): ServiceGroups | undefined {
  known ??= { groups: makeGroups() }
  return known.groups
}

function makeGroups(): ServiceGroups | undefined {
  try {
    const [, own] = /^0::(\/.*)$/m.exec(readFileSync('/proc/self/cgroup', 'latin1')) ?? []
    // Only in a service of our own: in somebody's session other processes would be in the way.
    if (own === undefined || !/\/davylamp[^/]*\.service$/.test(own)) return undefined
    const top = join('/sys/fs/cgroup', own)
    return groupsBelow(top, process.pid)
  } catch {
    return undefined
  }
}

/** `top`: the service's group. Its processes are moved to a group below, for a group with processes may not hand controllers down. */
export function groupsBelow(top: string, agentPid: number): ServiceGroups | undefined {
  const members = readFileSync(join(top, 'cgroup.procs'), 'latin1').trim().split('\n').map(Number)
  // Nobody's but ours: the first child may be there already.
  if (members.some(pid => pid !== agentPid && parentOf(pid) !== agentPid)) return undefined
  const [agent, guard, scan] = [join(top, 'agent'), join(top, 'guard'), join(top, 'scan')]
  for (const folder of [agent, guard, scan]) mkdirSync(folder, { recursive: true })
  for (const pid of members) writeFileSync(join(agent, 'cgroup.procs'), `${pid}`)
  writeFileSync(join(top, 'cgroup.subtree_control'), '+cpu')
  // Each by itself: a controller that the host does not have must not cost the others.
  for (const controller of ['+memory', '+io']) set(top, 'cgroup.subtree_control', controller)
  for (const weight of ['cpu.weight', 'io.weight']) {
    set(guard, weight, `${firstWeight}`)
    set(scan, weight, `${lastWeight}`)
  }
  set(scan, 'memory.high', `${scanMemory.high}`)
  set(scan, 'memory.max', `${scanMemory.max}`)
  set(scan, 'memory.oom.group', '1')
  return {
    hold(pid, percent) {
      const quota = Math.round((periodMicroseconds * percent) / 100)
      return set(scan, 'cpu.max', `${quota} ${periodMicroseconds}`) && set(scan, 'cgroup.procs', `${pid}`)
    },
    prefer: pid => set(guard, 'cgroup.procs', `${pid}`),
  }
}

function set(folder: string, name: string, value: string): boolean {
  try {
    writeFileSync(join(folder, name), value)
    return true
  } catch {
    return false
  }
}
