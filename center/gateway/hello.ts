import type { AgentFrame } from '../../model/wire/index.ts'
import type { Center, Db } from '../context.ts'
import { uuid7Floor } from '../uuid7.ts'
import { cleanText } from './clean-text.ts'
import { addHostEvents, type HostEvent } from './host-event.ts'
import type { AgentIdentity, Alarms } from './ports.ts'

export type Hello = Extract<AgentFrame, { type: 'hello' }>

/** A clock that is further off breaks the expiry of orders and certificates. */
export const mostSkewSeconds = 300
/** An honest host never gets near; one that claims more would only make its own orders impossible. */
const mostSequence = 1_000_000_000_000

/** Puts what an agent says of itself into its row and its host's, takes it over for this node, and says that it is back. */
export async function recordHello(
  center: Center,
  alarms: Alarms,
  identity: AgentIdentity,
  hello: Hello,
): Promise<void> {
  const at = center.clock()
  const { tenant, agent, host } = identity
  await center.store.tenant(tenant, async db => {
    const before = await db
      .selectFrom('agent')
      .innerJoin('host', 'host.host_id', 'agent.host_id')
      .select([
        'offline_since',
        'offline_reason',
        'clock_skew_seconds',
        'order_sequence',
        'boot',
        'program',
        'connected_at',
      ])
      .where('agent.agent_id', '=', agent)
      .forUpdate('agent')
      .executeTakeFirstOrThrow()
    const skew = (Date.parse(hello.clock) - at.getTime()) / 1_000
    await db
      .updateTable('agent')
      .set({
        program: cleanText(hello.program, 40),
        protocol: hello.protocol,
        capabilities: [...hello.capabilities],
        online: true,
        node_id: center.node,
        connected_at: at,
        last_seen: at,
        offline_since: null,
        offline_reason: null,
        policy_version: Math.min(hello.policyVersion, 2_147_483_647),
        clock_skew_seconds: Math.max(-1e9, Math.min(1e9, skew)),
        order_sequence: Math.max(before.order_sequence, hello.orderSequence <= mostSequence ? hello.orderSequence : 0),
      })
      .where('agent_id', '=', agent)
      .execute()
    await recordHost(db, host, hello)
    await alarms.back(db, identity, at)
    await addHostEvents(db, at, eventsOf(identity, hello, before, { at, skew }))
    if (isTwin(hello, before, skew)) await tellOfTwin(db, identity, hello, at)
  })
  // After the commit: with NOTIFY in them, the transactions of all agents that come back at once would commit one by one.
  await Promise.all([
    center.bus.publish('presence', { tenant, what: 'connected', id: agent, detail: { node: center.node } }),
    center.bus.publish('live', { tenant, what: 'host', id: host }),
  ])
}

async function recordHost(db: Db, host: string, hello: Hello): Promise<void> {
  await db
    .updateTable('host')
    .set({
      hostname: cleanText(hello.hostname, 253),
      system: cleanText(hello.system, 200),
      kernel: cleanText(hello.kernel, 200),
      architecture: cleanText(hello.architecture, 40),
      machine: cleanText(hello.machine, 64),
      boot: cleanText(hello.boot, 64),
      addresses: hello.addresses.map(address => cleanText(address, 64)),
    })
    .where('host_id', '=', host)
    .execute()
}

interface Before {
  readonly offline_since: Date | null
  readonly offline_reason: string | null
  readonly clock_skew_seconds: number | null
  readonly boot: string
  readonly program: string
  readonly connected_at: Date | null
}

/**
 * Two machines use one identity: this agent was running already when another boot of "the same host" connected. A copy of a disk that
 * was made after joining does that.
 */
function isTwin(hello: Hello, before: Before, skew: number): boolean {
  if (before.connected_at === null || before.boot === '' || before.boot === cleanText(hello.boot, 64)) return false
  const startedAt = Date.parse(hello.startedAt) - skew * 1_000
  return startedAt < before.connected_at.getTime() - 60_000
}

/** Once an hour: the two take each other's place again and again. */
async function tellOfTwin(db: Db, { tenant, host, agent }: AgentIdentity, hello: Hello, at: Date): Promise<void> {
  const told = await db
    .selectFrom('host_event')
    .select('event_id')
    .where('host_id', '=', host)
    .where('what', '=', 'two-machines')
    .where('event_id', '>', uuid7Floor(at.getTime() - 3_600_000))
    .limit(1)
    .executeTakeFirst()
  if (told !== undefined) return
  const detail = {
    agent,
    hostname: cleanText(hello.hostname, 253),
    addresses: hello.addresses.slice(0, 10).map(address => cleanText(address, 64)),
  }
  await addHostEvents(db, at, [{ tenant, host, what: 'two-machines', detail }])
}

function eventsOf(
  { tenant, host }: AgentIdentity,
  hello: Hello,
  before: Before,
  { at, skew }: { at: Date; skew: number },
): HostEvent[] {
  const events: HostEvent[] = []
  const rebooted = before.boot !== '' && before.boot !== cleanText(hello.boot, 64)
  if (before.offline_since !== null) {
    const silentSeconds = Math.round((at.getTime() - before.offline_since.getTime()) / 1_000)
    events.push({ tenant, host, what: 'back', detail: { silentSeconds, reason: before.offline_reason, rebooted } })
  } else if (rebooted) events.push({ tenant, host, what: 'rebooted' })
  const wasWrong = Math.abs(before.clock_skew_seconds ?? 0) > mostSkewSeconds
  if (Math.abs(skew) > mostSkewSeconds && !wasWrong)
    events.push({ tenant, host, what: 'clock', detail: { skewSeconds: Math.round(skew) } })
  const program = cleanText(hello.program, 40)
  if (before.program !== '' && before.program !== program)
    events.push({ tenant, host, what: 'program', detail: { before: before.program, after: program } })
  return events
}

/** The agent took leave: it is offline from now on, for the reason that it gave. */
export async function recordGoodbye(
  center: Center,
  { tenant, agent, host }: AgentIdentity,
  reason: string,
): Promise<void> {
  const at = center.clock()
  await center.store.tenant(tenant, async db => {
    const row = await db
      .updateTable('agent')
      .set({ online: false, offline_since: at, offline_reason: reason, last_seen: at })
      .where('agent_id', '=', agent)
      .where('node_id', '=', center.node)
      .where('state', '=', 'active')
      .returning('agent_id')
      .executeTakeFirst()
    if (row === undefined) return
    await addHostEvents(db, at, [{ tenant, host, what: 'goodbye', detail: { reason } }])
    await center.bus.publish('live', { tenant, what: 'host', id: host }, db)
  })
}
