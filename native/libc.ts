import { DynamicLibrary, getInt32 } from 'node:ffi'

/** The C types that our calls use. Buffers and BigInt addresses are both `pointer`. */
export type NativeType = 'void' | 'int32' | 'uint32' | 'int64' | 'uint64' | 'pointer' | 'string'
type Argument = number | bigint | string | Buffer | null
export type NativeFunction = (...values: Argument[]) => number | bigint

interface Library {
  readonly functions: DynamicLibrary
  readonly errnoAddress: bigint
}
let library: Library | undefined

/** A function of the C library that this program brought along (or, in a checkout, of the host's). */
export function libc(name: string, returns: NativeType, takes: readonly Exclude<NativeType, 'void'>[]): NativeFunction {
  opened()
  const signature = `${returns}(${takes})`
  const known = signatures.get(name) ?? []
  if (!known.includes(signature)) signatures.set(name, [...known, signature])
  // One handle knows a name by one signature only, and calls such as syscall(2) and ioctl(2) have many.
  const handle = handleFor(Math.max(0, (signatures.get(name) ?? []).indexOf(signature)))
  return handle.getFunction(name, { return: returns, arguments: [...takes] }) as unknown as NativeFunction
}

const signatures = new Map<string, string[]>()
const handles: DynamicLibrary[] = []

function handleFor(index: number): DynamicLibrary {
  const handle = handles[index] ?? new DynamicLibrary('libc.so.6')
  handles[index] = handle
  return handle
}

/** errno(3) of the last call on this thread. Read it at once: any other call may change it. */
export function errno(): number {
  return getInt32(opened().errnoAddress, 0)
}

function opened(): Library {
  if (library !== undefined) return library
  const functions = new DynamicLibrary('libc.so.6')
  // Looked up now, because looking it up later would itself change errno.
  const location = functions.getFunction('__errno_location', { return: 'pointer', arguments: [] })
  library = { functions, errnoAddress: location() as bigint }
  return library
}

/** A system call that failed. `code` is the symbolic errno, as node's own errors have it. */
export class SystemCallError extends Error {
  readonly code: string
  readonly errno: number
  constructor(call: string, number: number, subject = '') {
    const code = errnoNames.get(number) ?? `E${number}`
    super(`${call}${subject === '' ? '' : ` ${subject}`}: ${code}`)
    this.name = 'SystemCallError'
    this.code = code
    this.errno = number
  }
}

/** asm-generic/errno-base.h and errno.h, the ones that can come up. The numbers are the same on x86-64 and arm64. */
const errnoNames = new Map<number, string>([
  [1, 'EPERM'],
  [2, 'ENOENT'],
  [3, 'ESRCH'],
  [4, 'EINTR'],
  [5, 'EIO'],
  [6, 'ENXIO'],
  [7, 'E2BIG'],
  [9, 'EBADF'],
  [11, 'EAGAIN'],
  [12, 'ENOMEM'],
  [13, 'EACCES'],
  [14, 'EFAULT'],
  [16, 'EBUSY'],
  [17, 'EEXIST'],
  [18, 'EXDEV'],
  [19, 'ENODEV'],
  [20, 'ENOTDIR'],
  [21, 'EISDIR'],
  [22, 'EINVAL'],
  [23, 'ENFILE'],
  [24, 'EMFILE'],
  [25, 'ENOTTY'],
  [26, 'ETXTBSY'],
  [27, 'EFBIG'],
  [28, 'ENOSPC'],
  [29, 'ESPIPE'],
  [30, 'EROFS'],
  [31, 'EMLINK'],
  [32, 'EPIPE'],
  [34, 'ERANGE'],
  [36, 'ENAMETOOLONG'],
  [38, 'ENOSYS'],
  [39, 'ENOTEMPTY'],
  [40, 'ELOOP'],
  [61, 'ENODATA'],
  [93, 'EPROTONOSUPPORT'],
  [95, 'EOPNOTSUPP'],
  [97, 'EAFNOSUPPORT'],
  [98, 'EADDRINUSE'],
  [105, 'ENOBUFS'],
  [110, 'ETIMEDOUT'],
  [111, 'ECONNREFUSED'],
])
