import { randomUUID } from 'node:crypto'
import { once } from 'node:events'
import { request } from 'node:https'
import { setTimeout as pause } from 'node:timers/promises'
import { WebSocket } from 'ws'
import { newKeyAndRequest } from '../../../agent/certificate-request.ts'
import { ask } from '../../../agent/connection/https.ts'
import {
  type AgentFrame,
  type CenterFrame,
  type EnrolAnswer,
  enrolAnswer,
  type SignedOrder,
} from '../../../model/wire/index.ts'

export interface Place {
  readonly port: number
  /** The agents' own address: each host has one, so each agent here has one of 127.0.0.0/8. */
  readonly own: string
  /** PEM of the authority. */
  readonly authority: string
}

interface Identity {
  readonly agent: string
  readonly key: string
  readonly certificate: string
  readonly orderKeys: readonly { readonly key: string; readonly publicKey: string }[]
}

interface Waiting {
  readonly sequence: number
  /** JSON of one item. */
  readonly text: string
  /** When it should be sent, in ms. */
  readonly due: number
}

/** What a host does over the wire, without the host: identity, hello, spool, acknowledgements, coming back. */
export class ThinAgent {
  readonly name: string
  /** From when a report was due until its acknowledgement came, in ms. */
  readonly latencies: number[] = []
  /** When it was welcomed last, by `Date.now()`. */
  welcomedAt = 0
  acknowledged = 0
  /** Largest sequence that was made. */
  made = 0
  rejected: string[] = []
  goodbyes: string[] = []
  failures: string[] = []
  waits = 0
  pings = 0
  /** What it says that it can do. */
  capabilities = [
    'scan',
    'scan:quick',
    'clean',
    'prove',
    'undo',
    'restore',
    'block',
    'unblock',
    'cancel',
    'send-quarantined',
  ]
  /** Called for each order; without it orders are left unanswered. */
  onOrder: (order: SignedOrder) => void = () => {}
  readonly #place: Place
  readonly #spool = randomUUID()
  readonly #startedAt = new Date().toISOString()
  #identity: Identity | undefined
  #socket: WebSocket | undefined
  #queue: Waiting[] = []
  #inFlight = false
  #spreadSeconds = 5
  #failed = 0
  #leaving = false

  constructor(name: string, place: Place) {
    this.name = name
    this.#place = place
  }

  get agent(): string {
    return this.#identity?.agent ?? ''
  }

  /** Whose orders a host takes that joined as this one did. */
  get orderKeys(): Identity['orderKeys'] {
    return this.#identity?.orderKeys ?? []
  }

  get connected(): boolean {
    return this.welcomedAt > 0
  }

  get waiting(): number {
    return this.#queue.length
  }

  /** Over the real path: key, CSR, token. Where somebody has to approve, asks again until that was done, or refused. */
  async enrol(token: string): Promise<void> {
    const { privateKey, request: csr } = newKeyAndRequest(this.name)
    const ask = () => this.#post({ token, csr, hostname: this.name, machine: '', program: '0.1.0' })
    let answer = await ask()
    while (answer.state === 'pending') {
      await pause(1_000)
      answer = await ask()
    }
    const { agent, certificate, orderKeys } = answer
    this.#identity = { agent, key: privateKey, certificate, orderKeys }
  }

