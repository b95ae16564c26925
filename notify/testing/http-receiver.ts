import { createServer, type IncomingMessage, type RequestListener, type ServerResponse } from 'node:http'
import { createServer as createTlsServer } from 'node:https'
import type { AddressInfo } from 'node:net'
import type { TestIdentity } from './certificate.ts'

export interface Received {
  readonly method: string
  /** Path and query. */
  readonly path: string
  readonly headers: IncomingMessage['headers']
  readonly body: string
}

export type Responder = (received: Received, answer: ServerResponse) => void

/** A real HTTP(S) server on 127.0.0.1 that keeps what it got. */
export async function httpReceiver(respond: Responder, identity?: TestIdentity) {
  const received: Received[] = []
  const listen: RequestListener = (request, answer) => {
    const parts: Buffer[] = []
    request.on('data', (part: Buffer) => parts.push(part))
    request.on('end', () => {
      const one = {
        method: request.method ?? '',
        path: request.url ?? '',
        headers: request.headers,
        body: Buffer.concat(parts).toString(),
      }
      received.push(one)
      respond(one, answer)
    })
  }
  const server =
    identity === undefined
      ? createServer(listen)
      : createTlsServer({ cert: identity.certificate, key: identity.key }, listen)
  await new Promise<void>(resolve => server.listen(0, '127.0.0.1', resolve))
  const { port } = server.address() as AddressInfo
  return {
    received,
    url: `${identity === undefined ? 'http' : 'https'}://127.0.0.1:${port}`,
    close: () => {
      server.closeAllConnections()
      return new Promise<void>(resolve => server.close(() => resolve()))
    },
  }
}

export function json(value: unknown, status = 200, headers: Record<string, string> = {}): Responder {
  return (_, answer) => {
    answer.writeHead(status, { 'content-type': 'application/json', ...headers })
    answer.end(JSON.stringify(value))
  }
}

export function text(value: string, status = 200, headers: Record<string, string> = {}): Responder {
  return (_, answer) => {
    answer.writeHead(status, headers)
    answer.end(value)
  }
}
