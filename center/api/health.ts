import { monitorEventLoopDelay, performance } from 'node:perf_hooks'
import { sql } from 'kysely'
import type { Health, healthRoutes } from '../../model/api/index.ts'
import type { Center, Db, Handlers, Request } from '../context.ts'
import { notAllowed } from '../problem-error.ts'

/** What the page needs of the process besides its store. */
export interface HealthSources {
  readonly program: string
  readonly liveStreams: () => number
  /** Milliseconds there and back; `undefined`: silent. */
  readonly pingBus: () => Promise<number | undefined>
}

export interface HealthPage {
  readonly handlers: Handlers<typeof healthRoutes>
  stop(): void
}

/** A node that says nothing for this long is taken for dead. */
const aliveSeconds = 30
const soonDays = 14

export function healthPage(sources: HealthSources): HealthPage {
  const delay = monitorEventLoopDelay({ resolution: 20 })
  delay.enable()
  const everyMinute = setInterval(() => delay.reset(), 60_000).unref()
  const lagMs = () => (delay.count === 0 ? 0 : Math.max(0, delay.percentile(99) / 1e6 - 20))
  return {
    handlers: { getHealth: (_, request) => healthOf(request, sources, lagMs()) },
    stop() {
      clearInterval(everyMinute)
      delay.disable()
    },
  }
}

async function healthOf(
  { caller, center, db }: Request,
  sources: HealthSources,
  eventLoopLagMs: number,
): Promise<Health> {
  if (caller.groupsFor('health:read') !== 'all')
    throw notAllowed('The health of the center is for those with rights in all groups.')
  const now = center.clock()
  const busMs = await sources.pingBus()
  const found = {
    at: now.toISOString(),
    node: center.node,
    program: sources.program,
    uptimeSeconds: Math.round(process.uptime()),
    memoryBytes: process.memoryUsage.rss(),
    eventLoopLagMs: round(eventLoopLagMs),
    store: await storeHealth(center),
    bus: { ok: busMs !== undefined, ...(busMs === undefined ? {} : { answeredInMs: round(busMs) }) },
    nodes: await nodesOf(center, now),
    queues: await queuesOf(db, now),
    agents: await agentsOf(db, now),
    deadLetters: await deadLettersOf(db, now),
    liveStreams: sources.liveStreams(),
  }
  return { ...found, troubles: troublesOf(found) }
}

function round(milliseconds: number): number {
  return Math.round(milliseconds * 10) / 10
}

async function storeHealth(center: Center): Promise<Health['store']> {
  const began = performance.now()
  const about = await sql<{ version: string; size: number; connections: number; migration: number | null }>`
    SELECT current_setting('server_version') AS version, pg_database_size(current_database()) AS size,
      (SELECT count(*) FROM pg_stat_activity WHERE datname = current_database())::int AS connections,
      (SELECT max(number) FROM migration)::int AS migration`.execute(center.store.owner)
  const answeredInMs = round(performance.now() - began)
  const row = about.rows[0]
  return {
    version: row?.version ?? '',
    sizeBytes: row?.size ?? 0,
    answeredInMs,
    connections: row?.connections ?? 0,
    ...(row?.migration == null ? {} : { migration: row.migration }),
    largest: await largestTables(center),
  }
}

/** Partitions count for their table. */
async function largestTables(center: Center): Promise<Health['store']['largest']> {
  const found = await sql<{ table: string; sizeBytes: number }>`
    SELECT coalesce(pg_partition_root(c.oid), c.oid)::regclass::text AS "table", sum(pg_total_relation_size(c.oid))::bigint AS "sizeBytes"
    FROM pg_class c JOIN pg_namespace n ON n.oid = c.relnamespace
    WHERE c.relkind = 'r' AND n.nspname = current_schema() GROUP BY 1 ORDER BY 2 DESC, 1 LIMIT 8`.execute(
    center.store.owner,
  )
  return found.rows
}

async function nodesOf(center: Center, now: Date): Promise<Health['nodes']> {
  const rows = await center.store.owner.selectFrom('center_node').selectAll().orderBy('started_at').limit(100).execute()
  return rows.map(row => ({
    id: row.node_id,
    name: row.name,
    startedAt: row.started_at.toISOString(),
    lastSeen: row.last_seen.toISOString(),
    alive: now.getTime() - row.last_seen.getTime() <= aliveSeconds * 1000,
  }))
}

