import {
  type AgentFrame,
  agentFrame,
  type CenterFrame,
  oldestProtocol,
  protocolVersion,
} from '../../model/wire/index.ts'
import { recordGoodbye, recordHello, type Hello } from './hello.ts'
import { Flow, type InWork } from './flow.ts'
import type { GatewayParts } from './gateway-parts.ts'
import { parseJson } from './json.ts'
import type { KnownPeer } from './identity.ts'
import type { AgentIdentity } from './ports.ts'

type Goodbye = Extract<CenterFrame, { type: 'goodbye' }>

/** How frames reach the agent. */
export interface Wire {
  send(frame: CenterFrame): void
  /** After the goodbye, which was sent. */
  close(): void
  ping(): void
  /** Takes nothing from the network until `resume`: the sender's own buffers fill. */
  pause(): void
  resume(): void
}

export interface SessionParts extends GatewayParts {
  readonly inWork: InWork
  readonly pingSeconds: number
  reconnectSpreadSeconds(): number
  /** The hello was taken: replaces an earlier session of the same agent. */
  opened(session: Session): void
  closed(session: Session): void
}

const mostStrikes = 5
/** With so many frames waiting, nothing more is read. */
const pauseAt = 8
/** What one read from the network can still hold after that. */
const mostQueued = 5_000
const storeAwaySeconds = 5

/** One connection of one agent. Frames are worked on strictly one after the other. */
export class Session {
  readonly peer: KnownPeer
  /** When the agent was heard last, in ms. */
  heardAt: number
  hello: Hello | undefined
  readonly #parts: SessionParts
  readonly #wire: Wire
  readonly #flow: Flow
  #strikes = 0
  #queued = 0
  #work: Promise<void> = Promise.resolve()
  #ended = false
  #delivering = false
  #deliverMore = false

  constructor(parts: SessionParts, peer: KnownPeer, wire: Wire) {
    this.#parts = parts
    this.peer = peer
    this.#wire = wire
    this.heardAt = this.#now()
    this.#flow = new Flow(this.heardAt)
  }

  get identity(): AgentIdentity {
    return this.peer.identity
  }

  /** Works on a frame: then it may not have been able to answer a ping. */
  get busy(): boolean {
    return this.#queued > 0
  }

  get ended(): boolean {
    return this.#ended
  }

