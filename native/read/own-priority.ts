import { readdirSync } from 'node:fs'
import { setPriority } from 'node:os'
import { systemCall } from './system-call.ts'

const whoProcess = 1
const idleClass = 3n << 13n

/**
 * Puts this program last in line for processor and disk: nice 19 and the idle class of ioprio_set(2). It changes nothing
 * but ourselves; where it is not allowed, nothing happens. On Linux both belong to threads, so every thread gets them.
 */
export function lowerOwnPriority(): void {
  for (const thread of ownThreads()) {
    try {
      setPriority(thread, 19)
      systemCall('ioprio_set', whoProcess, BigInt(thread), idleClass)
    } catch {
      // The thread has ended, or a sandbox forbids it: being slower is not worth failing.
    }
  }
}

function ownThreads(): number[] {
  try {
    return readdirSync('/proc/self/task').map(Number)
  } catch {
    return [0]
  }
}
