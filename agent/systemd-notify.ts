import { libc } from '../native/libc.ts'

/**
 * Tells systemd how the service is (sd_notify(3)) by one datagram to the socket of NOTIFY_SOCKET. Node has no unix datagrams, so
 * the C library is asked. Returns whether it was sent; a service manager that does not listen is no reason to fail.
 */
export function notifySystemd(socketPath: string, ...lines: readonly string[]): boolean {
  const address = addressOf(socketPath)
  if (address === undefined) return false
  const descriptor = Number(libc('socket', 'int32', ['int32', 'int32', 'int32'])(unix, datagram | closeOnExec, 0))
  if (descriptor < 0) return false
  try {
    const message = Buffer.from(lines.join('\n'))
    const send = libc('sendto', 'int64', ['int32', 'pointer', 'uint64', 'int32', 'pointer', 'uint32'])
    const sent = send(descriptor, message, BigInt(message.length), noSignal | noWait, address, address.length)
    return Number(sent) === message.length
  } finally {
    libc('close', 'int32', ['int32'])(descriptor)
  }
}

const unix = 1
const datagram = 2
const closeOnExec = 0o2000000
const noSignal = 0x4000
const noWait = 0x40

/** sockaddr_un (unix(7)): a path, or after `@` a name without a file. */
function addressOf(path: string): Buffer | undefined {
  const bytes = Buffer.from(path)
  if (bytes.length < 2 || bytes.length > 107 || (bytes[0] !== 0x2f && bytes[0] !== 0x40)) return undefined
  if (bytes[0] === 0x40) bytes[0] = 0
  const family = Buffer.alloc(2)
  family.writeUInt16LE(unix)
  return Buffer.concat([family, bytes])
}
