import { SystemCallError } from '../../native/libc.ts'
import {
  type MemoryPart,
  mostPartsAtOnce,
  type PageRange,
  pageSize,
  readMemory,
} from '../../native/read/process-memory.ts'

/** A part of the memory of a process, valid until the next one is asked for. */
export interface MemoryPiece {
  readonly bytes: Buffer
  /** Where a byte of the piece lies in the process; absent for what is no memory. */
  addressOf?(offset: number): number
}

const pieceBytes = 8 << 20
/** Zeros between stretches, so that no text is made of the end of one and the beginning of another. */
const seam = 64

/** Cuts stretches into pieces: short ones share a piece and stay whole, long ones overlap by one page. At most `most` bytes. */
export function* piecesOf(
  stretches: readonly PageRange[],
  most = Number.POSITIVE_INFINITY,
  room = pieceBytes,
): Generator<MemoryPart[]> {
  const page = pageSize()
  let parts: MemoryPart[] = []
  let used = 0
  let left = most
  for (const { start, end } of stretches) {
    const fits = Math.min(end - start, left) <= room - used - seam && parts.length < mostPartsAtOnce
    if (!fits && parts.length > 0) {
      yield parts
      ;[parts, used] = [[], 0]
    }
    for (let at = start; at < end && left > 0; ) {
      const length = Math.min(end - at, left, room - used - seam)
      parts.push({ start: at, length, at: used })
      used += length + seam
      left -= length
      at += length
      if (at === end || left <= 0) break
      yield parts
      ;[parts, used] = [[], 0]
      at -= page
      left += page
    }
    if (left <= 0) break
  }
  if (parts.length > 0) yield parts
}

let buffer: Buffer | undefined

/** Reads the parts of one piece; what has gone meanwhile is zeros. Throws `SystemCallError`: ESRCH, EPERM. */
export function readPiece(pid: number, parts: readonly MemoryPart[]): MemoryPiece {
  buffer ??= Buffer.alloc(pieceBytes)
  const last = parts.at(-1)
  const bytes = buffer.subarray(0, last === undefined ? 0 : last.at + last.length + seam)
  const whole = parts.reduce((sum, { length }) => sum + length, 0)
  if (readOrNothing(pid, parts, bytes) < whole) {
    bytes.fill(0)
    for (const part of parts) readOrNothing(pid, [part], bytes)
  }
  for (const { at, length } of parts) bytes.fill(0, at + length, at + length + seam)
  return {
    bytes,
    addressOf(offset) {
      const part = parts.findLast(({ at }) => at <= offset) ?? parts[0]
      return part === undefined ? 0 : part.start + offset - part.at
    },
  }
}

function readOrNothing(pid: number, parts: readonly MemoryPart[], into: Buffer): number {
  try {
    return readMemory(pid, parts, into)
  } catch (error) {
    if (error instanceof SystemCallError && error.code === 'EFAULT') return 0
    throw error
  }
}
