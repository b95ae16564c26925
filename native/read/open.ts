import { constants } from 'node:fs'
import { checked, lazily, systemCall, terminated } from './system-call.ts'

/** `O_PATH` of open(2), which node leaves out: a handle on the file that opens nothing, not even a device. */
export const O_PATH = 0o10000000
const O_CLOEXEC = 0o2000000
const resolveInRootWithoutMagicLinks = 0x10n | 0x02n

/**
 * openat2(2) with RESOLVE_IN_ROOT: `..` and absolute links stay below `root`, whatever is renamed meanwhile. Throws
 * `SystemCallError`: ENOSYS before Linux 5.6, EAGAIN when a rename came between.
 */
export function openInRoot(root: number, path: Uint8Array, flags: number): number {
  const how = Buffer.alloc(24)
  how.writeBigUInt64LE(BigInt(flags | O_CLOEXEC), 0)
  how.writeBigUInt64LE(resolveInRootWithoutMagicLinks, 16)
  return systemCall('openat2', root, terminated(path), how, BigInt(how.length))
}

const openat = lazily('openat', 'int32', ['int32', 'pointer', 'int32', 'int32'])

/** openat(2) of one name in a directory; a symlink is not followed. */
export function openName(directory: number, name: Uint8Array, flags: number): number {
  return checked('openat', openat(directory, terminated(name), flags | constants.O_NOFOLLOW | O_CLOEXEC, 0))
}

const readlinkat = lazily('readlinkat', 'int64', ['int32', 'pointer', 'pointer', 'uint64'])

/** What the symlink says that an `O_PATH | O_NOFOLLOW` descriptor stands for (readlink(2)). */
export function readLinkOf(descriptor: number): Buffer {
  const text = Buffer.alloc(4097)
  const length = checked('readlinkat', readlinkat(descriptor, Buffer.of(0), text, BigInt(text.length)))
  return text.subarray(0, length)
}