  /** Resolves when the frame was worked on. Never rejects. */
  take(text: string): Promise<void> {
    if (this.#ended) return Promise.resolve()
    this.heard()
    if (++this.#queued === pauseAt) this.#wire.pause()
    if (this.#queued > mostQueued) {
      this.#misbehaved('Wait for the acknowledgement before you send more.')
      return Promise.resolve()
    }
    this.#work = this.#work.then(() => this.#takeNext(text))
    return this.#work
  }

  /** The same process of the agent, with the same spool, said this hello to this session. */
  saidBefore(frame: unknown): boolean {
    const parsed = agentFrame.safeParse(frame)
    if (this.#ended || this.hello === undefined || !parsed.success || parsed.data.type !== 'hello') return false
    const { spool, startedAt, boot } = parsed.data
    return spool === this.hello.spool && startedAt === this.hello.startedAt && boot === this.hello.boot
  }

  /** To one that polls: how far its reports are stored. */
  async welcomeAgain(): Promise<void> {
    const { hello } = this
    if (hello === undefined) return
    this.#sendWelcome(hello, (await this.#parts.ingest.hello(this.identity, hello.spool)).acknowledged)
  }

  /** What is no text message ends the connection at once. */
  takeBinary(): void {
    this.#misbehaved('Frames are JSON text messages.')
  }

  heard(): void {
    this.heardAt = this.#now()
  }

  ping(): void {
    if (!this.#ended) this.#wire.ping()
  }

  /** Hands over what waits; asked again while it runs, it looks again. */
  async deliver(again: boolean): Promise<void> {
    if (this.#ended || this.hello === undefined) return
    if (this.#delivering) {
      this.#deliverMore = true
      return
    }
    this.#delivering = true
    try {
      let resend = again
      do {
        this.#deliverMore = false
        for await (const order of this.#parts.orders.waiting(this.identity, resend))
          this.#send({ type: 'order', order })
        resend = false
      } while (this.#deliverMore && !this.#ended)
    } catch (error) {
      this.#parts.center.log.warn('Orders could not be handed over; they are tried again', this.#fields(error))
    } finally {
      this.#delivering = false
    }
  }

  async tellPolicy(): Promise<void> {
    if (this.#ended || this.hello === undefined) return
    try {
      const { policy, packs } = await this.#parts.policies.of(this.identity)
      this.#send({ type: 'policy', policy })
      this.#send({ type: 'rules', packs: [...packs] })
    } catch (error) {
      this.#parts.center.log.warn('The policy could not be handed over', this.#fields(error))
    }
  }

  goodbye(why: Omit<Goodbye, 'type'>): void {
    if (this.#ended) return
    this.#send({ type: 'goodbye', ...why })
    this.end()
  }

  /** The connection is gone. */
  end(): void {
    if (this.#ended) return
    this.#ended = true
    this.#wire.close()
    this.#parts.closed(this)
  }

  /** When everything that was taken has been worked on. */
  settled(): Promise<void> {
    return this.#work
  }

  async #takeNext(text: string): Promise<void> {
    try {
      if (!this.#ended) await this.#takeFrame(text)
    } catch (error) {
      this.#parts.center.log.warn('A frame could not be worked on; the agent is told to wait', this.#fields(error))
      if (this.hello === undefined) this.end()
      else this.#send({ type: 'wait', seconds: storeAwaySeconds })
    } finally {
      if (--this.#queued === 0 && !this.#ended) this.#wire.resume()
    }
  }

  async #takeFrame(text: string): Promise<void> {
    const bytes = Buffer.byteLength(text)
    const wait = this.#flow.take(bytes, this.#now())
    if (wait === 'flood') return this.#misbehaved('You were told to wait and did not.')
    if (wait > 0) return this.#send({ type: 'wait', seconds: wait })
    const done = await this.#parts.inWork.with(bytes, () => this.#carryOut(text))
    if (done !== 'busy') return
    // One without a hello connects again.
    if (this.hello === undefined) this.end()
    else this.#send({ type: 'wait', seconds: 1 })
  }

  async #carryOut(text: string): Promise<void> {
    if (this.#ended) return
    const parsed = agentFrame.safeParse(parseJson(text)?.value)
    if (!parsed.success) return this.#strike('A frame was not as the protocol has it.')
    const frame = parsed.data
    if (frame.type === 'hello') return this.#takeHello(frame)
    const { hello } = this
    if (hello === undefined) return this.#misbehaved('The first frame must be a hello.')
    switch (frame.type) {
      case 'reports':
        return this.#takeReports(hello.spool, frame.items)
      case 'progress':
        return this.#takeProgress(frame)
      case 'goodbye':
        await recordGoodbye(this.#parts.center, this.identity, frame.reason)
        return this.end()
    }
  }

  async #takeHello(hello: Hello): Promise<void> {
    if (this.hello !== undefined) return this.#misbehaved('There is one hello for a connection.')
    if (hello.protocol < oldestProtocol || hello.protocol > protocolVersion) {
      const detail = `This center speaks ${oldestProtocol} to ${protocolVersion}, the agent ${hello.protocol}. Upgrade the older of the two.`
      return this.goodbye({ reason: 'unknown-protocol', detail, reconnectAfterSeconds: 600 })
    }
    const { center, ingest, alarms } = this.#parts
    await recordHello(center, alarms, this.identity, hello)
    const { acknowledged } = await ingest.hello(this.identity, hello.spool)
    if (this.#ended) return
    this.hello = hello
    this.#parts.opened(this)
    this.#sendWelcome(hello, acknowledged)
    await this.tellPolicy()
    await this.deliver(true)
  }

  #sendWelcome({ protocol }: Hello, acknowledged: number): void {
    this.#send({
      type: 'welcome',
      protocol: Math.min(protocol, protocolVersion),
      clock: this.#parts.center.clock().toISOString(),
      acknowledged,
      pingSeconds: this.#parts.pingSeconds,
      reconnectSpreadSeconds: this.#parts.reconnectSpreadSeconds(),
    })
  }

  async #takeReports(spool: string, items: readonly unknown[]): Promise<void> {
    const result = await this.#parts.ingest.reports(this.identity, spool, items)
    const rejected = result.rejected
      .slice(0, 200)
      .map(({ sequence, reason }) => ({ sequence, reason: reason.slice(0, 1_000) }))
    this.#send({ type: 'acknowledged', through: result.through, rejected })
  }

  async #takeProgress({ type: _, ...detail }: Extract<AgentFrame, { type: 'progress' }>) {
    if (!this.#flow.showsProgress(this.#now())) return
    const { tenant, host } = this.identity
    await this.#parts.center.bus.publish('live', { tenant, what: 'progress', id: host, detail })
  }

  #strike(detail: string): void {
    if (this.hello === undefined || ++this.#strikes >= mostStrikes) this.#misbehaved(detail)
  }

  #misbehaved(detail: string): void {
    if (this.#ended) return
    this.#parts.center.log.warn('An agent misbehaved and was disconnected', { ...this.#fields(), detail })
    this.goodbye({ reason: 'misbehaved', detail, reconnectAfterSeconds: 300 })
  }

  #send(frame: CenterFrame): void {
    if (!this.#ended) this.#wire.send(frame)
  }

  #now(): number {
    return this.#parts.center.clock().getTime()
  }

  #fields(error?: unknown): Record<string, unknown> {
    const { agent, host } = this.identity
    return {
      agent,
      host,
      ...(error === undefined ? {} : { error: error instanceof Error ? error.message : 'unknown' }),
    }
  }
}
