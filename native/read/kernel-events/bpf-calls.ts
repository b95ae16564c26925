import { closeSync } from 'node:fs'
import { getRawPointer } from 'node:ffi'
import { callNumber } from '../../call-numbers.ts'
import { SystemCallError } from '../../libc.ts'
import { checked, lazily } from '../system-call.ts'

/** enum bpf_cmd and bpf_map_type of linux/bpf.h. */
const commands = { createMap: 0, lookUp: 1, load: 5, openRawTracepoint: 17 }
const mapTypes = { array: 2, ring: 27 }
const rawTracepoint = 17
const attributeBytes = 128
const logBytes = 1 << 18

const bpf = lazily('syscall', 'int64', ['int64', 'int64', 'pointer', 'uint64'])

function call(command: number, attributes: Buffer): number {
  return checked('bpf', bpf(callNumber('bpf'), BigInt(command), attributes, BigInt(attributes.length)))
}

/** A ring buffer (Linux 5.8). `bytes` is a power of two of whole pages. Throws `SystemCallError`. */
export function createRing(bytes: number): number {
  return createMap(mapTypes.ring, 0, 0, bytes)
}

/** An array of one value. */
export function createCounters(bytes: number): number {
  return createMap(mapTypes.array, 4, bytes, 1)
}

function createMap(type: number, keyBytes: number, valueBytes: number, entries: number): number {
  const attributes = Buffer.alloc(attributeBytes)
  for (const [at, value] of [type, keyBytes, valueBytes, entries].entries()) attributes.writeUInt32LE(value, at * 4)
  return call(commands.createMap, attributes)
}

/** The value of an array of one. */
export function readCounters(descriptor: number, bytes: number): Buffer {
  const [key, value] = [Buffer.alloc(64), Buffer.alloc(Math.max(64, bytes))]
  const attributes = Buffer.alloc(attributeBytes)
  attributes.writeUInt32LE(descriptor, 0)
  attributes.writeBigUInt64LE(getRawPointer(key), 8)
  attributes.writeBigUInt64LE(getRawPointer(value), 16)
  call(commands.lookUp, attributes)
  return value.subarray(0, bytes)
}

/**
 * Loads a program for a raw tracepoint. `name`: up to 15 letters, digits and `_`, by which whoever lists programs knows it. Throws
 * `SystemCallError`; where the verifier refused, with the end of what it said.
 */
export function loadProgram(code: Buffer, name: string): number {
  const licence = Buffer.alloc(64)
  licence.write('GPL', 'latin1')
  const attributes = Buffer.alloc(attributeBytes)
  attributes.writeUInt32LE(rawTracepoint, 0)
  attributes.writeUInt32LE(code.length / 8, 4)
  attributes.writeBigUInt64LE(getRawPointer(code), 8)
  attributes.writeBigUInt64LE(getRawPointer(licence), 16)
  attributes.write(name.slice(0, 15), 48, 'latin1')
  try {
    return call(commands.load, attributes)
  } catch (error) {
    if (!(error instanceof SystemCallError) || error.code === 'EPERM') throw error
    throw new SystemCallError('bpf load', error.errno, whyRefused(attributes))
  }
}

function whyRefused(attributes: Buffer): string {
  const log = Buffer.alloc(logBytes)
  attributes.writeUInt32LE(1, 24)
  attributes.writeUInt32LE(log.length, 28)
  attributes.writeBigUInt64LE(getRawPointer(log), 32)
  try {
    closeSync(call(commands.load, attributes))
    return ''
  } catch {
    const end = log.indexOf(0)
    return log
      .toString('latin1', 0, end < 0 ? log.length : end)
      .trimEnd()
      .slice(-600)
  }
}

/** Lets a program run at a tracepoint until the descriptor is closed (Linux 4.17). Throws `SystemCallError`: ENOENT without it. */
export function attachToTracepoint(program: number, tracepoint: string): number {
  const name = Buffer.alloc(64)
  name.write(tracepoint, 'latin1')
  const attributes = Buffer.alloc(attributeBytes)
  attributes.writeBigUInt64LE(getRawPointer(name), 0)
  attributes.writeUInt32LE(program, 8)
  return call(commands.openRawTracepoint, attributes)
}
