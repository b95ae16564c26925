import { closeSync } from 'node:fs'
import { callNumber } from '../call-numbers.ts'
import { errno } from '../libc.ts'
import { lazily } from './system-call.ts'

const ESRCH = 3

const affinity = lazily('syscall', 'int64', ['int64', 'int64', 'uint64', 'pointer'])
const open = lazily('syscall', 'int64', ['int64', 'int64', 'uint64'])
let mask: Buffer | undefined

/**
 * Asks by sched_getaffinity(2), which changes nothing, whether a task has this number: a second way beside kill(2), the
 * call that rootkits hook.
 */
export function hasAffinity(pid: number): boolean {
  if (!Number.isInteger(pid) || pid <= 0 || pid > 0x7fff_ffff) return false
  mask ??= Buffer.alloc(1024)
  return (
    Number(affinity(callNumber('sched_getaffinity'), BigInt(pid), BigInt(mask.length), mask)) !== -1 ||
    errno() !== ESRCH
  )
}

/** Whether it is a process and no thread of one: pidfd_open(2) opens nothing else. False before Linux 5.3. */
export function isProcess(pid: number): boolean {
  if (!Number.isInteger(pid) || pid <= 0 || pid > 0x7fff_ffff) return false
  const descriptor = Number(open(callNumber('pidfd_open'), BigInt(pid), 0n))
  if (descriptor === -1) return false
  closeSync(descriptor)
  return true
}
