import { existsSync, mkdirSync, mkdtempSync, readdirSync, readFileSync, rmSync } from 'node:fs'
import { basename, join } from 'node:path'
import { removeSubtree, subtreesNamed } from './cgroup-subtree.ts'
import { startTimeOf } from './host-processes.ts'
import { cacheDirectory, runHere } from './machine.ts'

const rangePrefix = 'davylamp-range-'

/** Takes away what ranges left whose owner died. Ranges of living owners are not touched, whatever cache they lie in. */
export function removeLeftovers(): void {
  const parent = join(cacheDirectory, 'ranges')
  const names = existsSync(parent) ? readdirSync(parent) : []
  for (const name of names) if (!ownerLives(name)) discardRange(join(parent, name))
  for (const name of subtreesNamed(rangePrefix)) if (!ownerLives(name)) removeSubtree(name)
}

const open = new Set<string>()

/** A directory for a new range. Whatever happens to this process short of SIGKILL, the range is discarded at its end. */
export function newRangeDirectory(): string {
  const parent = join(cacheDirectory, 'ranges')
  mkdirSync(parent, { recursive: true })
  // The name says whose it is, because a range's cgroups bear it too and hold no file of ours.
  const directory = mkdtempSync(join(parent, `${rangePrefix}${process.pid}-${startTimeOf(process.pid)}-`))
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

/** Whether the process runs that made a range of this name. */
export function ownerLives(name: string): boolean {
  const [, pid = '0', startTime = '-'] = /^davylamp-range-(\d+)-(\d+)-/.exec(name) ?? []
  return startTimeOf(Number(pid)) === startTime
}

function mountsBelow(directory: string): string[] {
  const lines = readFileSync('/proc/self/mountinfo', 'utf8').split('\n')
  return lines
    .map(line => line.split(' ')[4] ?? '')
    .filter(path => path.startsWith(`${directory}/`))
    .reverse()
}
