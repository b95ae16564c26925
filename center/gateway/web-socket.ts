import type { IncomingMessage } from 'node:http'
import type { Duplex } from 'node:stream'
import { type WebSocket, WebSocketServer } from 'ws'
import { largestFrame } from '../../model/wire/index.ts'
import type { KnownPeer } from './identity.ts'
import { Session, type SessionParts, type Wire } from './session.ts'

/** What may lie unsent for an agent that does not read. */
const mostUnsent = 16 * 1_048_576
const closeSeconds = 5
/** An agent says hello at once. */
const helloSeconds = 15

/** Sessions over WebSockets. */
export class WebSockets {
  readonly #parts: SessionParts
  readonly #server = new WebSocketServer({
    noServer: true,
    clientTracking: false,
    perMessageDeflate: false,
    maxPayload: largestFrame,
  })

  constructor(parts: SessionParts) {
    this.#parts = parts
  }

  take(peer: KnownPeer, request: IncomingMessage, socket: Duplex, head: Buffer): void {
    this.#server.handleUpgrade(request, socket, head, socketOf => this.#begin(peer, socketOf))
  }

  #begin(peer: KnownPeer, socket: WebSocket): void {
    const session = new Session(this.#parts, peer, wireTo(socket))
    const tooLate = setTimeout(() => {
      if (session.hello === undefined && !session.busy) session.end()
    }, helloSeconds * 1_000)
    tooLate.unref()
    socket.on('message', (data, binary) => {
      if (binary) session.takeBinary()
      else void session.take(textOf(data))
    })
    socket.on('pong', () => session.heard())
    socket.on('close', () => {
      clearTimeout(tooLate)
      session.end()
    })
    // `close` follows.
    socket.on('error', () => {})
  }
}

function wireTo(socket: WebSocket): Wire {
  return {
    send: frame => {
      if (socket.readyState !== socket.OPEN) return
      if (socket.bufferedAmount > mostUnsent) socket.terminate()
      else socket.send(JSON.stringify(frame))
    },
    close: () => {
      if (socket.readyState === socket.CLOSED) return
      socket.resume()
      socket.close(1000)
      setTimeout(() => socket.terminate(), closeSeconds * 1_000).unref()
    },
    ping: () => {
      if (socket.readyState === socket.OPEN) socket.ping()
    },
    pause: () => socket.pause(),
    resume: () => socket.resume(),
  }
}

function textOf(data: Buffer | ArrayBuffer | Buffer[]): string {
  if (Array.isArray(data)) return Buffer.concat(data).toString('utf8')
  return Buffer.isBuffer(data) ? data.toString('utf8') : Buffer.from(data).toString('utf8')
}
