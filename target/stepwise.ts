import { closeSync, constants, fstatSync } from 'node:fs'
import { SystemCallError } from '../native/libc.ts'
import { O_PATH, openName, readLinkOf } from '../native/read/open.ts'
import { decodeBytes, encodeBytes } from './bytes.ts'

const { O_NOFOLLOW } = constants
const ELOOP = 40
const ENOENT = 2
const ENOTDIR = 20
const mostLinks = 40
const mostSteps = 10_000

interface Step {
  readonly descriptor: number
  readonly name: string
}

/**
 * Opens a path below `root` name by name, never following a link of the kernel's but reading it: what openat2(2) does in
 * one call. `..` goes back to a directory that was already opened, so a rename cannot lead out.
 */
export function openStepwise(root: number, path: string, flags: number): { descriptor: number; path: string } {
  const steps: Step[] = []
  const left = names(path).reverse()
  let links = 0
  try {
    for (let count = 0; left.length > 0; count++) {
      if (count > mostSteps) throw new SystemCallError('open', ELOOP, path)
      const name = left.pop() ?? '.'
      const above = steps.at(-1)?.descriptor ?? root
      if (name === '.' || name === '..') {
        if (!fstatSync(above).isDirectory()) throw new SystemCallError('open', ENOTDIR, path)
        const undone = name === '..' ? steps.pop() : undefined
        if (undone !== undefined) closeSync(undone.descriptor)
        continue
      }
      const descriptor = openName(above, encodeBytes(name), O_PATH)
      steps.push({ descriptor, name })
      if (!fstatSync(descriptor).isSymbolicLink()) continue
      if (left.length === 0 && (flags & O_NOFOLLOW) !== 0) break
      const says = decodeBytes(readLinkOf(descriptor))
      closeSync(descriptor)
      steps.pop()
      if (++links > mostLinks) throw new SystemCallError('open', ELOOP, path)
      if (says === '') throw new SystemCallError('open', ENOENT, path)
      if (says.startsWith('/')) for (const step of steps.splice(0)) closeSync(step.descriptor)
      left.push(...names(says).reverse())
    }
    return { descriptor: lastOf(root, steps, flags), path: `/${steps.map(step => step.name).join('/')}` }
  } finally {
    for (const step of steps) closeSync(step.descriptor)
  }
}

/** A slash at the end asks for a directory, as `.` does. */
function names(path: string): string[] {
  const found = path.split('/').filter(name => name !== '')
  return path.endsWith('/') ? [...found, '.'] : found
}

/** The file itself with the flags that were asked for: opened once more in its directory, and only if it is the same one. */
function lastOf(root: number, steps: readonly Step[], flags: number): number {
  const last = steps.at(-1)
  if (last === undefined) return openName(root, Buffer.from('.'), flags)
  const directory = steps.at(-2)?.descriptor ?? root
  const descriptor = openName(directory, encodeBytes(last.name), flags)
  const [wanted, got] = [fstatSync(last.descriptor), fstatSync(descriptor)]
  if (wanted.ino === got.ino && wanted.dev === got.dev) return descriptor
  closeSync(descriptor)
  throw new SystemCallError('open', ENOENT, last.name)
}
