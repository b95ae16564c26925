import { SystemCallError } from '../libc.ts'
import { checked, lazily } from './system-call.ts'

const lseek = lazily('lseek', 'int64', ['int32', 'int64', 'int32'])
/** unistd.h. */
const SEEK_DATA = 3
const SEEK_HOLE = 4

/** Where an open file has bytes, hole by hole skipped (lseek(2)): of a sparse terabyte only what was written. Ends quietly where the file system cannot tell. */
export function* dataSegments(
  descriptor: number,
  size: number,
): Generator<{ readonly start: number; readonly end: number }> {
  for (let at = 0; at < size; ) {
    const start = seek(descriptor, at, SEEK_DATA)
    // ENXIO: nothing but a hole until the end.
    if (start === undefined || start >= size) return
    const hole = seek(descriptor, start, SEEK_HOLE) ?? size
    const end = Math.min(hole, size)
    if (end <= at) return
    yield { start, end }
    at = end
  }
}

function seek(descriptor: number, from: number, what: number): number | undefined {
  try {
    return checked('lseek', lseek(descriptor, BigInt(from), what))
  } catch (error) {
    if (error instanceof SystemCallError) return undefined
    throw error
  }
}
