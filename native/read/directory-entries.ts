import { systemCall } from './system-call.ts'

const bufferBytes = 64 * 1024
let buffer: Buffer | undefined

/**
 * Goes through an open directory without `.` and `..`, in the order of the kernel and without keeping it: a directory may
 * have millions of names. `visit` is given the name with a NUL at its end, in a buffer that is used again, and `d_type`
 * (4 directory, 8 file, 0 not told …); it may say false to end. It must not read a directory itself. Throws `SystemCallError`.
 */
export function eachEntry(descriptor: number, visit: (name: Buffer, type: number) => boolean): void {
  buffer ??= Buffer.alloc(bufferBytes)
  for (;;) {
    const length = systemCall('getdents64', descriptor, buffer, BigInt(buffer.length))
    if (length <= 0) return
    for (let at = 0; at + 19 < length; ) {
      const recordLength = buffer.readUInt16LE(at + 16)
      if (recordLength < 20) return
      const end = buffer.indexOf(0, at + 19)
      const size = end - at - 19
      const dots = buffer[at + 19] === 0x2e && (size === 1 || (size === 2 && buffer[at + 20] === 0x2e))
      if (end >= 0 && end < at + recordLength && size > 0 && !dots) {
        if (!visit(buffer.subarray(at + 19, end + 1), buffer[at + 18] ?? 0)) return
      }
      at += recordLength
    }
  }
}
