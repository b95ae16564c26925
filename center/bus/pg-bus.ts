import { setTimeout as sleep } from 'node:timers/promises'
import { sql } from 'kysely'
import { Client, type ClientConfig, type Notification } from 'pg'
import { z } from 'zod'
import { type Bus, type BusMessage, type Db, type Log, type Store, type Topic, topics } from '../context.ts'

/** NOTIFY takes payloads below 8,000 bytes; what is longer goes without its detail, since rows are the truth. */
const payloadBytes = 7900
const longestPause = 5000
/**
 * Messages that belong to no transaction wait so long for others. NOTIFY lets one transaction commit at a time, and each commit waits
 * for the disk: a message of its own for everything that reports bring would hold up the reports.
 */
const gatherMilliseconds = 20
const mostAtOnce = 1_000
/** A connection that a firewall forgot looks alive until it is used. */
const pulseMilliseconds = 30_000

const messageSchema = z.object({
  tenant: z.string(),
  what: z.string(),
  id: z.string(),
  detail: z.unknown().optional(),
})

type Hear = (message: BusMessage) => void

/** Told after each new connection: what was published in between is lost, so hearers look at their tables. */
export const missedMessage: BusMessage = { tenant: '', what: 'missed', id: '' }

/**
 * LISTEN and NOTIFY on a connection of its own, which comes back by itself. After a loss every hearer gets one message
 * with `what: 'missed'`, because nobody knows what was said meanwhile.
 */
export async function pgBus(store: Store, connection: ClientConfig, log: Log): Promise<Bus> {
  const bus = new PgBus(store, connection, log)
  await bus.listen()
  return bus
}

class PgBus implements Bus {
  readonly #store: Store
  readonly #connection: ClientConfig
  readonly #log: Log
  readonly #hearers = new Map<Topic, Set<Hear>>(topics.map(topic => [topic, new Set()]))
  #client: Client | undefined
  #pulse: NodeJS.Timeout | undefined
  #again: Promise<void> | undefined
  readonly #closed = new AbortController()
  #outbox: Outgoing[] = []
  #sending: Promise<void> | undefined

  constructor(store: Store, connection: ClientConfig, log: Log) {
    this.#store = store
    this.#connection = connection
    this.#log = log
  }

  async listen(): Promise<void> {
    const client = new Client({ ...this.#connection, application_name: 'davylamp-bus', keepAlive: true })
    client.on('notification', note => this.#heard(note))
    client.on('error', () => {})
    client.on('end', () => this.#lost(client))
    try {
      await client.connect()
      await client.query(topics.map(topic => `LISTEN ${channelOf(topic)}`).join(';'))
    } catch (error) {
      client.end().catch(() => {})
      throw error
    }
    this.#client = client
    clearInterval(this.#pulse)
    this.#pulse = setInterval(() => this.#feelPulse(client), pulseMilliseconds)
    this.#pulse.unref()
  }

  async publish(topic: Topic, message: BusMessage, db?: Db): Promise<void> {
    const payload = payloadOf(message)
    if (db !== undefined) return await notify(db, [{ channel: channelOf(topic), payload }])
    const { promise, resolve, reject } = Promise.withResolvers<void>()
    this.#outbox.push({ channel: channelOf(topic), payload, resolve, reject })
    this.#sending ??= this.#sendAll()
    await promise
  }

  subscribe(topic: Topic, hear: Hear): () => void {
    this.#hearers.get(topic)?.add(hear)
    return () => void this.#hearers.get(topic)?.delete(hear)
  }

  async close(): Promise<void> {
    this.#closed.abort()
    clearInterval(this.#pulse)
    await this.#sending
    await this.#again
    const client = this.#client
    this.#client = undefined
    await client?.end()
  }

  /** The first goes at once; those that come meanwhile go together. */
  async #sendAll(): Promise<void> {
    while (this.#outbox.length > 0) {
      const batch = this.#outbox.splice(0, mostAtOnce)
      const pause = sleep(gatherMilliseconds, undefined, { signal: this.#closed.signal }).catch(() => {})
      try {
        await this.#store.system(db => notify(db, batch))
        for (const { resolve } of batch) resolve()
      } catch (error) {
        for (const { reject } of batch) reject(error)
      }
      await pause
    }
    // In the same step as the look at the outbox: what comes in between would wait for ever.
    this.#sending = undefined
  }

  #heard(note: Notification): void {
    const topic = topics.find(one => channelOf(one) === note.channel)
    const message = parse(note.payload ?? '')
    if (topic !== undefined && message !== undefined) this.#tell(topic, message)
  }

  /** One hearer's mistake is not the others'. */
  #tell(topic: Topic, message: BusMessage): void {
    for (const hear of this.#hearers.get(topic) ?? []) {
      try {
        hear(message)
      } catch (error) {
        this.#log.error('a hearer of the bus failed', { topic, reason: error instanceof Error ? error.message : '' })
      }
    }
  }

  #lost(client: Client): void {
    if (this.#closed.signal.aborted || this.#client !== client) return
    this.#client = undefined
    clearInterval(this.#pulse)
    this.#log.warn('the bus lost its connection to the store and connects again')
    this.#again ??= this.#reconnect().finally(() => {
      this.#again = undefined
    })
  }

  async #reconnect(): Promise<void> {
    for (let pause = 50; !this.#closed.signal.aborted; pause = Math.min(longestPause, pause * 2)) {
      const failed = await this.listen().catch((error: unknown) => error ?? true)
      if (failed === undefined) {
        for (const topic of topics) this.#tell(topic, missedMessage)
        return
      }
      await sleep(pause, undefined, { signal: this.#closed.signal }).catch(() => {})
    }
  }

  #feelPulse(client: Client): void {
    const late = setTimeout(() => client.connection.stream.destroy(), pulseMilliseconds / 3)
    late.unref()
    client
      .query('SELECT 1')
      .catch(() => this.#lost(client))
      .finally(() => clearTimeout(late))
  }
}

interface Outgoing {
  readonly channel: string
  readonly payload: string
  resolve(): void
  reject(error: unknown): void
}

async function notify(db: Db, messages: readonly Pick<Outgoing, 'channel' | 'payload'>[]): Promise<void> {
  const channels = messages.map(one => one.channel)
  const payloads = messages.map(one => one.payload)
  await sql`SELECT count(pg_notify(channel, payload))
    FROM unnest(${channels}::text[], ${payloads}::text[]) AS told (channel, payload)`.execute(db)
}

function channelOf(topic: Topic): string {
  return `davylamp_${topic}`
}

function payloadOf(message: BusMessage): string {
  const whole = JSON.stringify(message)
  if (Buffer.byteLength(whole) <= payloadBytes) return whole
  const { tenant, what, id } = message
  const short = JSON.stringify({ tenant, what, id })
  if (Buffer.byteLength(short) <= payloadBytes) return short
  throw new RangeError('a message of the bus is too long: its id may have 200 bytes')
}

/** Whoever may connect to the database may send anything. */
function parse(payload: string): BusMessage | undefined {
  try {
    const parsed = messageSchema.safeParse(JSON.parse(payload))
    return parsed.success ? parsed.data : undefined
  } catch {
    return undefined
  }
}
