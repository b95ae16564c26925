import { readdirSync } from 'node:fs'
import { setPriority } from 'node:os'
import { systemCall } from './system-call.ts'

const whoProcess = 1
/** The lowest place of the best-effort class. */
const lastOfBestEffort = (2n << 13n) | 7n

/**
 * Gives way to other programs on processor and disk: nice 5 and the last place of the best-effort class of ioprio_set(2). Not
 * nice 19 or the idle class: beside a miner that takes every core those never get their turn. It changes nothing but
 * ourselves; where it is not allowed, nothing happens. On Linux both belong to threads, so every thread gets them.
 */
export function lowerOwnPriority(): void {
  for (const thread of ownThreads()) {
    try {
      setPriority(thread, 5)
      systemCall('ioprio_set', whoProcess, BigInt(thread), lastOfBestEffort)
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
