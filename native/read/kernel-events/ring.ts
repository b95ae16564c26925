import { toArrayBuffer } from 'node:ffi'
import { checked, lazily } from '../system-call.ts'
import { pageSize } from '../process-memory.ts'

const mmap = lazily('mmap', 'int64', ['uint64', 'uint64', 'int32', 'int32', 'int32', 'int64'])
const munmap = lazily('munmap', 'int32', ['uint64', 'uint64'])

const [read, write, shared] = [1, 2, 1]
const headBytes = 8
const busy = 0x8000_0000
const discarded = 0x4000_0000

/** The reading end of a BPF ring buffer (Documentation/bpf/ringbuf.rst). */
export interface Ring {
  /** Gives the records that are there, at most `most`, each valid only while it is looked at. Says how many there were. */
  each(most: number, look: (record: Buffer) => void): number
  close(): void
}

/** `bytes` is the size with which the map was made. Throws `SystemCallError`. */
export function openRing(descriptor: number, bytes: number): Ring {
  const page = pageSize()
  const whole = page + 2 * bytes
  const consumer = checked('mmap', mmap(0n, BigInt(page), read | write, shared, descriptor, 0n))
  const producer = checked('mmap', mmap(0n, BigInt(whole), read, shared, descriptor, BigInt(page)))
  const consumed = new BigUint64Array(toArrayBuffer(BigInt(consumer), page, false), 0, 1)
  const memory = toArrayBuffer(BigInt(producer), whole, false)
  const produced = new BigUint64Array(memory, 0, 1)
  // The data is mapped twice, one behind the other, so that no record is cut.
  const data = Buffer.from(memory, page, 2 * bytes)
  const heads = new Int32Array(memory, page, (2 * bytes) / 4)
  let position = Number(Atomics.load(consumed, 0))
  let open = true
  return {
    each(most, look) {
      let count = 0
      const end = open ? Number(Atomics.load(produced, 0)) : position
      while (position < end && count < most) {
        const at = position % bytes
        const head = Atomics.load(heads, at / 4) >>> 0
        if ((head & busy) !== 0) break
        const length = head & ~(busy | discarded)
        if ((head & discarded) === 0) {
          look(data.subarray(at + headBytes, at + headBytes + length))
          count++
        }
        position += (headBytes + length + 7) & ~7
        Atomics.store(consumed, 0, BigInt(position))
      }
      return count
    },
    close() {
      if (!open) return
      open = false
      munmap(BigInt(consumer), BigInt(page))
      munmap(BigInt(producer), BigInt(whole))
    },
  }
}
