import { SystemCallError } from '../libc.ts'
import { systemCall } from './system-call.ts'

/** Takes a record lock over the whole file, as lckpwdf(3) does on /etc/.pwd.lock; false when somebody else holds it. */
export function tryRecordLock(descriptor: number): boolean {
  const writeLock = 1
  const setLock = 6
  const flock = Buffer.alloc(32)
  flock.writeInt16LE(writeLock, 0)
  try {
    systemCall('fcntl', descriptor, setLock, flock)
    return true
  } catch (error) {
    if (error instanceof SystemCallError && (error.code === 'EAGAIN' || error.code === 'EACCES')) return false
    throw error
  }
}