async function queuesOf(db: Db, now: Date): Promise<Health['queues']> {
  const found = await sql<{ name: Health['queues'][number]['name']; length: number; oldest: Date | null }>`
    SELECT 'orders-waiting-approval' AS name, count(*)::int AS length, min(created_at) AS oldest FROM host_order WHERE state = 'waiting-approval' AND ended_at IS NULL
    UNION ALL SELECT 'orders-queued', count(*)::int, min(created_at) FROM host_order WHERE state = 'queued' AND ended_at IS NULL
    UNION ALL SELECT 'orders-unanswered', count(*)::int, min(sent_at) FROM host_order WHERE state = 'sent' AND ended_at IS NULL
    UNION ALL SELECT 'deliveries', count(*)::int, min(due_at) FROM delivery WHERE state = 'due' AND due_at <= ${now}
    UNION ALL SELECT 'enrolments', count(*)::int, min(asked_at) FROM enrolment WHERE state = 'pending'`.execute(db)
  return found.rows.map(({ name, length, oldest }) => ({
    name,
    length,
    ...(oldest === null ? {} : { oldestSeconds: Math.max(0, Math.round((now.getTime() - oldest.getTime()) / 1000)) }),
  }))
}

async function agentsOf(db: Db, now: Date): Promise<Health['agents']> {
  const soon = new Date(now.getTime() + soonDays * 86_400_000)
  const found = await sql<Health['agents']>`
    SELECT (count(*) FILTER (WHERE state = 'active' AND online))::int AS online,
      (count(*) FILTER (WHERE state = 'active' AND NOT online))::int AS offline,
      (count(*) FILTER (WHERE state = 'pending'))::int AS pending,
      (count(*) FILTER (WHERE state = 'revoked'))::int AS revoked,
      (count(*) FILTER (WHERE state = 'active' AND certificate_ends < ${soon}))::int AS "certificatesEndingSoon",
      (count(*) FILTER (WHERE state = 'active' AND tampered_at IS NOT NULL))::int AS tampered
    FROM agent`.execute(db)
  return found.rows[0] ?? { online: 0, offline: 0, pending: 0, revoked: 0, certificatesEndingSoon: 0, tampered: 0 }
}

async function deadLettersOf(db: Db, now: Date): Promise<number> {
  const since = new Date(now.getTime() - 86_400_000)
  const row = await db
    .selectFrom('dead_letter')
    .select(({ fn }) => fn.countAll<number>().as('letters'))
    .where('at', '>=', since)
    .executeTakeFirstOrThrow()
  return row.letters
}

/** What somebody should look at, worst first. */
export function troublesOf(found: Omit<Health, 'troubles'>): string[] {
  const waits = (name: string) => found.queues.find(queue => queue.name === name)
  const unanswered = waits('orders-unanswered')
  const deliveries = waits('deliveries')
  const dead = found.nodes.filter(({ alive }) => !alive)
  const lines: (string | false)[] = [
    !found.bus.ok &&
      'The bus is silent: processes of the center do not hear of each other. See whether the store takes connections.',
    found.store.answeredInMs > 1_000 &&
      `The store took ${found.store.answeredInMs} ms for a small question: look at its disk and load.`,
    found.eventLoopLagMs > 200 &&
      `This process is ${found.eventLoopLagMs} ms late with its work: it has too much of it, or too little CPU.`,
    found.agents.offline > 0 &&
      `${found.agents.offline} of ${found.agents.offline + found.agents.online} agents are offline: see the list of hosts.`,
    found.agents.tampered > 0 && `${found.agents.tampered} agents report tampering: see their alerts.`,
    found.agents.certificatesEndingSoon > 0 &&
      `The certificates of ${found.agents.certificatesEndingSoon} agents end within ${soonDays} days; agents that are online renew them by themselves.`,
    found.deadLetters > 0 &&
      `${found.deadLetters} reports of agents could not be stored in the last 24 hours: see the dead letters.`,
    (unanswered?.oldestSeconds ?? 0) > 600 &&
      `${unanswered?.length} orders were sent and not answered, the oldest ${unanswered?.oldestSeconds} seconds ago.`,
    (deliveries?.oldestSeconds ?? 0) > 600 &&
      `${deliveries?.length} notifications wait, the oldest for ${deliveries?.oldestSeconds} seconds: test the channels.`,
    dead.length > 0 &&
      `Not heard of: ${dead.map(({ name }) => name).join(', ')}. If they were stopped on purpose, this goes away by itself.`,
  ]
  return lines.filter(line => line !== false)
}
