import { isIP } from 'node:net'
import { type AuthEvent, authEvent, authTrace, displayBytes } from '../../target/index.ts'
import type { LoginEvent } from '../../model/index.ts'

const mostRepeats = 100
const mostConnections = 10_000
const longestAccount = 256

/**
 * Makes log-ins of what one log says, each attempt once, however many of its lines tell of it: `Invalid user x`, `Failed password for
 * invalid user x` and `Connection closed by invalid user x` are one.
 */
export class Attempts {
  /** Connections of which an attempt was told before any line called it failed, and those of which one was. */
  readonly #connections = new Map<string, 'announced' | 'counted'>()

  /** The log-ins that a message adds; `atMs` is when it was written. */
  of(program: string, message: string, atMs: number): LoginEvent[] {
    const event = authEvent(program, message)
    if (event?.kind === 'accepted' || event?.kind === 'failed') return this.#told(event, program, atMs)
    const trace = event === undefined ? authTrace(program, message) : undefined
    if (trace === undefined) return []
    const connection = connectionOf(trace)
    const before = this.#connections.get(connection)
    if (trace.kind === 'ended') this.#connections.delete(connection)
    else if (before === undefined) this.#note(connection, 'announced')
    return before === undefined ? [loginOf({ ...trace, succeeded: false }, program, atMs)] : []
  }

  #told(event: AuthEvent, program: string, atMs: number): LoginEvent[] {
    const connection = connectionOf(event)
    const login = loginOf({ ...event, succeeded: event.kind === 'accepted' }, program, atMs)
    if (login.succeeded) {
      this.#connections.delete(connection)
      return [login]
    }
    const before = this.#connections.get(connection)
    // Clients ask with no method first, to learn which there are.
    if (event.method === 'none') {
      if (before === undefined) this.#note(connection, 'announced')
      return before === undefined ? [login] : []
    }
    this.#note(connection, 'counted')
    const count = Math.min(mostRepeats, event.count) - (before === 'announced' ? 1 : 0)
    return Array.from({ length: count }, () => login)
  }

  #note(connection: string, what: 'announced' | 'counted'): void {
    this.#connections.delete(connection)
    this.#connections.set(connection, what)
    if (this.#connections.size > mostConnections) this.#connections.delete(this.#connections.keys().next().value ?? '')
  }
}

function connectionOf({
  address,
  port,
  user,
}: {
  address?: string | undefined
  port?: number | undefined
  user: string
}) {
  return port === undefined ? `${address} ${user}` : `${address} ${port}`
}

export interface Login {
  readonly succeeded: boolean
  readonly user: string
  readonly address?: string | undefined
  readonly port?: number | undefined
  readonly method?: string | undefined
  readonly known?: boolean | undefined
}

/** The event as all of the program know it. */
export function loginOf(login: Login, service: string, atMs: number): LoginEvent {
  const { succeeded, user, address, port, method, known } = login
  return {
    kind: 'login',
    at: new Date(atMs).toISOString(),
    succeeded,
    service: serviceOf(service),
    ...(user === '' ? {} : { account: displayBytes(user).slice(0, longestAccount) }),
    ...(known === undefined ? {} : { known }),
    ...(address === undefined || address === '' ? {} : { address: plainAddress(address) }),
    ...(port === undefined || Number.isNaN(port) ? {} : { port }),
    ...(method === undefined || method === 'none' ? {} : { method: displayBytes(method).slice(0, 64) }),
  }
}

/** The parts of OpenSSH are one service. */
function serviceOf(program: string): string {
  return program.startsWith('sshd') ? 'sshd' : displayBytes(program).slice(0, 64)
}

/** One form for each address: IPv6 as it is written shortest, IPv4 in IPv6 as IPv4. What is none is shown as it is. */
export function plainAddress(text: string): string {
  const address = text.split('%')[0] ?? text
  if (isIP(address) !== 6) return isIP(text) === 4 ? text : displayBytes(text).slice(0, 256)
  const short = new URL(`http://[${address}]`).hostname.slice(1, -1)
  const mapped = /^::ffff:([0-9a-f]{1,4}):([0-9a-f]{1,4})$/.exec(short)
  if (mapped === null) return short
  const [high, low] = [Number.parseInt(mapped[1] ?? '0', 16), Number.parseInt(mapped[2] ?? '0', 16)]
  return [high >> 8, high & 255, low >> 8, low & 255].join('.')
}
