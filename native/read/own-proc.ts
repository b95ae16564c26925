import { closeSync } from 'node:fs'
import { checked, lazily, terminated } from './system-call.ts'

/** asm-generic/unistd.h; the same on x86-64 and arm64. */
const fsopen = 430n
const fsconfig = 431n
const fsmount = 432n
const closeOnExec = 1n
const create = 6n
/** linux/mount.h: read-only, nosuid, nodev, noexec. */
const harmless = 0xfn

const open = lazily('syscall', 'int64', ['int64', 'pointer', 'uint64'])
const configure = lazily('syscall', 'int64', ['int64', 'int64', 'int64', 'uint64', 'uint64', 'uint64'])
const mount = lazily('syscall', 'int64', ['int64', 'int64', 'uint64', 'uint64'])

/**
 * A descriptor of a proc file system of our own that is mounted nowhere (fsopen(2), fsmount(2)), for the present pid
 * namespace. What somebody mounted over /proc/PID does not lie over it, and nobody else sees it. Throws
 * `SystemCallError` where it is not allowed or the kernel is older than 5.2.
 */
export function openOwnProc(): number {
  const context = checked('fsopen', open(fsopen, terminated(Buffer.from('proc')), closeOnExec))
  try {
    checked('fsconfig', configure(fsconfig, BigInt(context), create, 0n, 0n, 0n))
    return checked('fsmount', mount(fsmount, BigInt(context), closeOnExec, harmless))
  } finally {
    closeSync(context)
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
