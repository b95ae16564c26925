import { existsSync, mkdirSync, readdirSync, readFileSync, rmdirSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'

/** One hierarchy of cgroups(7) as this process stands in it. */
export interface Hierarchy {
  /** `freezer`, `name=systemd` …; `unified` for version 2. */
  readonly name: string
  /** Our own cgroup in it, as a directory. */
  readonly directory: string
}

/** All hierarchies that are mounted here, with our own place in each: a range never leaves the limits we run under. */
export function hierarchies(): Hierarchy[] {
  const mounts = readFileSync('/proc/self/mountinfo', 'utf8')
    .split('\n')
    .map(mountOf)
    .filter(mount => mount !== undefined)
  const found: Hierarchy[] = []
  for (const line of readFileSync('/proc/self/cgroup', 'utf8').trim().split('\n')) {
    const [, id = '', controllers = '', path = '/'] = /^(\d+):([^:]*):(.*)$/.exec(line) ?? []
    const mount = mounts.find(candidate =>
      id === '0' ? candidate.version === 2 : hasAll(candidate.options, controllers),
    )
    if (mount === undefined) continue
    const below = path.startsWith(mount.root) ? path.slice(mount.root.length) : path
    found.push({ name: id === '0' ? 'unified' : controllers, directory: join(mount.at, below) })
  }
  return found
}

/** Makes a cgroup of that name in every hierarchy and gives the directories. */
export function createSubtree(name: string): Hierarchy[] {
  return hierarchies().map(({ name: hierarchy, directory }) => {
    const made = join(directory, name)
    mkdirSync(made, { recursive: true })
    // A cpuset takes no process before it has processors and memory.
    for (const file of ['cpuset.cpus', 'cpuset.mems']) {
      if (hierarchy === 'cpuset') writeFileSync(join(made, file), readFileSync(join(directory, file)))
    }
    return { name: hierarchy, directory: made }
  })
}

/** Kills whatever is left in the cgroups of that name, and removes them. Throws when one does not go within five seconds. */
export function removeSubtree(name: string): void {
  const left = hierarchies()
    .map(({ directory }) => join(directory, name))
    .filter(existsSync)
  for (let turn = 0; turn < 100; turn++) {
    const still = left.filter(existsSync)
    if (still.length === 0) return
    for (const directory of still) emptyOut(directory)
    if (still.every(directory => !existsSync(directory))) return
    Atomics.wait(new Int32Array(new SharedArrayBuffer(4)), 0, 0, 50)
  }
  throw new Error(`cgroups are still in use: ${left.filter(existsSync).join(' ')}`)
}

/** Names of subtrees that begin with `prefix`, in any hierarchy. */
export function subtreesNamed(prefix: string): string[] {
  const names = hierarchies().flatMap(({ directory }) => readdirSync(directory).filter(name => name.startsWith(prefix)))
  return [...new Set(names)]
}

function emptyOut(directory: string): void {
  for (const entry of readdirSync(directory, { withFileTypes: true })) {
    if (entry.isDirectory()) emptyOut(join(directory, entry.name))
  }
  for (const [file, value] of [
    ['freezer.state', 'THAWED'],
    ['cgroup.freeze', '0'],
  ] as const) {
    // Version 1 delivers SIGKILL only to thawed processes.
    if (existsSync(join(directory, file))) attempt(() => writeFileSync(join(directory, file), value))
  }
  attempt(() => {
    for (const pid of readFileSync(join(directory, 'cgroup.procs'), 'utf8').trim().split('\n')) {
      if (pid !== '' && Number(pid) !== process.pid) attempt(() => process.kill(Number(pid), 'SIGKILL'))
    }
  })
  attempt(() => rmdirSync(directory))
}

function mountOf(line: string): { root: string; at: string; version: 1 | 2; options: string[] } | undefined {
  const [before = '', after = ''] = line.split(' - ')
  const [type = '', , options = ''] = after.split(' ')
  if (type !== 'cgroup' && type !== 'cgroup2') return undefined
  const fields = before.split(' ')
  const root = fields[3] ?? '/'
  return {
    root: root === '/' ? '' : root,
    at: fields[4] ?? '',
    version: type === 'cgroup' ? 1 : 2,
    options: options.split(','),
  }
}

function hasAll(options: readonly string[], controllers: string): boolean {
  return controllers.split(',').every(controller => options.includes(controller))
}

function attempt(step: () => void): void {
  try {
    step()
  } catch {
    // Processes and cgroups vanish while we look; the caller looks again.
  }
}
