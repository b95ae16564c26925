import { createSocket } from 'node:dgram'
import { isIPv6 } from 'node:net'

/** Sends datagrams in order. A receiver that is not there is seen only now and then (ICMP), so an error may be missing. */
export async function sendDatagrams(messages: readonly Buffer[], address: string, port: number): Promise<void> {
  const socket = createSocket(isIPv6(address) ? 'udp6' : 'udp4')
  const broken = Promise.withResolvers<never>()
  broken.promise.catch(() => undefined)
  socket.on('error', broken.reject)
  try {
    for (const message of messages) await Promise.race([sendOne(message), broken.promise])
  } finally {
    socket.close()
  }

  function sendOne(message: Buffer): Promise<void> {
    return new Promise((resolve, reject) =>
      socket.send(message, port, address, error => (error ? reject(error) : resolve())),
    )
  }
}
