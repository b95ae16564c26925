import { existsSync, readdirSync, readFileSync, rmSync } from 'node:fs'
import { basename, join } from 'node:path'
import { removeSubtree, subtreesNamed } from './cgroup-subtree.ts'
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

/** Kills a range's processes, unmounts its image (the loop device goes with it), removes its cgroups and its directory. */
export function discardRange(directory: string): void {
  removeSubtree(basename(directory))
  for (const mounted of mountsBelow(directory)) runHere(['umount', '--lazy', mounted])
  rmSync(directory, { recursive: true, force: true })
}

function ownerLives(directory: string): boolean {
  try {
    const [pid = '0', startTime = ''] = readFileSync(join(directory, 'owner'), 'utf8').trim().split(' ')
    const stat = readFileSync(`/proc/${Number(pid)}/stat`, 'utf8')
    return stat.split(') ').at(-1)?.split(' ')[19] === startTime
  } catch {
    return false
  }
}

function mountsBelow(directory: string): string[] {
  const lines = readFileSync('/proc/self/mountinfo', 'utf8').split('\n')
  return lines
    .map(line => line.split(' ')[4] ?? '')
    .filter(path => path.startsWith(`${directory}/`))
    .reverse()
}
