import type { IncomingMessage, ServerResponse } from 'node:http'
import { createServer, type Server } from 'node:https'
import type { AddressInfo } from 'node:net'
import type { TLSSocket } from 'node:tls'
import { type WebSocket, WebSocketServer } from 'ws'
import { newKeyAndRequest } from '../certificate-request.ts'
import type { StoredIdentity } from '../identity.ts'
import { type TestAuthority, testAuthority, testOrderKey } from './authority.ts'

type Frame = Readonly<Record<string, unknown>>

/** One connection of an agent as the stub holds it. */
export interface Peer {
  readonly socket: WebSocket
  readonly resumed: boolean
  readonly commonName: string
  readonly frames: Frame[]
  say(frame: Frame): void
}

export interface StubOptions {
  readonly authority?: TestAuthority
  readonly names?: readonly string[]
  readonly port?: number
  /** Called for each frame; the usual answers are given unless it returns true. */
  readonly heard?: (peer: Peer, frame: Frame) => boolean | undefined
  readonly http?: (request: IncomingMessage, body: string, response: ServerResponse) => boolean | undefined
  /** Status with which upgrades are refused. */
  readonly refuseUpgrade?: () => number | undefined
  readonly spreadSeconds?: number
  readonly pingSeconds?: number
}

/** A center as far as an agent's connection needs one: real TLS 1.3 with client certificates, real WebSockets, storage in memory. */
export interface StubCenter {
  readonly url: string
  readonly authority: TestAuthority
  readonly peers: Peer[]
  /** Reports by their number, as they were taken, for each spool. */
  readonly taken: Map<string, Map<number, unknown>>
  /** How far each spool is stored. */
  readonly acknowledged: Map<string, number>
  readonly exchanges: Frame[][]
  identity(agent?: string): Promise<StoredIdentity>
  close(): Promise<void>
}

export async function stubCenter(options: StubOptions = {}): Promise<StubCenter> {
  const authority = options.authority ?? (await testAuthority())
  const taken = new Map<string, Map<number, unknown>>()
  const acknowledged = new Map<string, number>()
  const peers: Peer[] = []
  const exchanges: Frame[][] = []
  const orderKey = await testOrderKey()

  const welcome = (spool: string) => ({
    type: 'welcome',
    protocol: 1,
    clock: new Date().toISOString(),
    acknowledged: acknowledged.get(spool) ?? 0,
    pingSeconds: options.pingSeconds ?? 20,
    reconnectSpreadSeconds: options.spreadSeconds ?? 0,
  })
  const store = (spool: string, items: readonly Frame[]) => {
    const held = taken.get(spool) ?? new Map<number, unknown>()
    taken.set(spool, held)
    for (const item of items) {
      const sequence = Number(item['sequence'])
      if (sequence <= (acknowledged.get(spool) ?? 0)) continue
      held.set(sequence, item['report'])
      acknowledged.set(spool, sequence)
    }
    return { type: 'acknowledged', through: acknowledged.get(spool) ?? 0, rejected: [] }
  }

  const server: Server = createServer({
    ...(await authority.server(options.names)),
    ca: authority.certificate,
    requestCert: true,
    rejectUnauthorized: false,
    minVersion: 'TLSv1.3',
  })
  const sockets = new WebSocketServer({ noServer: true, perMessageDeflate: false })
  server.on('upgrade', (request, socket, head) => {
    const tls = request.socket as TLSSocket
    const refused = options.refuseUpgrade?.() ?? (tls.authorized ? undefined : 401)
    if (refused !== undefined) {
      socket.end(`HTTP/1.1 ${refused} No\r\nConnection: close\r\nContent-Length: 0\r\n\r\n`)
      return
    }
    sockets.handleUpgrade(request, socket, head, webSocket => serve(webSocket, tls))
  })
  const serve = (socket: WebSocket, tls: TLSSocket) => {
    const name = tls.getPeerCertificate().subject?.CN
    const peer: Peer = {
      socket,
      resumed: tls.isSessionReused(),
      commonName: Array.isArray(name) ? name.join() : String(name),
      frames: [],
      say: frame => socket.send(JSON.stringify(frame)),
    }
    peers.push(peer)
    let spool = ''
    socket.on('error', () => {})
    socket.on('message', data => {
      const frame = JSON.parse(String(data)) as Frame
      peer.frames.push(frame)
      if (frame['type'] === 'hello') spool = String(frame['spool'])
      if (options.heard?.(peer, frame) === true) return
      if (frame['type'] === 'hello') peer.say(welcome(spool))
      if (frame['type'] === 'reports') peer.say(store(spool, frame['items'] as Frame[]))
    })
  }
  server.on('request', (request, response) => {
    const parts: Buffer[] = []
    request.on('data', part => parts.push(part))
    request.on('end', () => {
      const body = Buffer.concat(parts).toString('utf8')
      if (options.http?.(request, body, response) === true) return
      if (request.url !== '/agent/v1/exchange' || !(request.socket as TLSSocket).authorized) {
        response.writeHead(404).end('{}')
        return
      }
      const { frames } = JSON.parse(body) as { frames: Frame[] }
      exchanges.push(frames)
      const spool = String(frames[0]?.['spool'])
      const answers = frames.flatMap((frame): unknown[] =>
        frame['type'] === 'hello'
          ? [welcome(spool)]
          : frame['type'] === 'reports'
            ? [store(spool, frame['items'] as Frame[])]
            : [],
      )
      response.end(JSON.stringify({ frames: answers, pollSeconds: 1 }))
    })
  })
  await new Promise<void>(resolve => server.listen(options.port ?? 0, '127.0.0.1', resolve))
  const url = `https://127.0.0.1:${(server.address() as AddressInfo).port}`
  return {
    url,
    authority,
    peers,
    taken,
    acknowledged,
    exchanges,
    async identity(agent = crypto.randomUUID()) {
      const { privateKey, request } = newKeyAndRequest('davylamp agent')
      return {
        agent,
        center: url,
        authority: authority.fingerprint,
        orderKeys: [{ key: orderKey.key, publicKey: orderKey.publicKey }],
        privateKey,
        certificate: await authority.client(request, agent),
        authorityCertificate: authority.certificate,
      }
    },
    async close() {
      for (const { socket } of peers) socket.terminate()
      server.closeAllConnections()
      await new Promise(resolve => server.close(resolve))
    },
  }
}

/** Waits until something is so; fails loudly after a time that is only a limit. */
export async function until<T>(what: string, look: () => T | undefined | false, limitMs = 10_000): Promise<T> {
  const end = Date.now() + limitMs
  for (;;) {
    const found = look()
    if (found !== undefined && found !== false) return found
    if (Date.now() > end) throw new Error(`waited in vain: ${what}`)
    await new Promise(resolve => setTimeout(resolve, 10))
  }
}
