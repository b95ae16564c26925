import { getRawPointer } from 'node:ffi'
import { SystemCallError } from './libc.ts'
import { checked, lazily } from './read/system-call.ts'

const socket = lazily('socket', 'int32', ['int32', 'int32', 'int32'])
const sendto = lazily('sendto', 'int64', ['int32', 'pointer', 'uint64', 'int32', 'pointer', 'uint32'])
const sendmsg = lazily('sendmsg', 'int64', ['int32', 'pointer', 'int32'])
const getpeername = lazily('getpeername', 'int32', ['int32', 'pointer', 'pointer'])
const close = lazily('close', 'int32', ['int32'])

const unix = 1
/** SOCK_DGRAM, SOCK_CLOEXEC. */
const datagram = 2 | 0o2000000
/** MSG_NOSIGNAL, MSG_DONTWAIT: who listens slowly must not hold us up. */
const noSignalNoWait = 0x4000 | 0x40
const solSocket = 1
const rights = 1

/** What became of a datagram. `unheard`: nobody listens there, or whoever does has no room at the moment. */
export type Sent = 'sent' | 'too-large' | 'unheard'

/** One datagram to a unix socket (unix(7)), which node does not know. `path` as in sd_notify(3): absolute, or after `@` a name without a file. */
export function sendDatagram(path: string, message: Buffer): Sent {
  return withSocket(path, (descriptor, address) => {
    const length = BigInt(message.length)
    checked('sendto', sendto(descriptor, message, length, noSignalNoWait, address, address.length))
  })
}

/** An empty datagram with a copy of a descriptor (SCM_RIGHTS, unix(7)). */
export function sendDescriptor(path: string, passed: number): Sent {
  return withSocket(path, (descriptor, address) => {
    // struct cmsghdr with one int, as CMSG_SPACE(4) lays it out; then struct msghdr.
    const control = Buffer.alloc(24)
    control.writeBigUInt64LE(20n, 0)
    control.writeInt32LE(solSocket, 8)
    control.writeInt32LE(rights, 12)
    control.writeInt32LE(passed, 16)
    const message = Buffer.alloc(56)
    message.writeBigUInt64LE(getRawPointer(address), 0)
    message.writeUInt32LE(address.length, 8)
    message.writeBigUInt64LE(getRawPointer(control), 32)
    message.writeBigUInt64LE(BigInt(control.length), 40)
    checked('sendmsg', sendmsg(descriptor, message, noSignalNoWait))
  })
}

/** The path of the unix socket at the other end of a descriptor; undefined where there is none (getpeername(2)). */
export function peerPath(descriptor: number): string | undefined {
  const address = Buffer.alloc(110)
  const length = Buffer.alloc(4)
  length.writeUInt32LE(address.length)
  if (Number(getpeername(descriptor, address, length)) !== 0 || address.readUInt16LE(0) !== unix) return undefined
  const path = address.toString('utf8', 2, Math.min(length.readUInt32LE(0), address.length))
  return path.startsWith('/') ? path.replace(/\0.*$/s, '') : undefined
}

function withSocket(path: string, send: (descriptor: number, address: Buffer) => void): Sent {
  const address = addressOf(path)
  if (address === undefined) return 'unheard'
  const descriptor = Number(socket(unix, datagram, 0))
  if (descriptor < 0) return 'unheard'
  try {
    send(descriptor, address)
    return 'sent'
  } catch (error) {
    if (!(error instanceof SystemCallError)) throw error
    // EMSGSIZE; ENOBUFS comes of the same (unix(7)).
    return error.errno === 90 || error.code === 'ENOBUFS' ? 'too-large' : 'unheard'
  } finally {
    close(descriptor)
  }
}

/** sockaddr_un (unix(7)): a path, or after `@` a name without a file. */
function addressOf(path: string): Buffer | undefined {
  const bytes = Buffer.from(path)
  if (bytes.length < 2 || bytes.length > 107 || (bytes[0] !== 0x2f && bytes[0] !== 0x40)) return undefined
  if (bytes[0] === 0x40) bytes[0] = 0
  const family = Buffer.alloc(2)
  family.writeUInt16LE(unix)
  return Buffer.concat([family, bytes])
}
