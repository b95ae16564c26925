import { DynamicLibrary, getRawPointer } from 'node:ffi'
import { errno, SystemCallError } from '../libc.ts'

/** Numbers of the calls we make, for x86-64 and arm64 (arch/x86/entry/syscalls/syscall_64.tbl, asm-generic/unistd.h). */
const numbers = {
  ioctl: [16, 29],
  kill: [62, 129],
  fcntl: [72, 25],
  mount: [165, 40],
  umount2: [166, 39],
  setxattr: [188, 5],
  getxattr: [191, 8],
  listxattr: [194, 11],
  removexattr: [197, 14],
  openat: [257, 56],
  mkdirat: [258, 34],
  mknodat: [259, 33],
  fchownat: [260, 54],
  unlinkat: [263, 35],
  linkat: [265, 37],
  symlinkat: [266, 36],
  readlinkat: [267, 78],
  fchmodat: [268, 53],
  utimensat: [280, 88],
  renameat2: [316, 276],
  pidfd_send_signal: [424, 424],
  pidfd_open: [434, 434],
  openat2: [437, 437],
} as const
export type CallName = keyof typeof numbers

let call: ((...values: bigint[]) => bigint) | undefined

/** Makes a system call and returns its result; throws a SystemCallError when it fails. Strings get their final NUL here. */
export function systemCall(name: CallName, ...values: (number | bigint | string | Buffer | null)[]): number {
  const kept = values.map(value => (typeof value === 'string' ? Buffer.from(`${value}\0`) : value))
  const six = [0, 1, 2, 3, 4, 5].map(at => argument(kept[at]))
  const result = opened()(BigInt(numbers[name][process.arch === 'arm64' ? 1 : 0]), ...six)
  if (result >= 0n) return Number(result)
  throw new SystemCallError(name, errno())
}

/** Whether an error says that this kernel does not know the call. */
export function unknownCall(error: unknown): boolean {
  return error instanceof SystemCallError && error.code === 'ENOSYS'
}

function argument(value: number | bigint | Buffer | null | undefined): bigint {
  if (value === undefined || value === null) return 0n
  return Buffer.isBuffer(value) ? getRawPointer(value) : BigInt(value)
}

function opened(): (...values: bigint[]) => bigint {
  if (call !== undefined) return call
  errno()
  // A handle of its own: a handle knows each function with one signature only, and syscall(2) has many.
  const found = new DynamicLibrary('libc.so.6').getFunction('syscall', {
    return: 'int64',
    arguments: ['int64', 'int64', 'int64', 'int64', 'int64', 'int64', 'int64'],
  })
  call = found as unknown as (...values: bigint[]) => bigint
  return call
}
