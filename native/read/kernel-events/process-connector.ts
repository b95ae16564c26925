import { getRawPointer } from 'node:ffi'
import { SystemCallError } from '../../libc.ts'
import { checked, lazily } from '../system-call.ts'

const AF_NETLINK = 16
/** SOCK_DGRAM, SOCK_NONBLOCK, SOCK_CLOEXEC. */
const type = 2 | 0o4000 | 0o2000000
const NETLINK_CONNECTOR = 11
const [SOL_SOCKET, SO_ATTACH_FILTER, SO_RCVBUFFORCE] = [1, 26, 33]
const processGroup = 1
/** linux/cn_proc.h: PROC_CN_MCAST_LISTEN, PROC_EVENT_EXEC. */
const [listen, exec] = [1, 2]
const noMessages = new Set(['EAGAIN', 'EINTR'])
const eventAt = 16 + 20

const socket = lazily('socket', 'int32', ['int32', 'int32', 'int32'])
const bind = lazily('bind', 'int32', ['int32', 'pointer', 'uint32'])
const setsockopt = lazily('setsockopt', 'int32', ['int32', 'int32', 'int32', 'pointer', 'uint32'])
const send = lazily('send', 'int64', ['int32', 'pointer', 'uint64', 'int32'])
const recv = lazily('recv', 'int64', ['int32', 'pointer', 'uint64', 'int32'])
const close = lazily('close', 'int32', ['int32'])

/** Numbers of processes that started a program, until it is closed. */
export interface ProcessConnector {
  readonly descriptor: number
  /** Gives the pids that wait, at most `most`. */
  each(most: number, look: (pid: number) => void): number
  /** How often the kernel had no room: each time an unknown number of events is gone. */
  lost(): number
  close(): void
}

/**
 * The kernel's process connector (Documentation/driver-api/connector.rst): tells of each exec that it happened, and nothing
 * else. Only in the first pid namespace of a machine. Throws `SystemCallError`: EPERM without CAP_NET_ADMIN,
 * EPROTONOSUPPORT in a kernel without it.
 */
export function openProcessConnector(bufferBytes = 16 << 20): ProcessConnector {
  const descriptor = checked('socket', socket(AF_NETLINK, type, NETLINK_CONNECTOR))
  try {
    attachFilter(descriptor)
    const size = Buffer.alloc(64)
    size.writeInt32LE(bufferBytes, 0)
    checked('setsockopt', setsockopt(descriptor, SOL_SOCKET, SO_RCVBUFFORCE, size, 4))
    const address = Buffer.alloc(64)
    address.writeUInt16LE(AF_NETLINK, 0)
    address.writeUInt32LE(processGroup, 8)
    checked('bind', bind(descriptor, address, 12))
    const request = Buffer.alloc(64)
    request.writeUInt32LE(eventAt + 4, 0)
    // NLMSG_DONE, and CN_IDX_PROC with CN_VAL_PROC.
    request.writeUInt16LE(3, 4)
    request.writeUInt32LE(1, 16)
    request.writeUInt32LE(1, 20)
    request.writeUInt16LE(4, 32)
    request.writeUInt32LE(listen, eventAt)
    checked('send', send(descriptor, request, BigInt(eventAt + 4), 0))
  } catch (error) {
    close(descriptor)
    throw error
  }
  const buffer = Buffer.alloc(4096)
  let lost = 0
  return {
    descriptor,
    each(most, look) {
      let count = 0
      while (count < most) {
        try {
          const length = checked('recv', recv(descriptor, buffer, BigInt(buffer.length), 0))
          const pid = execPid(buffer.subarray(0, length))
          if (pid === undefined) continue
          look(pid)
          count++
        } catch (error) {
          if (!(error instanceof SystemCallError)) throw error
          if (noMessages.has(error.code)) return count
          if (error.code !== 'ENOBUFS') throw error
          lost++
        }
      }
      return count
    },
    lost: () => lost,
    close: () => void close(descriptor),
  }
}

/** Exported for its test: the process (not the thread) of an exec event; undefined for all else. */
export function execPid(message: Buffer): number | undefined {
  // Two numbers, the time, then the thread and its process.
  if (message.length < eventAt + 24 || message.readUInt32LE(eventAt) !== exec) return undefined
  return message.readUInt32LE(eventAt + 20)
}

/** Of forks and ends, of which there are many more, nothing is kept. Words are loaded in network order. */
function attachFilter(descriptor: number): void {
  const steps = Buffer.alloc(64)
  const wanted = Buffer.alloc(4)
  wanted.writeUInt32LE(exec, 0)
  const program = [
    [0x20, 0, 0, eventAt],
    [0x15, 0, 1, wanted.readUInt32BE(0)],
    [0x06, 0, 0, 0xffff],
    [0x06, 0, 0, 0],
  ] as const
  for (const [at, [code, whenTrue, whenFalse, value]] of program.entries()) {
    steps.writeUInt16LE(code, at * 8)
    steps.writeUInt8(whenTrue, at * 8 + 2)
    steps.writeUInt8(whenFalse, at * 8 + 3)
    steps.writeUInt32LE(value, at * 8 + 4)
  }
  const head = Buffer.alloc(64)
  head.writeUInt16LE(program.length, 0)
  head.writeBigUInt64LE(getRawPointer(steps), 8)
  checked('setsockopt', setsockopt(descriptor, SOL_SOCKET, SO_ATTACH_FILTER, head, 16))
}
