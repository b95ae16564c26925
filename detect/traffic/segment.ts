import { writtenIpv6 } from '../../native/read/sockets.ts'

/** One end of a connection. */
export interface End {
  readonly address: string
  readonly port: number
}

/** What one packet carries of a TCP connection. */
export interface Segment {
  readonly from: End
  readonly to: End
  readonly sequence: number
  /** It opens the connection, in this direction. */
  readonly opens: boolean
  /** It ends the connection. */
  readonly ends: boolean
  readonly bytes: Buffer
}

/** Reads a packet that begins with its IPv4 or IPv6 header; undefined for all that is no TCP, or too short for what it says. */
export function segmentIn(packet: Buffer): Segment | undefined {
  const version = (packet[0] ?? 0) >> 4
  if (version === 4) return overIpv4(packet)
  return version === 6 ? overIpv6(packet) : undefined
}

function overIpv4(packet: Buffer): Segment | undefined {
  if (packet.length < 20) return undefined
  const header = ((packet[0] ?? 0) & 0x0f) * 4
  if (header < 20 || packet[9] !== 6 || (packet.readUInt16BE(6) & 0x1fff) !== 0) return undefined
  const total = Math.min(packet.length, packet.readUInt16BE(2))
  const address = (at: number) => [...packet.subarray(at, at + 4)].join('.')
  return overTcp(packet.subarray(header, total), address(12), address(16))
}

function overIpv6(packet: Buffer): Segment | undefined {
  if (packet.length < 40 || packet[6] !== 6) return undefined
  const total = Math.min(packet.length, 40 + packet.readUInt16BE(4))
  return overTcp(packet.subarray(40, total), writtenIpv6(packet.subarray(8, 24)), writtenIpv6(packet.subarray(24, 40)))
}

function overTcp(tcp: Buffer, source: string, target: string): Segment | undefined {
  if (tcp.length < 20) return undefined
  const header = ((tcp[12] ?? 0) >> 4) * 4
  const flags = tcp[13] ?? 0
  if (header < 20 || header > tcp.length) return undefined
  return {
    from: { address: source, port: tcp.readUInt16BE(0) },
    to: { address: target, port: tcp.readUInt16BE(2) },
    sequence: tcp.readUInt32BE(4),
    opens: (flags & 0x02) !== 0,
    ends: (flags & 0x05) !== 0,
    bytes: tcp.subarray(header),
  }
}
