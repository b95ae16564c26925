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
  const device = runHere(['losetup', '--find', '--show', disk]).trim()
  try {
    runHere(['mount', '-o', 'noatime', device, root])
    if (prepare === undefined) return
    const paths = prepare(root)
    runHere(['umount', root])
    age(device, paths)
    runHere(['mount', '-o', 'noatime', device, root])
  } finally {
    runHere(['losetup', '--detach', device])
  }
}

/** Sets all times of files back, which no system call can do for change and birth: only with the file system unmounted. */
function age(device: string, paths: readonly string[]): void {
  const then = Math.floor(Date.now() / 1000) - agedDays * 86_400
  const real = paths.map(path => path.replace(/^\/(s?bin|lib)\//, '/usr/$1/'))
  const fields = ['mtime', 'ctime', 'crtime']
  const commands = real.flatMap(path => fields.map(field => `set_inode_field "${path}" ${field} @${then}`))
  runHere(['debugfs', '-w', '-f', '-', device], { input: `${commands.join('\n')}\n` })
}
