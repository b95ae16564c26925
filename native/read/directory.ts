import { systemCall } from './system-call.ts'

/** One linux_dirent64 (getdents(2)). */
export interface DirectoryEntry {
  readonly name: Buffer
  /** `d_type`: 4 directory, 8 file, 10 symlink, 0 not told … */
  readonly type: number
}

const bufferBytes = 256 * 1024
let buffer: Buffer | undefined

/**
 * The entries of an open directory without `.` and `..`, at most `limit` of them, in the order of the kernel. It asks the
 * kernel itself: readdir(3) is the first function that a preloaded library replaces. Throws `SystemCallError`.
 */
export function readDirectory(descriptor: number, limit: number): DirectoryEntry[] {
  buffer ??= Buffer.alloc(bufferBytes)
  const entries: DirectoryEntry[] = []
  for (;;) {
    const length = systemCall('getdents64', descriptor, buffer, BigInt(buffer.length))
    if (length <= 0) return entries
    for (let at = 0; at + 19 < length; ) {
      const recordLength = buffer.readUInt16LE(at + 16)
      if (recordLength < 20) return entries
      const name = nameAt(buffer, at + 19, Math.min(at + recordLength, length))
      if (name !== undefined) {
        if (entries.length >= limit) return entries
        entries.push({ name, type: buffer[at + 18] ?? 0 })
      }
      at += recordLength
    }
  }
}

function nameAt(bytes: Buffer, start: number, limit: number): Buffer | undefined {
  const zero = bytes.indexOf(0, start)
  const end = zero === -1 || zero > limit ? limit : zero
  const length = end - start
  const dots = bytes[start] === 0x2e && (length === 1 || (length === 2 && bytes[start + 1] === 0x2e))
  return length === 0 || dots ? undefined : Buffer.from(bytes.subarray(start, end))
}
