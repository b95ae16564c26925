import { closeSync, constants, openSync } from 'node:fs'
import { isMainThread } from 'node:worker_threads'
import { callNumber } from '../call-numbers.ts'
import { SystemCallError } from '../libc.ts'
import { O_PATH } from './open.ts'
import { checked, lazily, terminated } from './system-call.ts'

const closeOnExec = 1n
const create = 6n
/** linux/mount.h: read-only, nosuid, nodev, noexec. */
const harmless = 0xfn

const open = lazily('syscall', 'int64', ['int64', 'pointer', 'uint64'])
const configure = lazily('syscall', 'int64', ['int64', 'int64', 'int64', 'uint64', 'uint64', 'uint64'])
const mount = lazily('syscall', 'int64', ['int64', 'int64', 'uint64', 'uint64'])

/**
 * A descriptor of a proc file system of our own that is mounted nowhere, for the present pid namespace. What somebody
 * mounted over /proc/PID does not lie over it, and nobody else sees it. Throws `SystemCallError` where it is not allowed.
 */
export function openOwnProc(): number {
  try {
    return openOwnFileSystem('proc')
  } catch (error) {
    if (error instanceof SystemCallError && error.code === 'ENOSYS') return openProcOfOwnNamespace()
    throw error
  }
}

/** A file system of the kernel's, mounted nowhere (fsopen(2), fsmount(2)). Throws `SystemCallError`: ENOSYS before Linux 5.2. */
export function openOwnFileSystem(type: 'proc' | 'tracefs'): number {
  const context = checked('fsopen', open(callNumber('fsopen'), terminated(Buffer.from(type)), closeOnExec))
  try {
    checked('fsconfig', configure(callNumber('fsconfig'), BigInt(context), create, 0n, 0n, 0n))
    return checked('fsmount', mount(callNumber('fsmount'), BigInt(context), closeOnExec, harmless))
  } finally {
    closeSync(context)
  }
}

const unshare = lazily('unshare', 'int32', ['int32'])
const setns = lazily('setns', 'int32', ['int32', 'int32'])
const fchdir = lazily('fchdir', 'int32', ['int32'])
const mountAt = lazily('mount', 'int32', ['pointer', 'pointer', 'pointer', 'uint64', 'pointer'])
const newMounts = 0x0002_0000
const privately = 0x4_4000n

/**
 * The same for older kernels: this thread goes into a mount namespace of its own for a moment, lays a proc over /proc there,
 * keeps it open and comes back to where it was. Nothing of it is ever mounted for anybody else.
 */
export function openProcOfOwnNamespace(): number {
  // A worker's own namespace would be named by its thread.
  if (!isMainThread) throw new SystemCallError('unshare', 1)
  const home = openSync('/proc/self/ns/mnt', constants.O_RDONLY)
  const here = openSync('.', O_PATH | constants.O_DIRECTORY)
  try {
    checked('unshare', unshare(newMounts))
    try {
      // What is mounted now must not be passed on to the host.
      checked('mount', mountAt(terminated(Buffer.from('none')), terminated(Buffer.from('/')), null, privately, null))
      const proc = terminated(Buffer.from('proc'))
      checked('mount', mountAt(proc, terminated(Buffer.from('/proc')), proc, harmless, null))
      return openSync('/proc', O_PATH | constants.O_DIRECTORY)
    } finally {
      checked('setns', setns(home, newMounts))
      // setns(2) leaves in the root directory.
      checked('fchdir', fchdir(here))
    }
  } finally {
    closeSync(home)
    closeSync(here)
  }
}

let directory: string | undefined

/** The path of that file system for this program, opened once; `/proc` where there can be none. */
export function ownProcDirectory(): string {
  try {
    directory ??= `/proc/self/fd/${openOwnProc()}`
  } catch {
    directory = '/proc'
  }
  return directory
}
