import { callNumber } from '../call-numbers.ts'
import { libc } from '../libc.ts'
import { checked } from '../read/system-call.ts'

const [monotonic, sigkill, signalProcess] = [1n, 9, 0]

/** A timer of the kernel that ends this process with SIGKILL unless it is wound up again in time. */
export interface SelfDestruct {
  /** Begins anew. */
  wind(): void
  /** Not wound up any more, and nothing happens. */
  stop(): void
}

/**
 * For a process that others wait for. The timer is the kernel's (timer_create(2), SIGEV_SIGNAL with SIGKILL), so it also ends a
 * process that was stopped (SIGSTOP, ptrace), is in a loop, or is frozen by a cgroup of version 2; nothing in user space has to
 * run for it. It begins with the first `wind`. Throws `SystemCallError`.
 */
export function selfDestruct(milliseconds: number): SelfDestruct {
  const create = libc('syscall', 'int64', ['int64', 'int64', 'pointer', 'pointer'])
  const set = libc('syscall', 'int64', ['int64', 'int64', 'int64', 'pointer', 'pointer'])
  const remove = libc('syscall', 'int64', ['int64', 'int64'])
  const event = Buffer.alloc(64)
  event.writeInt32LE(sigkill, 8)
  event.writeInt32LE(signalProcess, 12)
  const number = Buffer.alloc(64)
  checked('timer_create', create(callNumber('timer_create'), monotonic, event, number))
  const timer = BigInt(number.readInt32LE(0))
  const due = Buffer.alloc(64)
  due.writeBigInt64LE(BigInt(Math.floor(milliseconds / 1000)), 16)
  due.writeBigInt64LE(BigInt(Math.round((milliseconds % 1000) * 1e6)), 24)
  return {
    wind: () => void checked('timer_settime', set(callNumber('timer_settime'), timer, 0n, due, null)),
    stop: () => void checked('timer_delete', remove(callNumber('timer_delete'), timer)),
  }
}
