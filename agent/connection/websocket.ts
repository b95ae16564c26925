import type { IncomingMessage } from 'node:http'
import type { TLSSocket } from 'node:tls'
import WebSocket from 'ws'
import { mostFrameBytes } from './center-frames.ts'
import { Dialogue, type Farewell, type Hello, type Listener, type Progress } from './dialogue.ts'
import { type CenterTls, oneLine } from './https.ts'
import type { Ended } from './pause.ts'
import { messageOf } from '../own-files.ts'
import type { Spool } from '../spool.ts'

export interface Times {
  /** For TCP, TLS and the upgrade together, and then for the welcome. */
  readonly openSeconds: number
  /** Nothing heard for so long, not even a ping: the connection is dead. */
  readonly silenceSeconds: number
  /** Reports under way for so long without an answer. */
  readonly answerSeconds: number
}

export const usualTimes: Times = { openSeconds: 20, silenceSeconds: 50, answerSeconds: 180 }

export interface WebSocketParts {
  readonly center: string
  readonly tls: CenterTls
  /** Of an earlier connection, for a short handshake. */
  readonly session: Buffer | undefined
  readonly onSession: (session: Buffer) => void
  readonly hello: Hello
  readonly spool: Spool
  readonly listener: Listener
  readonly times: Times
}

/** `reached`: TLS was made, so somebody is there, whatever became of the upgrade. */
export type SocketEnded = Ended & { readonly reached: boolean; readonly upgraded: boolean }

/** One WebSocket connection from its opening to its end. `ended` never rejects. */
export class SocketConnection {
  readonly ended: Promise<SocketEnded>
  readonly #parts: WebSocketParts
  readonly #socket: WebSocket
  readonly #dialogue: Dialogue
  #resolve: (ended: SocketEnded) => void = () => {}
  #over = false
  #reached = false
  #upgraded = false
  #heardAt = performance.now()
  #sentAt = 0
  #timer: NodeJS.Timeout | undefined
  #watch: NodeJS.Timeout | undefined

  constructor(parts: WebSocketParts) {
    this.#parts = parts
    this.#dialogue = new Dialogue(parts.spool, parts.listener)
    this.ended = new Promise(resolve => {
      this.#resolve = resolve
    })
    this.#socket = new WebSocket(new URL('/agent/v1/connect', parts.center).href.replace(/^https/, 'wss'), {
      ...parts.tls,
      ...(parts.session === undefined ? {} : { session: parts.session }),
      minVersion: 'TLSv1.3',
      rejectUnauthorized: true,
      perMessageDeflate: false,
      followRedirects: false,
      maxPayload: mostFrameBytes,
      handshakeTimeout: parts.times.openSeconds * 1_000,
      finishRequest: request => {
        request.on('socket', socket => {
          ;(socket as TLSSocket).on('session', parts.onSession)
          socket.once('secureConnect', () => {
            this.#reached = true
          })
        })
        request.end()
      },
    })
    this.#listen()
  }

  get welcomed(): boolean {
    return this.#dialogue.welcomed
  }

  /** Something new lies in the spool. */
  pump(): void {
    if (this.#over || this.#socket.readyState !== WebSocket.OPEN) return
    const frame = this.#dialogue.nextReports()
    if (frame === undefined) return this.#pumpLater()
    this.#sentAt = performance.now()
    this.#socket.send(frame)
  }

  /** Lossy: dropped unless the line is free. */
  progress(progress: Progress): void {
    if (!this.#dialogue.welcomed || this.#over || this.#socket.bufferedAmount > 65_536) return
    this.#socket.send(JSON.stringify({ type: 'progress', ...progress }))
  }

  /** Takes leave. What is under way may still be answered until the socket closes. */
  close(reason: Farewell, ended: Omit<Ended, 'welcomed'> = { why: 'own-wish', detail: reason }): void {
    if (this.#dialogue.welcomed && this.#socket.readyState === WebSocket.OPEN)
      this.#socket.send(JSON.stringify({ type: 'goodbye', reason }))
    this.#end({ ...ended, welcomed: this.#dialogue.welcomed })
  }

  #listen(): void {
    const socket = this.#socket
    socket.on('open', () => {
      this.#upgraded = true
      this.#heardAt = performance.now()
      socket.send(JSON.stringify(this.#parts.hello))
      this.#watch = setInterval(() => this.#check(), Math.min(5_000, this.#parts.times.silenceSeconds * 250))
    })
    socket.on('ping', () => this.#alive())
    socket.on('message', (data, binary) => {
      if (this.#over) return
      this.#alive()
      if (binary) return this.#fail('center-misbehaved', 'the center sent a binary message')
      this.#heard(String(data))
    })
    socket.on('unexpected-response', (_, response) => this.#refused(response))
    socket.on('error', error => this.#fail(this.#upgraded ? 'lost' : 'unreachable', oneLine(error.message), error))
    socket.on('close', (code, reason) =>
      this.#fail(this.#upgraded ? 'lost' : 'unreachable', `closed: ${code} ${oneLine(String(reason))}`.trim()),
    )
  }

  #heard(text: string): void {
    try {
      const ended = this.#dialogue.heard(text)
      if (ended !== undefined) return this.#end(ended)
      this.pump()
    } catch (error) {
      // The spool's disk is full or broken: what was said is said again on the next connection.
      this.#fail('lost', oneLine(messageOf(error)))
    }
  }

  #alive(): void {
    this.#heardAt = performance.now()
  }

  #refused(response: IncomingMessage): void {
    const status = response.statusCode ?? 0
    response.resume()
    const why = status === 401 || status === 403 ? 'refused' : 'unreachable'
    this.#fail(why, `the center answered with HTTP status ${status}`)
  }

  #check(): void {
    const now = performance.now()
    const { silenceSeconds, answerSeconds, openSeconds } = this.#parts.times
    if (now - this.#heardAt > silenceSeconds * 1_000) return this.#fail('lost', `nothing heard for ${silenceSeconds} s`)
    if (!this.#dialogue.welcomed && now - this.#heardAt > openSeconds * 1_000) return this.#fail('lost', 'no welcome')
    if (this.#dialogue.underWay && now - this.#sentAt > answerSeconds * 1_000)
      this.#fail('lost', `reports were not acknowledged for ${answerSeconds} s`)
  }

  #pumpLater(): void {
    const wait = this.#dialogue.quietMs()
    if (wait === 0 || this.#timer !== undefined) return
    this.#timer = setTimeout(() => {
      this.#timer = undefined
      this.pump()
    }, wait + 10)
  }

  #fail(why: Ended['why'], detail: string, cause?: unknown): void {
    const code = cause instanceof Error ? Reflect.get(cause, 'code') : undefined
    const shown = typeof code === 'string' && !detail.includes(code) ? `${detail} (${code})` : detail
    this.#end({ why, detail: shown, welcomed: this.#dialogue.welcomed })
  }

  #end(ended: Ended): void {
    if (this.#over) return
    this.#over = true
    clearTimeout(this.#timer)
    clearInterval(this.#watch)
    // A peer that does not answer the closing handshake is let go.
    const release = setTimeout(() => this.#socket.terminate(), 2_000)
    this.#socket.on('close', () => clearTimeout(release))
    this.#socket.close()
    this.#resolve({ ...ended, reached: this.#reached, upgraded: this.#upgraded })
  }
}
