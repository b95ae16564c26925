import { constants } from 'node:fs'
import { closeSync } from 'node:fs'
import { SystemCallError } from '../libc.ts'
import { checked, lazily, systemCall, terminated } from './system-call.ts'

const openat = lazily('openat', 'int32', ['int32', 'pointer', 'int32', 'int32'])
const { O_DIRECTORY, O_NOFOLLOW } = constants
const O_CLOEXEC = 0o2000000
const O_PATH = 0o10000000
/** RESOLVE_BENEATH, RESOLVE_NO_SYMLINKS and RESOLVE_NO_MAGICLINKS of openat2(2). */
const staysBelow = 0x08n | 0x04n | 0x02n
/** The kernel takes 4,095 bytes at a time. */
const mostBytes = 4_000

let known: boolean | undefined

/**
 * Opens a path below a directory of which no part may be a symlink, however long the path is; `path` has no `/` at its
 * begin. An empty one is the directory itself. Throws `SystemCallError`.
 */
export function openBelow(root: number, path: Uint8Array, flags: number): number {
  if (path.length === 0) return openStraight(root, Buffer.from('.'), flags)
  let above = root
  let rest = path
  try {
    while (rest.length > mostBytes) {
      const cut = rest.lastIndexOf(0x2f, mostBytes)
      if (cut <= 0) break
      const next = openStraight(above, rest.subarray(0, cut), O_PATH | O_DIRECTORY)
      if (above !== root) closeSync(above)
      above = next
      rest = rest.subarray(cut + 1)
    }
    return openStraight(above, rest, flags)
  } finally {
    if (above !== root) closeSync(above)
  }
}

function openStraight(root: number, path: Uint8Array, flags: number): number {
  if (known !== false) {
    try {
      const how = Buffer.alloc(24)
      how.writeBigUInt64LE(BigInt(flags | O_CLOEXEC), 0)
      how.writeBigUInt64LE(staysBelow, 16)
      const descriptor = systemCall('openat2', root, terminated(path), how, BigInt(how.length))
      known = true
      return descriptor
    } catch (error) {
      // Before Linux 5.6, and where a sandbox does not know the call.
      if (!(error instanceof SystemCallError) || (error.code !== 'ENOSYS' && (known || error.code !== 'EPERM')))
        throw error
      if (error.code === 'ENOSYS') known = false
    }
  }
  return openByName(root, path, flags)
}

function openByName(root: number, path: Uint8Array, flags: number): number {
  const names = Buffer.from(path).toString('latin1').split('/')
  let above = root
  try {
    for (const name of names.slice(0, -1)) {
      const next = openEntry(above, terminated(Buffer.from(name, 'latin1')), O_PATH | O_DIRECTORY)
      if (above !== root) closeSync(above)
      above = next
    }
    return openEntry(above, terminated(Buffer.from(names.at(-1) ?? '.', 'latin1')), flags)
  } finally {
    if (above !== root) closeSync(above)
  }
}

/** openat(2) of one name that ends with NUL; a symlink is not followed. Throws `SystemCallError`. */
export function openEntry(directory: number, name: Uint8Array, flags: number): number {
  return checked('openat', openat(directory, name as Buffer, flags | O_NOFOLLOW | O_CLOEXEC, 0))
}
