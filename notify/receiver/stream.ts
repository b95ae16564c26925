import { connect as connectPlain, type Socket } from 'node:net'
import { checkServerIdentity, connect as connectTls } from 'node:tls'
import type { Surroundings } from '../channel.ts'
import { ReceiverError } from './trouble.ts'

export interface StreamReceiver {
  readonly address: string
  /** The certificate must be for it. */
  readonly name: string
  readonly port: number
  readonly tls: boolean
  readonly ca?: string | undefined
  readonly certificate?: string | undefined
  readonly key?: string | undefined
  readonly around: Pick<Surroundings, 'signal' | 'timeoutMs'>
}

const usualTimeoutMs = 15_000
const closingMs = 3_000

/**
 * Writes all and closes our side. True once the receiver has closed its own in answer: syslog acknowledges nothing, but a
 * program that closes after our end has read everything before it. False when it leaves the connection open.
 */
export async function sendStream(bytes: Buffer, receiver: StreamReceiver): Promise<boolean> {
  const { promise, resolve, reject } = Promise.withResolvers<boolean>()
  const socket = open(receiver)
  const timer = setTimeout(
    () => socket.destroy(new ReceiverError(`${receiver.name} did not answer in time`, true)),
    receiver.around.timeoutMs ?? usualTimeoutMs,
  )
  let closing: NodeJS.Timeout | undefined
  let written = false
  const stop = () => socket.destroy(new ReceiverError('the sending was stopped', true))
  receiver.around.signal.addEventListener('abort', stop)
  socket.on('error', reject)
  socket.on('close', () => {
    if (written) resolve(true)
    else reject(new ReceiverError(`${receiver.name} closed the connection before it had everything`, true))
  })
  // What it sends is not read into memory, but the end of it must be seen.
  socket.resume()
  socket.once(receiver.tls ? 'secureConnect' : 'connect', () => {
    socket.end(bytes, () => {
      written = true
      closing = setTimeout(() => resolve(false), closingMs)
    })
  })
  try {
    if (receiver.around.signal.aborted) stop()
    return await promise
  } finally {
    clearTimeout(timer)
    clearTimeout(closing)
    receiver.around.signal.removeEventListener('abort', stop)
    socket.destroy()
  }
}

function open({ address, name, port, tls, ca, certificate, key }: StreamReceiver): Socket {
  if (!tls) return connectPlain({ host: address, port, allowHalfOpen: false })
  return connectTls({
    host: address,
    port,
    minVersion: 'TLSv1.2',
    servername: /^[\d.]+$|:/.test(name) ? '' : name,
    checkServerIdentity: (_, peer) => checkServerIdentity(name, peer),
    ...(ca === undefined ? {} : { ca }),
    ...(certificate === undefined || key === undefined ? {} : { cert: certificate, key }),
  })
}
