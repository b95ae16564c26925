import { errno } from '../libc.ts'
import { lazily } from './system-call.ts'

const kill = lazily('kill', 'int32', ['int32', 'int32'])
const ESRCH = 3

/**
 * Asks the kernel by kill(2) with signal 0, which sends nothing, whether a task has this number. Threads answer too: only
 * where `Tgid` of /proc/PID/status is the same number is it a process.
 */
export function processExists(pid: number): boolean {
  if (!Number.isInteger(pid) || pid <= 0 || pid > 0x7fff_ffff) return false
  return kill(pid, 0) === 0 || errno() !== ESRCH
}
