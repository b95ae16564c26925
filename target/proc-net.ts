import { socketState, writtenIpv6 } from '../native/read/sockets.ts'
import type { FileTree, SocketRow } from './target.ts'

const tables = [
  ['tcp', 'tcp'],
  ['tcp6', 'tcp'],
  ['udp', 'udp'],
  ['udp6', 'udp'],
] as const
const mostBytes = 64 * 1024 * 1024
const line =
  /^ *\d+: ([0-9A-F]{8}|[0-9A-F]{32}):([0-9A-F]{4}) ([0-9A-F]{8}|[0-9A-F]{32}):([0-9A-F]{4}) ([0-9A-F]{2}) \S+ \S+ \S+ +(\d{1,10}) +\d+ (\d{1,20})(?: |$)/

/**
 * Sockets as /proc/net tells them (proc(5)), without byte counts. `directory` is `/proc/net`, or `/proc/PID/net` for those
 * of another network namespace, such as a container's, which SOCK_DIAG of ours does not see.
 */
export function procNetSockets(files: FileTree, directory: string): SocketRow[] {
  return tables.flatMap(([name, protocol]) =>
    (files.text(`${directory}/${name}`, mostBytes) ?? '').split('\n').flatMap(text => rowOf(text, protocol) ?? []),
  )
}

/** One line; undefined for the heading and what is none. Exported for its test. */
export function rowOf(text: string, protocol: 'tcp' | 'udp'): SocketRow | undefined {
  const [, local = '', localPort = '', remote = '', remotePort = '', state = '', uid, inode] = line.exec(text) ?? []
  if (inode === undefined) return undefined
  return {
    protocol,
    state: socketState(protocol, Number.parseInt(state, 16)),
    localAddress: addressOf(local),
    localPort: Number.parseInt(localPort, 16),
    remoteAddress: addressOf(remote),
    remotePort: Number.parseInt(remotePort, 16),
    uid: Number(uid),
    inode: Number(inode),
  }
}

/** 32-bit words in the byte order of the machine, which is little-endian wherever we run. */
function addressOf(hex: string): string {
  const bytes = Buffer.from(hex, 'hex').swap32()
  return bytes.length === 4 ? bytes.join('.') : writtenIpv6(bytes)
}
