import { mkdirSync, readdirSync, readFileSync, rmdirSync, writeFileSync } from 'node:fs'
import { procText, until } from './processes.ts'
import { readMounts } from './protected.ts'

/** A hierarchy that can freeze processes: the freezer of cgroup v1, or v2 wherever it is mounted. */
export interface Freezer {
  readonly version: 1 | 2
  /** The folder of the hierarchy's root. */
  readonly folder: string
  /** What of the hierarchy the mount shows (its path in /proc/PID/cgroup). */
  readonly shows: string
}

/** v2 if there is one (hybrid hosts mount it beside v1), then the v1 freezer. */
export function freezers(): Freezer[] {
  const mounts = readMounts()
  const v2 = mounts.find(mount => mount.type === 'cgroup2')
  const v1 = mounts.find(mount => mount.type === 'cgroup' && mount.superOptions.includes('freezer'))
  const found: Freezer[] = []
  if (v2 !== undefined) found.push({ version: 2, folder: v2.path, shows: v2.root })
  if (v1 !== undefined) found.push({ version: 1, folder: v1.path, shows: v1.root })
  return found
}

/** The folder of the cgroup in which a process is, as far as the mount shows it. */
export function cgroupOf(pid: number, freezer: Freezer): string | undefined {
  for (const line of (procText(pid, 'cgroup') ?? '').split('\n')) {
    const [number, controllers, ...rest] = line.split(':')
    const path = rest.join(':')
    const its =
      freezer.version === 2 ? number === '0' && controllers === '' : controllers?.split(',').includes('freezer')
    if (its !== true || path.includes('/..')) continue
    const shows = freezer.shows === '/' ? '' : freezer.shows
    if (path !== shows && !path.startsWith(`${shows}/`)) return undefined
    return `${freezer.folder}${path.slice(shows.length)}`.replace(/\/$/, '')
  }
  return undefined
}

/** All processes of a cgroup and of those below it; undefined when it is gone. */
export function membersOf(folder: string): number[] | undefined {
  const own = read(`${folder}/cgroup.procs`)
  if (own === undefined) return undefined
  const pids = own
    .split('\n')
    .filter(line => line !== '')
    .map(Number)
  for (const entry of readdirSync(folder, { withFileTypes: true })) {
    if (entry.isDirectory()) pids.push(...(membersOf(`${folder}/${entry.name}`) ?? []))
  }
  return pids
}

/** Makes a cgroup of ours; one that is there already is fine. */
export function makeCgroup(folder: string): void {
  try {
    mkdirSync(folder)
  } catch (error) {
    if ((error as { code?: string }).code !== 'EEXIST') throw error
  }
}

/** Takes a cgroup of ours away once it is empty. */
export function removeCgroup(folder: string): void {
  try {
    rmdirSync(folder)
  } catch {
    // It is gone, or still holds a process that is ending: an empty cgroup does no harm.
  }
}

/** False when the process or the cgroup is gone. */
export function moveTo(folder: string, pid: number): boolean {
  try {
    writeFileSync(`${folder}/cgroup.procs`, String(pid))
    return true
  } catch (error) {
    const { code } = error as { code?: string }
    if (code === 'ESRCH' || code === 'ENOENT') return false
    throw error
  }
}

export function setFrozen(folder: string, frozen: boolean, { version }: Freezer): void {
  if (version === 2) writeFileSync(`${folder}/cgroup.freeze`, frozen ? '1' : '0')
  else writeFileSync(`${folder}/freezer.state`, frozen ? 'FROZEN' : 'THAWED')
}

/** Whether somebody asked that it be frozen, and whether it is in full. */
export function frozenState(folder: string, { version }: Freezer): 'thawed' | 'freezing' | 'frozen' {
  if (version === 1) {
    const state = read(`${folder}/freezer.state`)?.trim()
    return state === 'FROZEN' ? 'frozen' : state === 'FREEZING' ? 'freezing' : 'thawed'
  }
  if (read(`${folder}/cgroup.freeze`)?.trim() !== '1') return 'thawed'
  return /^frozen 1$/m.test(read(`${folder}/cgroup.events`) ?? '') ? 'frozen' : 'freezing'
}

/** Waits until the whole cgroup stands still; false when a process in the kernel does not get there. */
export function waitFrozen(folder: string, freezer: Freezer, timeoutMs = 5_000): Promise<boolean> {
  return until(
    () => frozenState(folder, freezer) === 'frozen' || read(`${folder}/cgroup.procs`) === undefined,
    timeoutMs,
  )
}

function read(path: string): string | undefined {
  try {
    return readFileSync(path, 'utf8')
  } catch {
    return undefined
  }
}
