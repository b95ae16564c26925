import { closeSync, constants } from 'node:fs'
import { SystemCallError } from '../libc.ts'
import { systemCall, unknownCall } from './system-call.ts'

/** Flags of open(2). Those that differ between x86-64 and arm64 are as this runtime was compiled. */
export const openFlags = {
  read: 0,
  write: 1,
  readWrite: 2,
  create: 0o100,
  exclusive: 0o200,
  noTerminal: 0o400,
  nonBlocking: 0o4000,
  directory: constants.O_DIRECTORY,
  noFollow: constants.O_NOFOLLOW,
  noAccessTime: 0o1000000,
  closeOnExec: 0o2000000,
  path: 0o10000000,
} as const

const resolveNoMagicLinks = 0x02
const resolveInRoot = 0x10
const mostLinks = 40

/**
 * Opens a directory below `root` with O_PATH. Links are followed, but absolute ones start at `root` and none leads out of
 * it (openat2(2), RESOLVE_IN_ROOT). `path` is relative bytes without a final NUL.
 */
export function openDirectory(root: number, path: Buffer): number {
  const flags = openFlags.path | openFlags.directory | openFlags.closeOnExec
  const how = Buffer.alloc(24)
  how.writeBigUInt64LE(BigInt(flags), 0)
  how.writeBigUInt64LE(BigInt(resolveInRoot | resolveNoMagicLinks), 16)
  try {
    return systemCall('openat2', root, terminated(path.length === 0 ? Buffer.from('.') : path), how, 24)
  } catch (error) {
    if (!unknownCall(error)) throw error
    return walk(root, path)
  }
}

/** Opens the entry `name` of a directory and never follows it. */
export function openEntry(directory: number, name: Buffer, flags: number, mode = 0): number {
  return systemCall(
    'openat',
    directory,
    terminated(name),
    flags | openFlags.noFollow | openFlags.closeOnExec | openFlags.noTerminal,
    mode,
  )
}

/** What the symlink `name` of a directory says. */
export function readEntryLink(directory: number, name: Buffer): Buffer {
  const target = Buffer.alloc(4096)
  return target.subarray(0, systemCall('readlinkat', directory, terminated(name), target, target.length))
}

export function terminated(bytes: Buffer): Buffer {
  return Buffer.concat([bytes, Buffer.of(0)])
}

/** The same for kernels before 5.6: one component at a time, each opened without following it. */
export function walk(root: number, path: Buffer): number {
  const flags = openFlags.path | openFlags.closeOnExec
  const todo = components(path)
  const trail = [openEntry(root, Buffer.from('.'), flags)]
  const here = () => trail[trail.length - 1] ?? root
  let links = 0
  try {
    for (let part = todo.shift(); part !== undefined; part = todo.shift()) {
      if (part.equals(Buffer.from('..'))) {
        const left = trail.length > 1 ? trail.pop() : undefined
        if (left !== undefined) closeSync(left)
        continue
      }
      const link = linkAt(here(), part)
      if (link === undefined) {
        trail.push(openEntry(here(), part, flags | openFlags.directory))
        continue
      }
      if (++links > mostLinks) throw new SystemCallError('openat', 40)
      if (link[0] === 0x2f) for (const left of trail.splice(1)) closeSync(left)
      todo.unshift(...components(link))
    }
    const found = trail.pop()
    return found ?? root
  } finally {
    for (const left of trail) closeSync(left)
  }
}

function components(path: Buffer): Buffer[] {
  const parts: Buffer[] = []
  for (let start = 0; start <= path.length; ) {
    const slash = path.indexOf(0x2f, start)
    const end = slash === -1 ? path.length : slash
    const part = path.subarray(start, end)
    if (part.length > 0 && !part.equals(Buffer.from('.'))) parts.push(part)
    start = end + 1
  }
  return parts
}

function linkAt(directory: number, name: Buffer): Buffer | undefined {
  try {
    return readEntryLink(directory, name)
  } catch (error) {
    if (error instanceof SystemCallError && (error.code === 'EINVAL' || error.code === 'ENOENT')) return undefined
    throw error
  }
}
