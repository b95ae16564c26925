import { readFileSync, statSync } from 'node:fs'
import { localFileSystemsIn } from '../../sensors/gate/local-file-systems.ts'
import { checkout, type Range } from './range.ts'

/**
 * Takes away what a range shares with this machine's file systems, until its next boot: an agent in it that holds every local file system
 * (`prevention: block`) then holds the range's own only. Throws when something is shared all the same. Davylamp of this checkout is gone with it.
 */
export async function setApart(range: Range): Promise<void> {
  // Some lie over each other.
  const places = [checkout, '/run/host/os-release', '/run/host/incoming']
  await range.sh(`for turn in 1 2 3 4; do umount ${places.join(' ')} 2>/dev/null; done; true`)
  const { dev } = statSync(range.root)
  const own = `${dev >> 8}:${dev & 0xff}`
  const here = new Set(devicesIn(readFileSync('/proc/self/mountinfo', 'latin1')))
  const shared = devicesIn(await range.sh('cat /proc/1/mountinfo')).filter(one => one !== own && here.has(one))
  if (shared.length > 0) throw new Error(`the range still shares file systems with this machine: ${shared.join(', ')}`)
}

function devicesIn(mounts: string): string[] {
  return localFileSystemsIn(mounts).map(({ device }) => device)
}
