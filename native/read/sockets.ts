import { SystemCallError } from '../libc.ts'
import { checked, lazily } from './system-call.ts'

/** One inet_diag_msg (linux/inet_diag.h, sock_diag(7)). Addresses are as they are written: IPv4 dotted, IPv6 shortest. */
export interface KernelSocket {
  readonly protocol: 'tcp' | 'udp'
  readonly state: string
  readonly localAddress: string
  readonly localPort: number
  readonly remoteAddress: string
  readonly remotePort: number
  readonly uid: number
  readonly inode: number
  readonly bytesSent?: number
  readonly bytesReceived?: number
}

/** include/net/tcp_states.h, by number. */
const tcpStates = [
  'UNKNOWN',
  'ESTABLISHED',
  'SYN_SENT',
  'SYN_RECV',
  'FIN_WAIT1',
  'FIN_WAIT2',
  'TIME_WAIT',
  'CLOSE',
  'CLOSE_WAIT',
  'LAST_ACK',
  'LISTEN',
  'CLOSING',
  'NEW_SYN_RECV',
]

const protocols = { tcp: 6, udp: 17 }
const families = [2, 10]
const sockDiagByFamily = 20
const requestDump = 0x301
const dumpInterrupted = 0x10
const infoExtension = 2

const socket = lazily('socket', 'int32', ['int32', 'int32', 'int32'])
const setsockopt = lazily('setsockopt', 'int32', ['int32', 'int32', 'int32', 'pointer', 'uint32'])
const send = lazily('send', 'int64', ['int32', 'pointer', 'uint64', 'int32'])
const recv = lazily('recv', 'int64', ['int32', 'pointer', 'uint64', 'int32'])
const close = lazily('close', 'int32', ['int32'])

/**
 * Every TCP and UDP socket of this network namespace, listening ones too, from the kernel by netlink and not from
 * /proc/net, which a preloaded library filters. Throws `SystemCallError` where the kernel cannot tell.
 */
export function kernelSockets(): KernelSocket[] {
  const descriptor = checked('socket', socket(16, 3 | 0o2000000, 4))
  try {
    // A kernel that does not answer must not hold the scan.
    checked('setsockopt', setsockopt(descriptor, 1, 20, timeval(5), 16))
    return (['tcp', 'udp'] as const).flatMap(protocol => families.flatMap(family => dump(descriptor, family, protocol)))
  } finally {
    close(descriptor)
  }
}

function timeval(seconds: number): Buffer {
  const value = Buffer.alloc(16)
  value.writeBigInt64LE(BigInt(seconds), 0)
  return value
}

let sequence = 0

/** Sockets come and go during the dump; the kernel then says so, and it is asked again. */
function dump(descriptor: number, family: number, protocol: 'tcp' | 'udp'): KernelSocket[] {
  for (let attempt = 1; ; attempt++) {
    const request = requestFor(family, protocol, ++sequence)
    checked('send', send(descriptor, request, BigInt(request.length), 0))
    const { sockets, whole } = answers(descriptor, protocol, sequence)
    if (whole || attempt === 3) return sockets
  }
}

function requestFor(family: number, protocol: 'tcp' | 'udp', number: number): Buffer {
  const request = Buffer.alloc(72)
  request.writeUInt32LE(request.length, 0)
  request.writeUInt16LE(sockDiagByFamily, 4)
  request.writeUInt16LE(requestDump, 6)
  request.writeUInt32LE(number, 8)
  request[16] = family
  request[17] = protocols[protocol]
  request[18] = protocol === 'tcp' ? 1 << (infoExtension - 1) : 0
  request.writeUInt32LE(0xffff_ffff, 20)
  return request
}

/** The kernel fills at most 32 KiB at a time (net/netlink/af_netlink.c). */
let answerBuffer: Buffer | undefined

