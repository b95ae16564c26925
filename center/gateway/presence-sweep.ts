import { sql } from 'kysely'
import type { Center, Db } from '../context.ts'
import { addHostEvents } from './host-event.ts'
import { likelyReason } from './offline-reason.ts'
import { type Alarms, type OfflineReason, offlineReasons, type Silent } from './ports.ts'
import { gather, type OnlineByGroup } from './silence.ts'

/** An agent that was not heard for so long is offline. */
export const offlineSeconds = 50
/** Those that fall silent together are heard last at different moments of a ping's turn; the alarm waits for all of them. */
const settleSeconds = 30
/** A node that wrote nothing for so long holds no agents. */
const nodeSeconds = 20
/** An upgrade that takes longer did not go well. */
const upgradeSeconds = 600
const mostAtOnce = 20_000

/**
 * Marks who is silent, and tells people. One center at a time does it for all of them, also for the agents of a center that died: those
 * get as long as a reconnect may take.
 */
export async function sweepPresence(center: Center, alarms: Alarms, spreadSeconds: number): Promise<void> {
  await center.store.system(async db => {
    const { rows } = await sql<{ mine: boolean }>`
      SELECT pg_try_advisory_xact_lock(hashtext('davylamp presence')) AS mine`.execute(db)
    if (rows[0]?.mine !== true) return
    const at = center.clock()
    await markOffline(db, center, at, spreadSeconds)
    await alarm(db, alarms, at)
    await closeReturned(db, alarms, at)
    await db.deleteFrom('center_node').where('last_seen', '<', ago(at, 86_400)).execute()
  })
}

async function markOffline(db: Db, center: Center, at: Date, spreadSeconds: number): Promise<void> {
  const { rows } = await sql<{
    tenant_id: string
    agent_id: string
    host_id: string
    group_id: string
    certificate_ends: Date | null
    clock_skew_seconds: number | null
    node_gone: boolean
    offline_since: Date
  }>`
    WITH held AS (
      SELECT a.tenant_id, a.agent_id,
        NOT EXISTS (SELECT 1 FROM center_node n WHERE n.node_id = a.node_id AND n.last_seen > ${ago(at, nodeSeconds)}) AS node_gone
      FROM agent a
      WHERE a.online AND a.state = 'active' AND a.last_seen < ${ago(at, offlineSeconds)}
      LIMIT ${mostAtOnce}
    )
    UPDATE agent SET online = false, offline_since = agent.last_seen
    FROM held, host
    WHERE agent.tenant_id = held.tenant_id AND agent.agent_id = held.agent_id
      AND host.tenant_id = agent.tenant_id AND host.host_id = agent.host_id
      AND (NOT held.node_gone OR agent.last_seen < ${ago(at, offlineSeconds + spreadSeconds)})
    RETURNING agent.tenant_id, agent.agent_id, agent.host_id, host.group_id, agent.certificate_ends,
      agent.clock_skew_seconds, held.node_gone, agent.offline_since`.execute(db)
  if (rows.length === 0) return
  const silent = Map.groupBy(rows, row => row.group_id)
  const online = await onlineByGroup(db, [...new Set(rows.map(row => row.tenant_id))])
  const reasons = rows.map((row): OfflineReason => {
    const count = silent.get(row.group_id)?.length ?? 0
    return likelyReason({
      now: at,
      certificateEnds: row.certificate_ends,
      clockSkewSeconds: row.clock_skew_seconds,
      nodeGone: row.node_gone,
      group: { agents: count + (online.get(row.group_id) ?? 0), silent: count },
    })
  })
  await sql`
    UPDATE agent SET offline_reason = why.reason
    FROM unnest(${rows.map(row => row.agent_id)}::uuid[], ${reasons}::text[]) AS why (id, reason)
    WHERE agent.agent_id = why.id`.execute(db)
  const events = rows.map((row, index) => ({
    tenant: row.tenant_id,
    host: row.host_id,
    what: 'offline',
    detail: { since: row.offline_since.toISOString(), reason: reasons[index] },
  }))
  for (let first = 0; first < events.length; first += 1_000)
    await addHostEvents(db, at, events.slice(first, first + 1_000))
  // One host of each group: whoever looks at hosts asks for all of them again.
  for (const [first] of silent.values())
    if (first !== undefined)
      await center.bus.publish('live', { tenant: first.tenant_id, what: 'host', id: first.host_id }, db)
}

