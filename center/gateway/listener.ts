import { X509Certificate } from 'node:crypto'
import type { IncomingMessage, ServerResponse } from 'node:http'
import { createServer, type Server, type ServerOptions } from 'node:https'
import type { Socket } from 'node:net'
import type { Duplex } from 'node:stream'
import { TLSSocket } from 'node:tls'
import type { ServerCertificate } from '../keys/index.ts'
import { networkOf } from './bucket.ts'
import { sendProblem } from './http.ts'
import { type KnownPeer, knowPeer, type NotKnown } from './identity.ts'
import { ProblemError } from '../problem-error.ts'
import type { Center } from '../context.ts'

/** TLS 1.3 alone; its suites are all good, and are named so that a test can hold them. */
export const cipherSuites = ['TLS_AES_256_GCM_SHA384', 'TLS_CHACHA20_POLY1305_SHA256', 'TLS_AES_128_GCM_SHA256']

export interface ListenerOptions {
  readonly center: Center
  /** PEM of the CA that agents' certificates come from. */
  readonly authority: string
  readonly certificate: ServerCertificate
  readonly host: string
  readonly port: number
  /** Connections of one address (IPv6: /64) that have shown no certificate of ours yet. */
  readonly mostStrangers: number
  /** To finish the handshake, and then the head of a request. Bodies get six times as long. */
  readonly patienceSeconds: number
  /** Paths that need no certificate; `false`: not one of these. */
  stranger(request: IncomingMessage, response: ServerResponse, address: string): Promise<boolean>
  known(peer: KnownPeer, request: IncomingMessage, response: ServerResponse): Promise<void>
  connect(peer: KnownPeer, request: IncomingMessage, socket: Duplex, head: Buffer): void
}

/** The port for agents. Who shows no good certificate gets 401, except on the few paths that need none. */
export async function listen(options: ListenerOptions): Promise<Server> {
  const authority = new X509Certificate(options.authority)
  const server = createServer(tlsOptions(options))
  limitStrangers(server, options.mostStrangers)
  const know = (socket: Duplex) =>
    socket instanceof TLSSocket
      ? knowPeer(options.center.store, authority, socket, options.center.clock())
      : Promise.resolve('no-certificate' as const)
  server.on('request', (request, response) => {
    response.setHeader('strict-transport-security', 'max-age=31536000')
    answer(options, know, request, response).catch((error: unknown) => {
      if (!(error instanceof ProblemError))
        options.center.log.warn('A request of an agent failed', {
          error: error instanceof Error ? error.message : 'unknown',
        })
      sendProblem(response, error)
    })
  })
  server.on('upgrade', (request, socket, head) => {
    socket.on('error', () => socket.destroy())
    upgrade(options, know, request, socket, head).catch(() => refuse(socket, 503, 'Service Unavailable'))
  })
  // Of strangers that speak no TLS, or none that we take; there is nothing to do about them.
  server.on('tlsClientError', (_error, socket) => void socket.destroy())
  server.on('clientError', (_error, socket) => void socket.destroy())
  await new Promise<void>((resolve, reject) => {
    server.once('error', reject)
    server.listen(options.port, options.host, () => {
      server.off('error', reject)
      resolve()
    })
  })
  return server
}

export function secureContext(authority: string, { cert, key }: ServerCertificate) {
  return {
    cert,
    key,
    ca: authority,
    minVersion: 'TLSv1.3',
    ciphers: cipherSuites.join(':'),
    honorCipherOrder: true,
  } as const
}

function tlsOptions({ authority, certificate, patienceSeconds }: ListenerOptions): ServerOptions {
  const patience = patienceSeconds * 1_000
  return {
    ...secureContext(authority, certificate),
    requestCert: true,
    // Enrolment has no certificate yet; everything else is checked in `knowPeer`.
    rejectUnauthorized: false,
    handshakeTimeout: patience,
    headersTimeout: patience,
    requestTimeout: 6 * patience,
    keepAliveTimeout: 30_000,
    connectionsCheckingInterval: patience / 2,
    maxHeaderSize: 8_192,
    ALPNProtocols: ['http/1.1'],
  }
}

type Know = (socket: Duplex) => Promise<KnownPeer | NotKnown>

async function answer(
  options: ListenerOptions,
  know: Know,
  request: IncomingMessage,
  response: ServerResponse,
): Promise<void> {
  if (await options.stranger(request, response, addressOf(request.socket))) return
  const peer = await know(request.socket)
  if (typeof peer === 'string')
    throw new ProblemError(401, peer, 'This needs a client certificate of this center', advice[peer])
  await options.known(peer, request, response)
}

async function upgrade(
  options: ListenerOptions,
  know: Know,
  request: IncomingMessage,
  socket: Duplex,
  head: Buffer,
): Promise<void> {
  if (request.url !== '/agent/v1/connect') return refuse(socket, 404, 'Not Found')
  const peer = await know(socket)
  if (typeof peer === 'string') return refuse(socket, 401, 'Unauthorized', peer)
  options.connect(peer, request, socket, head)
}

const advice: Readonly<Record<NotKnown, string>> = {
  'no-certificate': 'Join this host first: davylamp agent join.',
  'wrong-certificate': 'The certificate comes from another center. Join this host again.',
  'certificate-ended': 'Is the clock of the host right? If it is, join this host again.',
  revoked: 'The identity of this host was revoked or replaced. Join it again with a new token.',
}

/** The reason is in the header `davylamp-reason`, for a WebSocket client sees no body. */
function refuse(socket: Duplex, status: number, text: string, reason?: NotKnown): void {
  const header = reason === undefined ? '' : `davylamp-reason: ${reason}\r\n`
  if (socket.writable)
    socket.end(`HTTP/1.1 ${status} ${text}\r\n${header}connection: close\r\ncontent-length: 0\r\n\r\n`)
  setTimeout(() => socket.destroy(), 2_000).unref()
}

/** Counts connections until they have shown a certificate of our CA: an address cannot take all places from the others. */
function limitStrangers(server: Server, most: number): void {
  const strangers = new Map<string, Set<number | undefined>>()
  const forget = (key: string, port: number | undefined) => {
    const ports = strangers.get(key)
    ports?.delete(port)
    if (ports?.size === 0) strangers.delete(key)
  }
  server.on('connection', (socket: Socket) => {
    const key = networkOf(addressOf(socket))
    const port = socket.remotePort
    const ports = strangers.get(key) ?? new Set()
    if (ports.size >= most) return void socket.destroy()
    strangers.set(key, ports.add(port))
    socket.once('close', () => forget(key, port))
  })
  server.on('secureConnection', (socket: TLSSocket) => {
    const key = networkOf(addressOf(socket))
    const port = socket.remotePort
    if (socket.authorized) forget(key, port)
    else socket.once('close', () => forget(key, port))
  })
}

export function addressOf(socket: { readonly remoteAddress?: string | undefined }): string {
  return (socket.remoteAddress ?? '').replace(/^::ffff:(?=\d+\.)/i, '')
}
