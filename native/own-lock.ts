import { closeSync, fstatSync, openSync, statSync } from 'node:fs'
import { SystemCallError } from './libc.ts'
import { systemCall } from './read/system-call.ts'

/** Takes flock(2) on an open file without waiting; false when somebody else holds it. It ends with the process at the latest. */
export function tryLock(descriptor: number): boolean {
  const exclusive = 2n
  const noWait = 4n
  try {
    systemCall('flock', descriptor, exclusive | noWait, 0n)
    return true
  } catch (error) {
    if (error instanceof SystemCallError && error.code === 'EAGAIN') return false
    throw error
  }
}

/**
 * Locks a folder of ours by a file in it, which stays. Gives what unlocks; undefined while somebody else holds it, another part of
 * this process included. Throws the system's error where the file cannot be opened.
 */
export function lockFile(path: string): (() => void) | undefined {
  const descriptor = openSync(path, 'a', 0o600)
  try {
    // Whoever held it may have taken the folder away: then this is the lock of nothing.
    if (tryLock(descriptor) && isSame(descriptor, path)) return () => closeSync(descriptor)
  } catch (error) {
    closeSync(descriptor)
    throw error
  }
  closeSync(descriptor)
  return undefined
}

function isSame(descriptor: number, path: string): boolean {
  const named = statSync(path, { throwIfNoEntry: false })
  const open = fstatSync(descriptor)
  return named !== undefined && named.ino === open.ino && named.dev === open.dev
}
