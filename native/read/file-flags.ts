import { SystemCallError } from '../libc.ts'
import { checked, lazily } from './system-call.ts'

const ioctl = lazily('ioctl', 'int32', ['int32', 'uint64', 'pointer'])
const FS_IOC_GETFLAGS = 0x80086601n

/** linux/fs.h. */
export const immutableFlag = 0x10
export const appendFlag = 0x20

/** FS_IOC_GETFLAGS of an open file or directory; 0 where the file system has none. Throws `SystemCallError`. */
export function fileFlags(descriptor: number): number {
  const flags = Buffer.alloc(8)
  try {
    checked('ioctl', ioctl(descriptor, FS_IOC_GETFLAGS, flags))
  } catch (error) {
    const none = error instanceof SystemCallError && ['ENOTTY', 'EOPNOTSUPP', 'ENOSYS', 'EINVAL'].includes(error.code)
    if (none) return 0
    throw error
  }
  return flags.readUInt32LE(0)
}