function answers(descriptor: number, protocol: 'tcp' | 'udp', number: number) {
  answerBuffer ??= Buffer.alloc(64 * 1024)
  const buffer = answerBuffer
  const sockets: KernelSocket[] = []
  let whole = true
  for (;;) {
    const length = checked('recv', recv(descriptor, buffer, BigInt(buffer.length), 0))
    if (length === 0) return { sockets, whole }
    for (let at = 0; at + 16 <= length; ) {
      const messageLength = buffer.readUInt32LE(at)
      const end = at + messageLength
      if (messageLength < 16 || end > length) break
      const body = at + 16
      if (buffer.readUInt32LE(at + 8) === number) {
        if ((buffer.readUInt16LE(at + 6) & dumpInterrupted) !== 0) whole = false
        const type = buffer.readUInt16LE(at + 4)
        if (type === 3) return { sockets, whole }
        if (type === 2)
          throw new SystemCallError(`sock_diag ${protocol}`, messageLength < 20 ? 5 : -buffer.readInt32LE(body))
        const row = socketAt(buffer, body, end, protocol)
        if (row !== undefined) sockets.push(row)
      }
      at += (messageLength + 3) & ~3
    }
  }
}

/** The body of one answer; undefined when it is too short. Exported for its test. */
export function socketOf(body: Buffer, protocol: 'tcp' | 'udp'): KernelSocket | undefined {
  return socketAt(body, 0, body.length, protocol)
}

/** In place: a host may have thousands of sockets, looked at every few seconds. */
function socketAt(bytes: Buffer, at: number, end: number, protocol: 'tcp' | 'udp'): KernelSocket | undefined {
  const attributes = at + 72
  if (attributes > end) return undefined
  const family = bytes[at]
  const row = {
    protocol,
    state: socketState(protocol, bytes[at + 1] ?? 0),
    localAddress: addressAt(bytes, at + 8, family),
    localPort: bytes.readUInt16BE(at + 4),
    remoteAddress: addressAt(bytes, at + 24, family),
    remotePort: bytes.readUInt16BE(at + 6),
    uid: bytes.readUInt32LE(at + 64),
    inode: bytes.readUInt32LE(at + 68),
  }
  const info = protocol === 'tcp' ? tcpInfoAt(bytes, attributes, end) : undefined
  if (info === undefined) return row
  return { ...row, bytesSent: countAt(bytes, info + 120), bytesReceived: countAt(bytes, info + 128) }
}

/** The kernel's word for a state of include/net/tcp_states.h; a UDP socket without a remote end is `UNCONN`, as ss(8) says. */
export function socketState(protocol: 'tcp' | 'udp', number: number): string {
  const state = tcpStates[number] ?? 'UNKNOWN'
  return protocol === 'udp' && state === 'CLOSE' ? 'UNCONN' : state
}

/** Where tcp_info begins among the netlink attributes after a message; it has the counts from Linux 4.1 on. */
function tcpInfoAt(bytes: Buffer, from: number, end: number): number | undefined {
  for (let at = from; at + 4 <= end; ) {
    const length = bytes.readUInt16LE(at)
    if (length < 4 || at + length > end) return undefined
    if ((bytes.readUInt16LE(at + 2) & 0x3fff) === infoExtension && length >= 4 + 136) return at + 4
    at += (length + 3) & ~3
  }
  return undefined
}

/** Without BigInt, which would be made for each. */
function countAt(bytes: Buffer, at: number): number {
  return bytes.readUInt32LE(at) + bytes.readUInt32LE(at + 4) * 2 ** 32
}

function addressAt(bytes: Buffer, at: number, family: number | undefined): string {
  if (family === 2) return `${bytes[at]}.${bytes[at + 1]}.${bytes[at + 2]}.${bytes[at + 3]}`
  return writtenIpv6(bytes.subarray(at, at + 16))
}

/** RFC 5952; an IPv4 address inside IPv6 (`::ffff:a.b.c.d`) as the IPv4 address that it is. */
export function writtenIpv6(bytes: Uint8Array): string {
  const groups = Array.from({ length: 8 }, (_, at) => ((bytes[2 * at] ?? 0) << 8) | (bytes[2 * at + 1] ?? 0))
  if (groups.slice(0, 5).every(group => group === 0) && groups[5] === 0xffff) return [...bytes.slice(12, 16)].join('.')
  let longest = { start: -1, length: 1 }
  for (let start = 0; start < 8; start++) {
    let end = start
    while (end < 8 && groups[end] === 0) end++
    if (end - start > longest.length) longest = { start, length: end - start }
  }
  const hex = groups.map(group => group.toString(16))
  if (longest.start === -1) return hex.join(':')
  return `${hex.slice(0, longest.start).join(':')}::${hex.slice(longest.start + longest.length).join(':')}`
}
