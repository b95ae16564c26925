import { realpathSync } from 'node:fs'
import { basename, dirname, join } from 'node:path'

/** A path with the links above it followed; what is not there keeps its name below what is. `root`: a mounted tree. */
export function realPath(path: string, root = '/'): string {
  const below: string[] = []
  let above = root === '/' ? path : join(root, path)
  for (; above !== dirname(above); above = dirname(above)) {
    try {
      const real = join(realpathSync(above), ...below)
      return root === '/' || !real.startsWith(`${root}/`) ? real : real.slice(root.length)
    } catch {
      below.unshift(basename(above))
    }
  }
  return path
}
