import { closeSync } from 'node:fs'
import { SystemCallError } from '../libc.ts'
import { systemCall, unknownCall } from './system-call.ts'

export const signals = { kill: 9, continue: 18, stop: 19, hangUp: 1 } as const
export type SignalName = keyof typeof signals

/**
 * Sends a signal to one process and no later one with its pid: `stillIt` is asked while a pidfd holds the pid
 * (pidfd_open(2)). False when the process is gone or is another one. Kernels before 5.3 get kill(2) right after the question.
 */
export function signalProcess(pid: number, signal: SignalName, stillIt: () => boolean): boolean {
  const descriptor = hold(pid)
  if (descriptor === 'gone') return false
  try {
    if (!stillIt()) return false
    if (descriptor === 'unknown') systemCall('kill', pid, signals[signal])
    else systemCall('pidfd_send_signal', descriptor, signals[signal], null, 0)
    return true
  } catch (error) {
    if (error instanceof SystemCallError && error.code === 'ESRCH') return false
    throw error
  } finally {
    if (typeof descriptor === 'number') closeSync(descriptor)
  }
}

function hold(pid: number): number | 'gone' | 'unknown' {
  try {
    return systemCall('pidfd_open', pid, 0)
  } catch (error) {
    if (unknownCall(error)) return 'unknown'
    if (error instanceof SystemCallError && (error.code === 'ESRCH' || error.code === 'EINVAL')) return 'gone'
    throw error
  }
}
