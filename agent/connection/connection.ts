import type { StoredIdentity } from '../identity.ts'
import type { Spool } from '../spool.ts'
import type { Farewell, Hello, Listener, Progress, Welcome } from './dialogue.ts'
import { exchangeFrames } from './exchange.ts'
import type { CenterTls } from './https.ts'
import { type Ended, pauseSeconds } from './pause.ts'
import { SocketConnection, type Times, usualTimes } from './websocket.ts'

export interface ConnectionState {
  readonly state: 'connecting' | 'connected' | 'waiting' | 'stopped'
  readonly way: 'websocket' | 'https'
  /** Since when it is connected, or was last. */
  readonly since?: string
  /** How the last one ended. */
  readonly last?: { readonly why: Ended['why']; readonly detail: string; readonly at: string }
  readonly nextTryAt?: string
  /** Seconds that the host's clock is ahead of the center's. */
  readonly clockAheadSeconds?: number
}

export interface ConnectionParts {
  /** Read anew for each connection: the certificate may have been renewed. */
  readonly identity: () => StoredIdentity
  readonly hello: () => Hello
  readonly spool: Spool
  readonly listener: Listener
  readonly changed?: (state: ConnectionState) => void
  readonly random?: () => number
  readonly times?: Times
  /** Multiplies every pause; for tests. */
  readonly pauseFactor?: number
  readonly webSocketAgainAfterMs?: number
}

/** After so many failed upgrades where somebody was reached, plain HTTPS may work. */
const upgradesBeforeExchange = 3

/** Keeps one connection to the center as long as it is not stopped. Nothing that it does ever waits for the center on behalf of others. */
export class Connection {
  readonly #parts: ConnectionParts
  readonly #stopping = new AbortController()
  #state: ConnectionState = { state: 'connecting', way: 'websocket' }
  #socket: SocketConnection | undefined
  #session: { readonly identity: string; readonly ticket: Buffer } | undefined
  #spreadSeconds = 5
  #failures = 0
  #failedUpgrades = 0
  #wake: () => void = () => {}
  #running: Promise<void> | undefined

  constructor(parts: ConnectionParts) {
    this.#parts = parts
  }

  get state(): ConnectionState {
    return this.#state
  }

  start(): void {
    this.#running ??= this.#run()
  }

  /** Something new lies in the spool. */
  pump(): void {
    this.#socket?.pump()
    if (this.#state.way === 'https' && this.#state.state === 'connected') this.#wake()
  }

  progress(progress: Progress): void {
    this.#socket?.progress(progress)
  }

  /** Ends this connection and makes a new one at once, with whatever identity there is by then. */
  renew(): void {
    this.#socket?.close('restart')
    this.#wake()
  }

  /** Takes leave; resolves when the connection is closed. */
  async stop(reason: Farewell): Promise<void> {
    this.#stopping.abort()
    this.#socket?.close(reason)
    this.#wake()
    await this.#running
    this.#set({ state: 'stopped' })
  }

  async #run(): Promise<void> {
    while (!this.#stopping.signal.aborted) {
      const ended = await this.#once()
      this.#failures = ended.welcomed || ended.why === 'own-wish' ? 0 : this.#failures + 1
      if (this.#stopping.signal.aborted) return
      const pause = pauseSeconds(ended, this.#failures, this.#spreadSeconds, this.#parts.random ?? Math.random)
      const ms = pause * 1_000 * (this.#parts.pauseFactor ?? 1)
      const now = Date.now()
      this.#set({
        state: 'waiting',
        last: { why: ended.why, detail: ended.detail, at: new Date(now).toISOString() },
        nextTryAt: new Date(now + ms).toISOString(),
      })
      this.#parts.listener.log(`${ended.detail}; next try in ${Math.ceil(pause)} s`)
      await this.#sleep(ms)
    }
  }

  async #once(): Promise<Ended> {
    try {
      if (this.#failedUpgrades >= upgradesBeforeExchange) return await this.#exchange()
      return await this.#webSocket()
    } catch (error) {
      // A certificate or key that TLS does not take.
      const detail = error instanceof Error ? error.message : String(error)
      return { why: 'unreachable', detail, welcomed: false }
    }
  }

  async #webSocket(): Promise<Ended> {
    this.#set({ state: 'connecting', way: 'websocket' })
    const identity = this.#parts.identity()
    const partners = identity.certificate + identity.authorityCertificate
    this.#socket = new SocketConnection({
      center: identity.center,
      tls: tlsOf(identity),
      // A resumed handshake shows no certificates, so a ticket serves only between the two who showed theirs.
      session: this.#session?.identity === partners ? this.#session.ticket : undefined,
      onSession: ticket => {
        this.#session = { identity: partners, ticket }
      },
      hello: this.#parts.hello(),
      spool: this.#parts.spool,
      listener: this.#listener(),
      times: this.#parts.times ?? usualTimes,
    })
    const ended = await this.#socket.ended
    this.#socket = undefined
    if (ended.why === 'unreachable') this.#session = undefined
    // A center that is not there says nothing of proxies: one that comes back must not be polled for an hour.
    if (ended.upgraded || ended.why !== 'unreachable') this.#failedUpgrades = 0
    else if (ended.reached) this.#failedUpgrades += 1
    return ended
  }

  async #exchange(): Promise<Ended> {
    this.#set({ state: 'connecting', way: 'https' })
    const identity = this.#parts.identity()
    const ended = await exchangeFrames({
      center: identity.center,
      tls: tlsOf(identity),
      hello: this.#parts.hello(),
      spool: this.#parts.spool,
      listener: this.#listener(),
      sleep: ms => this.#sleep(ms),
      until: performance.now() + (this.#parts.webSocketAgainAfterMs ?? 3_600_000),
      signal: this.#stopping.signal,
    })
    // One WebSocket is tried; if that fails too, the next is an exchange again.
    this.#failedUpgrades = upgradesBeforeExchange - 1
    return ended
  }

  #listener(): Listener {
    return {
      ...this.#parts.listener,
      welcomed: welcome => {
        this.#welcomed(welcome)
        this.#parts.listener.welcomed(welcome)
      },
    }
  }

  #welcomed(welcome: Welcome): void {
    this.#failures = 0
    this.#spreadSeconds = welcome.reconnectSpreadSeconds
    const clockAheadSeconds = Math.round((Date.now() - Date.parse(welcome.clock)) / 1_000)
    if (this.#state.state !== 'connected') this.#set({ state: 'connected', since: new Date().toISOString() })
    this.#set({ clockAheadSeconds })
  }

  #set(change: Partial<ConnectionState>): void {
    const { nextTryAt: _, ...rest } = this.#state
    this.#state = { ...rest, ...change }
    this.#parts.changed?.(this.#state)
  }

  #sleep(ms: number): Promise<void> {
    return new Promise(resolve => {
      const timer = setTimeout(done, ms)
      const wake = () => done()
      function done() {
        clearTimeout(timer)
        resolve()
      }
      this.#wake = wake
      if (this.#stopping.signal.aborted) done()
    })
  }
}

export function tlsOf({ authorityCertificate, certificate, privateKey }: StoredIdentity): CenterTls {
  return { ca: authorityCertificate, cert: certificate, key: privateKey }
}
