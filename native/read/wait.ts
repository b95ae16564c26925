import { SystemCallError } from '../libc.ts'
import { checked, lazily } from './system-call.ts'

const poll = lazily('poll', 'int32', ['pointer', 'uint64', 'int32'])
const eventfd = lazily('eventfd', 'int32', ['uint32', 'int32'])
/** EFD_NONBLOCK, EFD_CLOEXEC. */
const flags = 0o4000 | 0o2000000
/** POLLIN, POLLERR, POLLHUP, POLLNVAL. */
const [readable, broken] = [1, 0x8 | 0x10 | 0x20]

/** What became of a descriptor that was waited for. */
export type Waited = 'nothing' | 'readable' | 'broken'

/**
 * Stops this thread until one of the descriptors is readable, at most `milliseconds`; only for worker threads. A signal ends it
 * early. Throws `SystemCallError`.
 */
export function waitReadable(descriptors: readonly number[], milliseconds: number): Waited[] {
  const entries = Buffer.alloc(Math.max(64, descriptors.length * 8))
  for (const [at, descriptor] of descriptors.entries()) {
    entries.writeInt32LE(descriptor, at * 8)
    entries.writeInt16LE(readable, at * 8 + 4)
  }
  try {
    checked('poll', poll(entries, BigInt(descriptors.length), Math.ceil(milliseconds)))
  } catch (error) {
    if (!(error instanceof SystemCallError) || error.code !== 'EINTR') throw error
    return descriptors.map(() => 'nothing')
  }
  return descriptors.map((_, at) => {
    const found = entries.readInt16LE(at * 8 + 6)
    if ((found & readable) !== 0) return 'readable'
    return (found & broken) === 0 ? 'nothing' : 'broken'
  })
}

/** A descriptor that wakes whoever waits for it: one thread writes eight bytes, another waits (eventfd(2)). */
export function openWaker(): number {
  return checked('eventfd', eventfd(0, flags))
}
