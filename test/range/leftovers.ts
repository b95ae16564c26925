import { existsSync, mkdirSync, mkdtempSync, readdirSync, readFileSync, rmSync, statSync, writeFileSync } from 'node:fs'
import { basename, join } from 'node:path'
import { removeSubtree, subtreesNamed } from './cgroup-subtree.ts'
import { readQuietly, startTimeOf } from './host-processes.ts'
import { cacheDirectory, runHere } from './machine.ts'

export const rangePrefix = 'davylamp-range-'

/** Takes away what ranges left whose owner died. Ranges of living owners are not touched. */
export function removeLeftovers(): void {
  const parent = join(cacheDirectory, 'ranges')
  const directories = existsSync(parent) ? readdirSync(parent).map(name => join(parent, name)) : []
  for (const directory of directories) if (!ownerLives(directory)) discardRange(directory)
  const known = new Set(existsSync(parent) ? readdirSync(parent) : [])
  for (const name of subtreesNamed(rangePrefix)) if (!known.has(name)) removeSubtree(name)
}

const open = new Set<string>()

/** A directory for a new range. Whatever happens to this process short of SIGKILL, the range is discarded at its end. */
export function newRangeDirectory(): string {
  const parent = join(cacheDirectory, 'ranges')
  mkdirSync(parent, { recursive: true })
  const directory = mkdtempSync(join(parent, rangePrefix))
  writeFileSync(join(directory, 'owner'), `${process.pid} ${startTimeOf(process.pid)}\n`)
  if (open.size === 0) {
    process.once('exit', () => {
      for (const left of open) discardRange(left)
    })
    for (const signal of ['SIGINT', 'SIGTERM', 'SIGHUP'] as const) process.once(signal, () => process.exit(1))
  }
  open.add(directory)
  return directory
}

/** Kills a range's processes, unmounts its image (the loop device goes with it), removes its cgroups and its directory. */
export function discardRange(directory: string): void {
  open.delete(directory)
  removeSubtree(basename(directory))
  for (const mounted of mountsBelow(directory)) runHere(['umount', '--lazy', mounted])
  rmSync(directory, { recursive: true, force: true })
}

/** Whoever makes a range names itself in it at once; one without a name is being made, unless it is old. */
function ownerLives(directory: string): boolean {
  const owner = readQuietly(join(directory, 'owner'))
  if (owner === '') return Date.now() - statSync(directory).mtimeMs < 60_000
  const [pid = '0', startTime = ''] = owner.trim().split(' ')
  return startTimeOf(Number(pid)) === startTime
}

function mountsBelow(directory: string): string[] {
  const lines = readFileSync('/proc/self/mountinfo', 'utf8').split('\n')
  return lines
    .map(line => line.split(' ')[4] ?? '')
    .filter(path => path.startsWith(`${directory}/`))
    .reverse()
}
