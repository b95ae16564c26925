import { SystemCallError } from '../libc.ts'
import { systemCall } from './system-call.ts'

/** Takes flock(2) on an open file without waiting; false when somebody else holds it. It ends with the process at the latest. */
export function tryLock(descriptor: number): boolean {
  const exclusive = 2
  const noWait = 4
  return obtained(() => systemCall('flock', descriptor, exclusive | noWait))
}

/** Takes a record lock over the whole file, as lckpwdf(3) does on /etc/.pwd.lock; false when somebody else holds it. */
export function tryRecordLock(descriptor: number): boolean {
  const writeLock = 1
  const setLock = 6
  const flock = Buffer.alloc(32)
  flock.writeInt16LE(writeLock, 0)
  return obtained(() => systemCall('fcntl', descriptor, setLock, flock))
}

function obtained(act: () => number): boolean {
  try {
    act()
    return true
  } catch (error) {
    if (error instanceof SystemCallError && (error.code === 'EAGAIN' || error.code === 'EACCES')) return false
    throw error
  }
}
