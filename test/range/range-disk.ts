import { existsSync, renameSync } from 'node:fs'
import { basename } from 'node:path'
import { runHere } from './machine.ts'

const agedDays = 200

/**
 * Mounts an image; its loop device goes away by itself with the mount. `prepare` may change the tree first; the paths it gives
 * then look as if they had been there for months.
 */
export function mountImage(
  disk: string,
  root: string,
  prepare: ((root: string) => readonly string[]) | undefined,
): void {
  if (prepare === undefined) {
    withDevice(disk, device => runHere(['mount', '-o', 'noatime', device, root]))
    return
  }
  withDevice(disk, device => {
    runHere(['mount', '-o', 'noatime', device, root])
    const paths = prepare(root)
    runHere(['mount', '-o', 'remount,ro', root])
    runHere(['umount', root])
    if (!isMountedElsewhere(device)) {
      age(device, paths)
      runHere(['mount', '-o', 'noatime', device, root])
      return
    }
    // What is still mounted keeps its own idea of all times; a copy of what is on the disk does not.
    runHere(['cp', '--sparse=always', disk, `${disk}.aged`])
    renameSync(`${disk}.aged`, disk)
    withDevice(disk, copy => {
      age(copy, paths)
      runHere(['mount', '-o', 'noatime', copy, root])
    })
  })
}

function withDevice(disk: string, work: (device: string) => void): void {
  const device = runHere(['losetup', '--find', '--show', disk]).trim()
  try {
    work(device)
  } finally {
    runHere(['losetup', '--detach', device])
  }
}

/** A namespace that began meanwhile took the mount along, and keeps it as long as it lives. */
function isMountedElsewhere(device: string): boolean {
  return existsSync(`/sys/fs/ext4/${basename(device)}`)
}

/** Sets all times of files back, which no system call can do for change and birth: only with the file system unmounted. */
function age(device: string, paths: readonly string[]): void {
  const then = Math.floor(Date.now() / 1000) - agedDays * 86_400
  const real = paths.map(path => path.replace(/^\/(s?bin|lib)\//, '/usr/$1/'))
  const fields = ['mtime', 'ctime', 'crtime']
  const commands = real.flatMap(path => fields.map(field => `set_inode_field "${path}" ${field} @${then}`))
  runHere(['debugfs', '-w', '-f', '-', device], { input: `${commands.join('\n')}\n` })
}
