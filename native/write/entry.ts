import { systemCall, unknownCall } from './system-call.ts'
import { SystemCallError } from '../libc.ts'
import { terminated } from './directory.ts'

const currentDirectory = -100
const removeDirectory = 0x200
const noReplace = 1

/** Takes the entry `name` out of a directory; never follows it. */
export function unlinkEntry(directory: number, name: Buffer, isDirectory = false): void {
  systemCall('unlinkat', directory, terminated(name), isDirectory ? removeDirectory : 0)
}

/** Renames within open directories, over what lies there. */
export function renameEntry(fromDirectory: number, from: Buffer, toDirectory: number, to: Buffer): void {
  systemCall('renameat2', fromDirectory, terminated(from), toDirectory, terminated(to), 0)
}

/** Renames within one directory and fails with EEXIST when something lies at `to`. */
export function renameEntryNew(directory: number, from: Buffer, to: Buffer): void {
  try {
    systemCall('renameat2', directory, terminated(from), directory, terminated(to), noReplace)
  } catch (error) {
    if (!unknownCall(error) && !(error instanceof SystemCallError && error.code === 'EINVAL')) throw error
    // File systems without RENAME_NOREPLACE still refuse to link over an entry.
    linkEntry(directory, from, directory, to)
    unlinkEntry(directory, from)
  }
}

export function linkEntry(fromDirectory: number, from: Buffer, toDirectory: number, to: Buffer): void {
  systemCall('linkat', fromDirectory, terminated(from), toDirectory, terminated(to), 0)
}

export function symlinkEntry(directory: number, name: Buffer, target: Buffer): void {
  systemCall('symlinkat', terminated(target), directory, terminated(name))
}

export function makeDirectoryEntry(directory: number, name: Buffer, mode: number): void {
  systemCall('mkdirat', directory, terminated(name), mode)
}

/** A fifo or the name of a socket (mknod(2)). */
export function makeNodeEntry(directory: number, name: Buffer, type: 'fifo' | 'socket', mode: number): void {
  systemCall('mknodat', directory, terminated(name), (type === 'fifo' ? 0o010000 : 0o140000) | mode, 0)
}

/** Owner of what a descriptor opened with O_PATH|O_NOFOLLOW stands for, links included. */
export function setOwner(descriptor: number, uid: number, gid: number): void {
  systemCall('fchownat', descriptor, '', uid, gid, 0x1000)
}

/** Permission bits of what a descriptor stands for. The magic link leads to just that inode, whatever its path is now. */
export function setMode(descriptor: number, mode: number): void {
  systemCall('fchmodat', currentDirectory, `/proc/self/fd/${descriptor}`, mode)
}

/** Access and modification time in nanoseconds since 1970. */
export function setTimes(descriptor: number, accessNs: bigint, modifiedNs: bigint): void {
  const times = Buffer.alloc(32)
  for (const [at, time] of [accessNs, modifiedNs].entries()) {
    const nanoseconds = ((time % 1_000_000_000n) + 1_000_000_000n) % 1_000_000_000n
    times.writeBigInt64LE((time - nanoseconds) / 1_000_000_000n, at * 16)
    times.writeBigInt64LE(nanoseconds, at * 16 + 8)
  }
  systemCall('utimensat', currentDirectory, `/proc/self/fd/${descriptor}`, times, 0)
}
