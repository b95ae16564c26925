import { readFileSync } from 'node:fs'
import { checked, lazily } from './system-call.ts'

/** MLOCK_ONFAULT and MADV_DONTNEED of mman.h, PR_SET_THP_DISABLE of prctl.h. */
const onFault = 1
const notNeeded = 4
const setNoHugePages = 41
const lock = lazily('mlock2', 'int32', ['pointer', 'uint64', 'uint32'])
const advise = lazily('madvise', 'int32', ['pointer', 'uint64', 'int32'])
const control = lazily('prctl', 'int32', ['int32', 'uint64', 'uint64', 'uint64', 'uint64'])
const trimHeap = lazily('malloc_trim', 'int32', ['uint64'])

/**
 * Keeps what was once read of our own code in memory (mlock2(2)): without it the kernel throws code away first when memory is short, and
 * whoever waits for us waits for the disk. Data is left out, since V8 gives pages of it back with madvise(2) and ends the process
 * where that is refused. Throws `SystemCallError`: EPERM or ENOMEM without CAP_IPC_LOCK, ENOSYS before Linux 4.4.
 */
export function lockOwnCode(): void {
  for (const { from, bytes, rights } of mappedFiles(readFileSync('/proc/self/maps', 'latin1')))
    if (rights === executable) checked('mlock2', lock(from, bytes, onFault))
}

/**
 * From now on this process and what it starts get small pages only (prctl(2)): a huge one holds 2 MiB for the first byte of it, also of
 * a program's file. Nothing happens where the kernel does not know it.
 */
export function useSmallPages(): void {
  control(setNoHugePages, 1n, 0n, 0n, 0n)
}

/**
 * Gives back what this process holds and does not use: garbage, what malloc(3) keeps free, and pages of programs and libraries that
 * were needed to begin. What is needed after all comes back from the page cache without a disk. It takes some hundredths of a
 * second. Pages that were locked stay.
 */
export function tidyOwnMemory(): void {
  // Only the second one waits for what the first one left to a thread.
  globalThis.gc?.()
  globalThis.gc?.()
  trimHeap(0n)
  const mapped = mappedFiles(readFileSync('/proc/self/smaps', 'latin1'))
  const programs = new Set(mapped.filter(one => one.rights === executable).map(one => one.path))
  for (const { from, bytes, rights, path, unchanged } of mapped)
    if (unchanged && programs.has(path) && !rights.includes('w')) advise(from, bytes, notNeeded)
}

const executable = 'r-xp'

interface Mapped {
  readonly from: bigint
  readonly bytes: bigint
  readonly rights: string
  readonly path: string
  /** Nothing in it was relocated or written, so that it is what the file holds; said by smaps only. */
  readonly unchanged: boolean
}

/** What is mapped of files, as proc_pid_maps(5) or proc_pid_smaps(5) tell it. */
function mappedFiles(text: string): Mapped[] {
  return text.split(/\n(?=[0-9a-f]+-[0-9a-f]+ )/).flatMap(mapping => {
    const [, start, end, rights = '', path = ''] =
      /^([0-9a-f]+)-([0-9a-f]+) (\S+) \S+ \S+ \d+ +(\/.*)/.exec(mapping) ?? []
    if (start === undefined || end === undefined) return []
    const from = BigInt(`0x${start}`)
    const unchanged = /^Anonymous:\s+0 kB$/m.test(mapping)
    return [{ from, bytes: BigInt(`0x${end}`) - from, rights, path, unchanged }]
  })
}
