import { SystemCallError } from '../libc.ts'
import { checked, lazily, terminated } from './system-call.ts'

const lgetxattr = lazily('lgetxattr', 'int64', ['pointer', 'pointer', 'pointer', 'uint64'])
const mostBytes = 65_536

/**
 * One extended attribute of a path of this machine (xattr(7)), such as `security.capability` or
 * `system.posix_acl_access`; a symlink is not followed. Undefined when there is none. Throws `SystemCallError`.
 */
export function extendedAttribute(path: Uint8Array, name: string): Buffer | undefined {
  const value = Buffer.alloc(mostBytes)
  try {
    const length = checked(
      'lgetxattr',
      lgetxattr(terminated(path), terminated(Buffer.from(name)), value, BigInt(value.length)),
    )
    return Buffer.from(value.subarray(0, length))
  } catch (error) {
    const missing =
      error instanceof SystemCallError && ['ENODATA', 'EOPNOTSUPP', 'ENOENT', 'ENOTDIR'].includes(error.code)
    if (missing) return undefined
    throw error
  }
}
