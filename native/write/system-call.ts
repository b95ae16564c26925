import { DynamicLibrary, getRawPointer } from 'node:ffi'
import { type CallName, callNumber } from '../call-numbers.ts'
import { errno, SystemCallError } from '../libc.ts'

let call: ((...values: bigint[]) => bigint) | undefined

/** Makes a system call and returns its result; throws a SystemCallError when it fails. Strings get their final NUL here. */
export function systemCall(name: CallName, ...values: (number | bigint | string | Buffer | null)[]): number {
  const kept = values.map(value => (typeof value === 'string' ? Buffer.from(`${value}\0`) : value))
  const six = [0, 1, 2, 3, 4, 5].map(at => argument(kept[at]))
  const result = opened()(callNumber(name), ...six)
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
