import { join } from 'node:path'
import type { Target } from '../target/index.ts'

const program = join(import.meta.dirname, '..')

/** Directories of this program on the host that it looks at, without links: its code, and the runtime where that is linked in. */
export function ownPaths(target: Target): string[] {
  if (!target.live) return []
  const real = [program, join(program, 'node_modules')].map(path => target.files.realPath(path))
  return [...new Set(real)].filter(path => path !== undefined)
}
