import { closeSync, readFileSync } from 'node:fs'
import { getRawPointer } from 'node:ffi'
import { callNumber } from '../call-numbers.ts'
import { SystemCallError } from '../libc.ts'
import { checked, lazily, terminated } from './system-call.ts'

/** `struct bpf_prog_info` of linux/bpf.h, as far as we use it. */
export interface BpfProgram {
  readonly id: number
  /** enum bpf_prog_type. */
  readonly type: number
  readonly tag: string
  readonly name: Buffer
  /** Nanoseconds from boot, time in suspend included. */
  readonly loadedNs: bigint
  readonly uid: number
  /** Bytes of its instructions as the kernel rewrote them. */
  readonly codeBytes: number
}

/** enum bpf_cmd. */
const commands = { objectGet: 7, nextProgram: 11, openProgram: 13, info: 15, taskDescriptor: 20 }

const bpf = lazily('syscall', 'int64', ['int64', 'int64', 'pointer', 'uint64'])
const mostPrograms = 20_000
const infoBytes = 256

/** The ids of all BPF programs that are loaded. Throws `SystemCallError` without CAP_SYS_ADMIN or in a kernel without bpf(2). */
export function bpfProgramIds(): number[] {
  const ids: number[] = []
  for (let last = 0; ids.length < mostPrograms; ) {
    const attributes = Buffer.alloc(16)
    attributes.writeUInt32LE(last, 0)
    try {
      call(commands.nextProgram, attributes)
    } catch (error) {
      if (error instanceof SystemCallError && error.code === 'ENOENT') return ids
      throw error
    }
    last = attributes.readUInt32LE(4)
    ids.push(last)
  }
  return ids
}

/** One program; undefined when it was unloaded meanwhile. */
export function bpfProgram(id: number): BpfProgram | undefined {
  return withProgram(id, descriptor => parseProgramInfo(infoOf(descriptor, Buffer.alloc(infoBytes))))
}

/**
 * Its instructions, at most `limit` bytes of them. Calls of kernel functions stand there as distances from `__bpf_call_base`
 * where the reader may see kernel addresses, else as zero.
 */
export function bpfInstructions(id: number, limit = 1 << 20): Buffer | undefined {
  return withProgram(id, descriptor => {
    const length = Math.min(infoOf(descriptor, Buffer.alloc(infoBytes)).readUInt32LE(20), limit)
    const code = Buffer.alloc(Math.max(8, length))
    const info = Buffer.alloc(infoBytes)
    info.writeUInt32LE(code.length, 20)
    info.writeBigUInt64LE(getRawPointer(code), 32)
    infoOf(descriptor, info)
    return code
  })
}

export function parseProgramInfo(info: Buffer): BpfProgram {
  const name = info.subarray(64, 80)
  const end = name.indexOf(0)
  return {
    type: info.readUInt32LE(0),
    id: info.readUInt32LE(4),
    tag: info.toString('hex', 8, 16),
    codeBytes: info.readUInt32LE(20),
    loadedNs: info.readBigUInt64LE(40),
    uid: info.readUInt32LE(48),
    name: Buffer.from(end === -1 ? name : name.subarray(0, end)),
  }
}

/** The program that a path on a BPF file system keeps, also by way of a link; undefined for maps and what cannot be asked. */
export function pinnedProgram(path: Uint8Array): number | undefined {
  const name = terminated(path)
  const attributes = Buffer.alloc(16)
  attributes.writeBigUInt64LE(getRawPointer(name), 0)
  // BPF_F_RDONLY.
  attributes.writeUInt32LE(8, 12)
  let descriptor: number
  try {
    descriptor = call(commands.objectGet, attributes)
  } catch {
    return undefined
  }
  try {
    const told = /^prog_id:\s+(\d+)$/m.exec(readFileSync(`/proc/self/fdinfo/${descriptor}`, 'latin1'))?.[1]
    return told === undefined ? undefined : Number(told)
  } finally {
    closeSync(descriptor)
  }
}

/** The program that hangs on a perf event which a process holds (BPF_TASK_FD_QUERY). */
export function perfEventProgram(pid: number, fd: number): number | undefined {
  const attributes = Buffer.alloc(48)
  attributes.writeUInt32LE(pid, 0)
  attributes.writeUInt32LE(fd, 4)
  try {
    call(commands.taskDescriptor, attributes)
  } catch {
    return undefined
  }
  const id = attributes.readUInt32LE(24)
  return id === 0 ? undefined : id
}

function infoOf(descriptor: number, info: Buffer): Buffer {
  const attributes = Buffer.alloc(16)
  attributes.writeUInt32LE(descriptor, 0)
  attributes.writeUInt32LE(info.length, 4)
  attributes.writeBigUInt64LE(getRawPointer(info), 8)
  call(commands.info, attributes)
  return info
}

function withProgram<T>(id: number, work: (descriptor: number) => T): T | undefined {
  const attributes = Buffer.alloc(16)
  attributes.writeUInt32LE(id, 0)
  let descriptor: number
  try {
    descriptor = call(commands.openProgram, attributes)
  } catch (error) {
    if (error instanceof SystemCallError && error.code === 'ENOENT') return undefined
    throw error
  }
  try {
    return work(descriptor)
  } finally {
    closeSync(descriptor)
  }
}

function call(command: number, attributes: Buffer): number {
  return checked('bpf', bpf(callNumber('bpf'), BigInt(command), attributes, BigInt(attributes.length)))
}
