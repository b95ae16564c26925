import { callNumber } from '../call-numbers.ts'
import { errno, libc, type NativeFunction, type NativeType, SystemCallError } from '../libc.ts'

/** A function of the C library that is looked up when it is first called, so that importing costs nothing. */
export function lazily(
  name: string,
  returns: NativeType,
  takes: readonly Exclude<NativeType, 'void'>[],
): NativeFunction {
  let found: NativeFunction | undefined
  return (...values) => {
    found ??= libc(name, returns, takes)
    return found(...values)
  }
}

type Value = Buffer | bigint

const direct = lazily('syscall', 'int64', ['int64', 'int64', 'pointer', 'pointer', 'uint64'])

/**
 * syscall(2), for what the C library has no function of, and where its own function could be one that malware put there.
 * Throws `SystemCallError`.
 */
export function systemCall(
  name: 'openat2' | 'getdents64' | 'ioprio_set' | 'flock',
  first: number,
  second: Value,
  third: Value,
  fourth = 0n,
): number {
  return checked(name, direct(callNumber(name), BigInt(first), second, third, fourth))
}

/** The result of a call that says -1 when it failed, as a number. It must have been the last call. */
export function checked(call: string, result: number | bigint): number {
  if (Number(result) === -1) throw new SystemCallError(call, errno())
  return Number(result)
}

/** Bytes as a C string. */
export function terminated(bytes: Uint8Array): Buffer {
  return Buffer.concat([bytes, Buffer.of(0)])
}