  connect(): void {
    const identity = this.#identity
    if (identity === undefined || this.#leaving) return
    const { port, own, authority } = this.#place
    const socket = new WebSocket(`wss://127.0.0.1:${port}/agent/v1/connect`, {
      ca: authority,
      cert: identity.certificate,
      key: identity.key,
      localAddress: own,
      perMessageDeflate: false,
      handshakeTimeout: 30_000,
    })
    this.#socket = socket
    let again: number | undefined
    socket.on('open', () => this.#send(this.#hello()))
    socket.on('ping', () => this.pings++)
    socket.on('message', data => {
      const frame: CenterFrame = JSON.parse(data.toString())
      if (frame.type === 'goodbye') {
        this.goodbyes.push(frame.reason)
        again = frame.reconnectAfterSeconds
      } else this.#take(frame)
    })
    socket.on('error', error => this.failures.push(error.message))
    socket.on('close', () => {
      this.welcomedAt = 0
      this.#inFlight = false
      if (this.#socket === socket) this.#comeBack(again)
    })
  }

  /** Puts a report into the spool, and sends it when it is its turn. `text`: JSON of a report. */
  report(text: string, due: number): void {
    const sequence = ++this.made
    const at = new Date().toISOString()
    this.#queue.push({ sequence, due, text: `{"sequence":${sequence},"at":"${at}","report":${text}}` })
    this.#sendNext()
  }

  progress(order: string, step: Omit<Extract<AgentFrame, { type: 'progress' }>, 'type' | 'order'>): void {
    this.#send({ type: 'progress', order, ...step })
  }

  /** A file that an order `send-quarantined` asked for, in one part (model/wire/sent-file.ts). */
  async sendFile(order: string, bytes: Uint8Array): Promise<void> {
    const identity = this.#identity
    if (identity === undefined) throw new Error(`${this.name} has not joined`)
    const { port, authority } = this.#place
    const tls = { ca: authority, cert: identity.certificate, key: identity.key }
    const url = (path: string) => new URL(`https://127.0.0.1:${port}/agent/v1/sent-files/${path}`)
    for (const one of [
      { url: url(`${order}/0`), bytes },
      { url: url(order), body: { parts: 1 } },
    ]) {
      const { status, body } = await ask({ ...one, tls, mostBytes: 65_536 })
      if (status !== 204) throw new Error(`the center answered ${status}: ${body.toString()}`)
    }
  }

  /** For good. With a reason it takes leave as an agent does; without, it falls silent. */
  leave(reason?: 'shutdown' | 'uninstall'): void {
    this.#leaving = true
    if (reason === undefined || this.#socket === undefined) this.#socket?.terminate()
    else {
      this.#send({ type: 'goodbye', reason })
      this.#socket.close()
    }
  }

  #take(frame: CenterFrame): void {
    if (frame.type === 'welcome') {
      this.welcomedAt = Date.now()
      this.#failed = 0
      this.#spreadSeconds = frame.reconnectSpreadSeconds
      this.#forget(frame.acknowledged)
    } else if (frame.type === 'acknowledged') {
      this.#inFlight = false
      for (const { reason } of frame.rejected) this.rejected.push(reason)
      this.#forget(frame.through)
    } else if (frame.type === 'order') {
      this.onOrder(frame.order)
    } else if (frame.type === 'wait') {
      this.waits++
      setTimeout(() => {
        this.#inFlight = false
        this.#sendNext()
      }, frame.seconds * 1_000)
    }
  }

  #forget(through: number): void {
    const now = Date.now()
    this.acknowledged = through
    while (this.#queue[0] !== undefined && this.#queue[0].sequence <= through) {
      this.latencies.push(now - this.#queue[0].due)
      this.#queue.shift()
    }
    this.#sendNext()
  }

  #sendNext(): void {
    if (this.#inFlight || !this.connected || this.#queue.length === 0) return
    this.#inFlight = true
    const items = this.#queue.slice(0, 20).map(one => one.text)
    this.#socket?.send(`{"type":"reports","items":[${items.join(',')}]}`)
  }

  /** As the protocol says: after a random part of the spread, or as long as the goodbye said; doubled for each failure. */
  #comeBack(again: number | undefined): void {
    if (this.#leaving) return
    const longest = this.#spreadSeconds * Math.min(2 ** this.#failed++, 8)
    setTimeout(() => this.connect(), (again ?? Math.random() * longest) * 1_000)
  }

  #hello(): AgentFrame {
    return {
      type: 'hello',
      protocol: 1,
      program: '0.1.0',
      capabilities: this.capabilities,
      hostname: this.name,
      system: 'Debian GNU/Linux 13 (trixie)',
      kernel: '6.18.0',
      architecture: 'x86_64',
      machine: this.#spool.replaceAll('-', ''),
      boot: this.#spool,
      addresses: [this.#place.own],
      startedAt: this.#startedAt,
      clock: new Date().toISOString(),
      spool: this.#spool,
      policyVersion: 0,
      orderSequence: 0,
    }
  }

  #send(frame: AgentFrame): void {
    this.#socket?.send(JSON.stringify(frame))
  }

  async #post(body: object): Promise<EnrolAnswer> {
    const { port, own, authority } = this.#place
    const text = JSON.stringify(body)
    const asked = request({
      host: '127.0.0.1',
      port,
      localAddress: own,
      ca: authority,
      // The address of the token's instructions is checked by its fingerprint; here the authority is known.
      agent: false,
      path: '/agent/v1/enrol',
      method: 'POST',
      headers: { 'content-type': 'application/json', 'content-length': Buffer.byteLength(text) },
    })
    asked.end(text)
    const [response] = await once(asked, 'response')
    const chunks: Buffer[] = []
    for await (const chunk of response) chunks.push(chunk)
    const answer = Buffer.concat(chunks).toString()
    if (response.statusCode !== 200 && response.statusCode !== 202)
      throw new Error(`${this.name} was not enrolled: ${answer.slice(0, 300)}`)
    return enrolAnswer.parse(JSON.parse(answer))
  }
}
