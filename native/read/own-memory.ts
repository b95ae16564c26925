import { checked, lazily } from './system-call.ts'

/** MCL_CURRENT, MCL_FUTURE, MCL_ONFAULT of mman.h: the same on x86-64 and arm64. */
const [current, future, onFault] = [1, 2, 4]
const lockAll = lazily('mlockall', 'int32', ['int32'])

/**
 * Keeps in memory what this process has in memory and will have (mlockall(2)): what was never touched stays out. Throws
 * `SystemCallError`: EPERM or ENOMEM without CAP_IPC_LOCK, EINVAL before Linux 4.4.
 */
export function lockOwnMemory(): void {
  checked('mlockall', lockAll(current | future | onFault))
}
