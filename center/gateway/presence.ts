import { hostname } from 'node:os'
import { sql } from 'kysely'
import type { Alarms } from './ports.ts'
import type { Center } from '../context.ts'
import { offlineSeconds, sweepPresence } from './presence-sweep.ts'
import type { Registry } from './registry.ts'
import type { Session } from './session.ts'

export const pingSeconds = 20
/** When this node could not write for so long, it knows nothing of who is there and begins anew. */
const awaySeconds = 25
const perSecond = 500
const leastSpread = 5

/**
 * Who is there. Pings every 20 s, one UPDATE for all that were heard every 5 s, and a sweep every 10 s that finds who is silent. Each
 * `tick` is one such step; `start` runs them by timers.
 */
export class Presence {
  readonly #center: Center
  readonly #alarms: Alarms
  readonly #registry: Registry
  readonly #lastPing = new WeakMap<Session, number>()
  #agents = 0
  #flushedAt: number
  /** Nobody is called silent before: agents are still on their way back to us. */
  #quietUntil: number
  #reportedUntil = 0
  #timers: NodeJS.Timeout[] = []
  #running = new Set<string>()

  constructor(center: Center, alarms: Alarms, registry: Registry) {
    this.#center = center
    this.#alarms = alarms
    this.#registry = registry
    this.#flushedAt = this.#now()
    this.#quietUntil = Number.POSITIVE_INFINITY
  }

  get spreadSeconds(): number {
    return Math.max(leastSpread, this.#agents / perSecond)
  }

  /** Counts the agents, then begins the quiet time after a start. */
  async start(): Promise<void> {
    await this.#countAgents()
    await this.#tellOfNode()
    this.#beginQuiet()
  }

  runTimers(): void {
    this.#timers = [
      this.#every(1, 'ping', () => this.tickPing()),
      this.#every(5, 'flush', () => this.tickFlush()),
      this.#every(10, 'sweep', () => this.tickSweep()),
    ]
  }

  async stop(): Promise<void> {
    for (const timer of this.#timers) clearInterval(timer)
    await this.#center.store
      .system(db => db.deleteFrom('center_node').where('node_id', '=', this.#center.node).execute())
      .catch(() => {})
  }

  /** Pings those whose turn it is; ends connections that were silent for 50 s. */
  async tickPing(): Promise<void> {
    const now = this.#now()
    for (const session of this.#registry.all()) {
      if (session.busy) session.heard()
      if (now - session.heardAt > offlineSeconds * 1_000) session.end()
      else if (now - (this.#lastPing.get(session) ?? 0) >= pingSeconds * 1_000) {
        this.#lastPing.set(session, now)
        session.ping()
      }
    }
  }

  /** Writes who was heard. Those that are no longer ours (revoked, or connected elsewhere) are let go. */
  async tickFlush(): Promise<void> {
    const now = this.#now()
    const heard = this.#registry.all().filter(session => session.heardAt >= this.#reportedUntil)
    await this.#tellOfNode()
    const ids = heard.map(session => session.identity.agent)
    const times = heard.map(session => new Date(session.heardAt))
    const kept = await this.#center.store.system(async db => {
      const { rows } = await sql<{ agent_id: string }>`
        UPDATE agent SET last_seen = heard.at, online = true, offline_since = NULL, offline_reason = NULL
        FROM unnest(${ids}::uuid[], ${times}::timestamptz[]) AS heard (id, at)
        WHERE agent.agent_id = heard.id AND agent.node_id = ${this.#center.node} AND agent.state = 'active'
        RETURNING agent.agent_id`.execute(db)
      return new Set(rows.map(row => row.agent_id))
    })
    if (now - this.#flushedAt > awaySeconds * 1_000) this.#beginQuiet()
    this.#flushedAt = now
    this.#reportedUntil = now - 1_000
    const lost = heard.filter(session => !kept.has(session.identity.agent))
    if (lost.length > 0) await this.letGo(lost)
  }

  /** Says goodbye to sessions that the store no longer gives to this node. */
  async letGo(sessions: readonly Session[]): Promise<void> {
    const rows = await this.#center.store.system(db =>
      db
        .selectFrom('agent')
        .select(['agent_id', 'state', 'node_id', 'online'])
        .where(
          'agent_id',
          'in',
          sessions.map(session => session.identity.agent),
        )
        .execute(),
    )
    const byId = new Map(rows.map(row => [row.agent_id, row]))
    for (const session of sessions) {
      const row = byId.get(session.identity.agent)
      if (row?.state !== 'active') session.goodbye({ reason: 'revoked', detail: 'Join again with a new token.' })
      else if (row.node_id !== null && row.node_id !== this.#center.node) session.goodbye({ reason: 'replaced' })
    }
  }

  async tickSweep(): Promise<void> {
    await this.#countAgents()
    const now = this.#now()
    if (now < this.#quietUntil || now - this.#flushedAt > awaySeconds * 1_000) return
    await sweepPresence(this.#center, this.#alarms, this.spreadSeconds)
  }

  #beginQuiet(): void {
    this.#quietUntil = this.#now() + (this.spreadSeconds + offlineSeconds) * 1_000
  }

  async #countAgents(): Promise<void> {
    const { count } = await this.#center.store.system(db =>
      db
        .selectFrom('agent')
        .select(sql<number>`count(*)::int`.as('count'))
        .where('state', '=', 'active')
        .executeTakeFirstOrThrow(),
    )
    this.#agents = count
  }

  async #tellOfNode(): Promise<void> {
    const at = this.#center.clock()
    await this.#center.store.system(db =>
      db
        .insertInto('center_node')
        .values({ node_id: this.#center.node, name: hostname(), started_at: at, last_seen: at })
        .onConflict(known => known.column('node_id').doUpdateSet({ last_seen: at }))
        .execute(),
    )
  }

  /** One at a time of each; a step that fails is tried again at the next turn. */
  #every(seconds: number, name: string, step: () => Promise<void>): NodeJS.Timeout {
    const turn = async () => {
      if (this.#running.has(name)) return
      this.#running.add(name)
      try {
        await step()
      } catch (error) {
        const why = error instanceof Error ? error.message : 'unknown'
        this.#center.log.warn('Presence could not be looked after; it is tried again', { step: name, error: why })
      } finally {
        this.#running.delete(name)
      }
    }
    const timer = setInterval(turn, seconds * 1_000)
    timer.unref()
    return timer
  }

  #now(): number {
    return this.#center.clock().getTime()
  }
}
