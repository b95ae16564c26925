import { createServer, type Server, type Socket } from 'node:net'
import { messageOf } from './own-files.ts'

export interface DoorParts {
  /** The answer to `GET /metrics`. */
  readonly metrics: () => string
  readonly contentType: string
  readonly log: (line: string) => void
  /** Default 60 s: how long a busy port waits until it is tried again. */
  readonly retryMs?: number
}

const mostRequestBytes = 8_192
const mostConnections = 8
const patienceMs = 5_000

/**
 * Answers `GET /metrics` at an address of this host only. Hand-written, because one answer needs none of what an HTTP server costs in memory.
 * A port that is taken is said and tried again; it is no reason to stop anything.
 */
export class MetricsDoor {
  readonly #parts: DoorParts
  #server: Server | undefined
  #listen: string | undefined
  #retry: NodeJS.Timeout | undefined

  constructor(parts: DoorParts) {
    this.#parts = parts
  }

  /** Where it answers; undefined while it does not. */
  get address(): string | undefined {
    const address = this.#server?.listening === true ? this.#server.address() : undefined
    if (address === undefined || address === null || typeof address === 'string') return undefined
    return address.family === 'IPv6' ? `[${address.address}]:${address.port}` : `${address.address}:${address.port}`
  }

  /** `HOST:PORT` of the configuration, which may be another than before; undefined: nobody listens. */
  settle(listen: string | undefined): void {
    if (listen === this.#listen) return
    this.close()
    this.#listen = listen
    if (listen !== undefined) this.#open(listen)
  }

  close(): void {
    clearTimeout(this.#retry)
    this.#server?.close()
    this.#server = undefined
    this.#listen = undefined
  }

  #open(listen: string): void {
    const [, host = '', port = ''] = /^\[?([^\]]+)\]?:(\d+)$/.exec(listen) ?? []
    const server = createServer({ allowHalfOpen: true }, socket => answer(socket, this.#parts))
    server.maxConnections = mostConnections
    server.on('error', error => {
      if (this.#server !== server) return
      this.#parts.log(
        `no metrics at ${listen}: ${messageOf(error)}. It is tried again; another address: metrics.listen in agent.yml`,
      )
      this.#retry = setTimeout(() => this.#open(listen), this.#parts.retryMs ?? 60_000)
      this.#retry.unref()
    })
    this.#server = server
    server.listen({ host, port: Number(port), backlog: 16 }, () =>
      this.#parts.log(`metrics at http://${listen}/metrics`),
    )
  }
}

function answer(socket: Socket, { metrics, contentType, log }: DoorParts): void {
  let head = ''
  socket.setEncoding('latin1')
  socket.setTimeout(patienceMs, () => socket.destroy())
  socket.on('error', () => socket.destroy())
  socket.on('data', (text: string) => {
    head += text
    if (head.length > mostRequestBytes) return void socket.destroy()
    if (!/\r?\n\r?\n/.test(head)) return
    socket.removeAllListeners('data').resume()
    const [, method = '', path = ''] = /^([A-Z]+) ([^ ?]+)(?:\?\S*)? HTTP\/1\.[01]\r?\n/.exec(head) ?? []
    socket.end(reply(method, path))
  })
  // Whoever closes before the end of the question gets no answer.
  socket.on('end', () => socket.end())

  function reply(method: string, path: string): string {
    if (method === '') return whole('400 Bad Request', 'text/plain', 'this is no HTTP/1 request\n', true)
    if (method !== 'GET' && method !== 'HEAD') return whole('405 Method Not Allowed', 'text/plain', 'only GET\n', true)
    if (path !== '/metrics') return whole('404 Not Found', 'text/plain', 'there is only /metrics\n', method === 'GET')
    try {
      return whole('200 OK', contentType, metrics(), method === 'GET')
    } catch (error) {
      log(`metrics: ${messageOf(error)}`)
      return whole('500 Internal Server Error', 'text/plain', 'see the log of the agent\n', method === 'GET')
    }
  }
}

function whole(status: string, type: string, body: string, withBody: boolean): string {
  const head = [`HTTP/1.1 ${status}`, `Content-Type: ${type}`, `Content-Length: ${Buffer.byteLength(body)}`]
  // Node writes this text as UTF-8, the body's charset; the head is ASCII.
  return `${[...head, 'Cache-Control: no-store', 'Connection: close'].join('\r\n')}\r\n\r\n${withBody ? body : ''}`
}