async function alarm(db: Db, alarms: Alarms, at: Date): Promise<void> {
  const silent = await silentAgents(db, at)
  for (const [tenant, ofTenant] of Map.groupBy(silent, one => one.agent.tenant)) {
    const oldest = Math.min(...ofTenant.map(one => one.since.getTime()))
    if (oldest > ago(at, offlineSeconds + settleSeconds).getTime()) continue
    for (const silence of gather(ofTenant, await onlineByGroup(db, [tenant]))) {
      const [only] = silence.silent
      if (silence.silent.length === 1 && only !== undefined) await alarms.offline(db, only, at)
      else await alarms.silence(db, silence.silent, silence.group, at)
    }
    const ids = ofTenant.map(one => one.agent.agent)
    await sql`UPDATE agent SET offline_alarmed_at = ${at} WHERE agent_id = ANY(${ids}::uuid[])`.execute(db)
  }
}

/** Whom nobody was told of yet. */
async function silentAgents(db: Db, at: Date): Promise<Silent[]> {
  const rows = await db
    .selectFrom('agent')
    .innerJoin('host', join =>
      join.onRef('host.tenant_id', '=', 'agent.tenant_id').onRef('host.host_id', '=', 'agent.host_id'),
    )
    .select([
      'agent.tenant_id',
      'agent.agent_id',
      'agent.host_id',
      'host.group_id',
      'host.name',
      'agent.offline_since',
      'agent.offline_reason',
    ])
    .where('agent.state', '=', 'active')
    .where('agent.online', '=', false)
    .where('agent.offline_alarmed_at', 'is', null)
    .where('host.removed_at', 'is', null)
    .where('agent.offline_since', '<=', ago(at, offlineSeconds))
    .where(eb =>
      eb.or([
        eb('agent.offline_reason', 'is', null),
        eb('agent.offline_reason', '!=', 'upgrade'),
        eb('agent.offline_since', '<=', ago(at, upgradeSeconds)),
      ]),
    )
    .limit(mostAtOnce)
    .execute()
  return rows.map(row => ({
    agent: { tenant: row.tenant_id, agent: row.agent_id, host: row.host_id, group: row.group_id },
    hostname: row.name,
    since: row.offline_since ?? at,
    reason: offlineReasons.find(reason => reason === row.offline_reason) ?? 'host-or-network',
  }))
}

/** Normally the hello does it; this is for those whom a sweep of a center with a worse view called silent. */
async function closeReturned(db: Db, alarms: Alarms, at: Date): Promise<void> {
  const rows = await db
    .selectFrom('silent_agent')
    .innerJoin('agent', 'agent.agent_id', 'silent_agent.agent_id')
    .innerJoin('host', join =>
      join.onRef('host.tenant_id', '=', 'agent.tenant_id').onRef('host.host_id', '=', 'agent.host_id'),
    )
    .select(['agent.tenant_id', 'agent.agent_id', 'agent.host_id', 'host.group_id'])
    .where(eb => eb.or([eb('agent.online', '=', true), eb('agent.state', '!=', 'active')]))
    .limit(1_000)
    .execute()
  for (const row of rows)
    await alarms.back(db, { tenant: row.tenant_id, agent: row.agent_id, host: row.host_id, group: row.group_id }, at)
}

async function onlineByGroup(db: Db, tenants: readonly string[]): Promise<OnlineByGroup> {
  const { rows } = await sql<{ group_id: string; count: number }>`
    SELECT h.group_id, count(*)::int AS count FROM agent a JOIN host h USING (tenant_id, host_id)
    WHERE a.online AND a.state = 'active' AND a.tenant_id = ANY(${tenants}::uuid[]) GROUP BY h.group_id`.execute(db)
  return new Map(rows.map(row => [row.group_id, row.count]))
}

function ago(at: Date, seconds: number): Date {
  return new Date(at.getTime() - seconds * 1_000)
}
