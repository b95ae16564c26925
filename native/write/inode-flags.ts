import { SystemCallError } from '../libc.ts'
import { systemCall } from './system-call.ts'

const getFlags = 0x80086601
const setFlags = 0x40086602

/** Inode flags of linux/fs.h. */
export const immutableFlag = 0x10
export const appendFlag = 0x20
/** Those that a user sets (chattr +SiadA); the others belong to the file system. */
const settableFlags = 0x08 | immutableFlag | appendFlag | 0x40 | 0x80

/** The settable flags of an open file or directory (FS_IOC_GETFLAGS); 0 where the file system has none. */
export function inodeFlags(descriptor: number): number {
  const value = Buffer.alloc(8)
  try {
    systemCall('ioctl', descriptor, getFlags, value)
  } catch (error) {
    if (error instanceof SystemCallError && ['ENOTTY', 'EOPNOTSUPP', 'EINVAL', 'ENOSYS'].includes(error.code)) return 0
    throw error
  }
  return value.readUInt32LE(0) & settableFlags
}

/** Sets the settable flags and leaves the others (FS_IOC_SETFLAGS). */
export function setInodeFlags(descriptor: number, flags: number): void {
  const value = Buffer.alloc(8)
  systemCall('ioctl', descriptor, getFlags, value)
  value.writeUInt32LE(((value.readUInt32LE(0) & ~settableFlags) | (flags & settableFlags)) >>> 0, 0)
  systemCall('ioctl', descriptor, setFlags, value)
}
