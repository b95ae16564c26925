import { getRawPointer } from 'node:ffi'
import { SystemCallError } from '../libc.ts'
import { checked, lazily } from './system-call.ts'

const AF_PACKET = 17
/** SOCK_DGRAM, SOCK_NONBLOCK, SOCK_CLOEXEC: packets begin with their network header. */
const type = 2 | 0o4000 | 0o2000000
/** ETH_P_ALL in network order: what leaves this host is given to such sockets only. */
const everyProtocol = 0x0300
const SOL_SOCKET = 1
const SO_ATTACH_FILTER = 26
const SO_RCVBUFFORCE = 33
const SOL_PACKET = 263
const PACKET_STATISTICS = 6
const outgoing = 4

const socket = lazily('socket', 'int32', ['int32', 'int32', 'int32'])
const bind = lazily('bind', 'int32', ['int32', 'pointer', 'uint32'])
const setsockopt = lazily('setsockopt', 'int32', ['int32', 'int32', 'int32', 'pointer', 'uint32'])
const getsockopt = lazily('getsockopt', 'int32', ['int32', 'int32', 'int32', 'pointer', 'pointer'])
const recvfrom = lazily('recvfrom', 'int64', ['int32', 'pointer', 'uint64', 'int32', 'pointer', 'pointer'])
const close = lazily('close', 'int32', ['int32'])

/** One instruction of a classic BPF program (linux/filter.h). */
export interface FilterStep {
  readonly code: number
  readonly whenTrue: number
  readonly whenFalse: number
  readonly value: number
}

/** A socket that sees what passes this network namespace. */
export interface PacketSocket {
  /** The next packet into the buffer: its length and whether this host sent it; undefined when none waits. */
  next(into: Buffer): { length: number; sent: boolean } | undefined
  /** From now on only what this program lets through. */
  filter(program: readonly FilterStep[]): void
  /** Packets that the kernel had no room for, since it was last asked. */
  dropped(): number
  close(): void
}

/**
 * packet(7): a copy of the packets of this host's own interfaces as far as a filter lets them through. Never promiscuous, and
 * nothing is ever sent. Throws `SystemCallError`: EPERM without CAP_NET_RAW, EAFNOSUPPORT where the kernel has none.
 */
export function openPacketSocket(program: readonly FilterStep[], bufferBytes: number): PacketSocket {
  // Without a protocol nothing is received before the filter is there.
  const descriptor = checked('socket', socket(AF_PACKET, type, 0))
  const sender = Buffer.alloc(128)
  const senderLength = Buffer.alloc(8)
  try {
    attach(descriptor, program)
    const size = Buffer.alloc(4)
    size.writeInt32LE(bufferBytes, 0)
    setsockopt(descriptor, SOL_SOCKET, SO_RCVBUFFORCE, size, 4)
    const address = Buffer.alloc(20)
    address.writeUInt16LE(AF_PACKET, 0)
    address.writeUInt16LE(everyProtocol, 2)
    checked('bind', bind(descriptor, address, address.length))
  } catch (error) {
    close(descriptor)
    throw error
  }
  return {
    next(into) {
      senderLength.writeUInt32LE(20, 0)
      try {
        const length = checked('recvfrom', recvfrom(descriptor, into, BigInt(into.length), 0, sender, senderLength))
        return { length, sent: sender[10] === outgoing }
      } catch (error) {
        if (error instanceof SystemCallError && ['EAGAIN', 'EINTR', 'ENETDOWN', 'E100'].includes(error.code))
          return undefined
        throw error
      }
    },
    filter: steps => attach(descriptor, steps),
    dropped() {
      const counts = Buffer.alloc(8)
      senderLength.writeUInt32LE(8, 0)
      checked('getsockopt', getsockopt(descriptor, SOL_PACKET, PACKET_STATISTICS, counts, senderLength))
      return counts.readUInt32LE(4)
    },
    close: () => void close(descriptor),
  }
}

function attach(descriptor: number, program: readonly FilterStep[]): void {
  const steps = Buffer.alloc(Math.max(128, program.length * 8))
  for (const [at, { code, whenTrue, whenFalse, value }] of program.entries()) {
    steps.writeUInt16LE(code, at * 8)
    steps.writeUInt8(whenTrue, at * 8 + 2)
    steps.writeUInt8(whenFalse, at * 8 + 3)
    steps.writeUInt32LE(value >>> 0, at * 8 + 4)
  }
  const head = Buffer.alloc(128)
  head.writeUInt16LE(program.length, 0)
  head.writeBigUInt64LE(getRawPointer(steps), 8)
  checked('setsockopt', setsockopt(descriptor, SOL_SOCKET, SO_ATTACH_FILTER, head, 16))
}
