import { readFileSync } from 'node:fs'
import { checked, lazily } from './system-call.ts'

/** MLOCK_ONFAULT of mman.h. */
const onFault = 1
const lock = lazily('mlock2', 'int32', ['pointer', 'uint64', 'uint32'])

/**
 * Keeps what was once read of our own code in memory (mlock2(2)): without it the kernel throws code away first when memory is short, and
 * whoever waits for us waits for the disk. Data is left out, since V8 gives pages of it back with madvise(2) and ends the process
 * where that is refused. Throws `SystemCallError`: EPERM or ENOMEM without CAP_IPC_LOCK, ENOSYS before Linux 4.4.
 */
export function lockOwnCode(): void {
  for (const line of readFileSync('/proc/self/maps', 'latin1').split('\n')) {
    const [, start = '', end = ''] = /^([0-9a-f]+)-([0-9a-f]+) r-xp \S+ \S+ \d+ +\//.exec(line) ?? []
    if (start === '') continue
    const from = BigInt(`0x${start}`)
    checked('mlock2', lock(from, BigInt(`0x${end}`) - from, onFault))
  }
}
