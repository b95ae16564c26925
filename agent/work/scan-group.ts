import { mkdirSync, readFileSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'

/** The control group in which scans work (cgroups(7), v2). */
export interface ScanGroup {
  /** Puts a process in and sets the ceiling. False when that did not work. */
  hold(pid: number, percent: number): boolean
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
    const members = readFileSync(join(top, 'cgroup.procs'), 'latin1').trim().split('\n')
    if (members.some(pid => pid !== `${process.pid}`)) return undefined
    const agent = join(top, 'agent')
    const scan = join(top, 'scan')
    for (const folder of [agent, scan]) mkdirSync(folder, { recursive: true })
    // A group with processes of its own may not hand controllers down.
    writeFileSync(join(agent, 'cgroup.procs'), `${process.pid}`)
    writeFileSync(join(top, 'cgroup.subtree_control'), '+cpu')
    return { hold: (pid, percent) => hold(scan, pid, percent) }
  } catch {
    return undefined
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
