import { setTimeout as sleep } from 'node:timers/promises'
import type { Client } from 'pg'
import type { Figures } from './figures.ts'
import { time } from './figures.ts'
import type { Fleet } from './fleet.ts'
import { costOf, costOfTree } from './process-cost.ts'
import { agentUpdates, openBehind, serverPid, tenantOf } from './store.ts'

const settleSeconds = 15
const watchSeconds = 20
/** 100,000 hosts that are heard once a minute, written every 5 s. */
const paperHeartbeats = Math.round((100_000 / 60) * 5)

/** What connections cost when nothing happens, and what it costs to note who is there. Leaves the agents connected. */
export async function measureIdle(fleet: Fleet, figures: Figures): Promise<void> {
  await fleet.restart('SIGTERM')
  await sleep(settleSeconds * 1_000)
  const alone = costOf(fleet.center().pid).residentMegabytes
  const began = Date.now()
  await fleet.agents.all({ ask: 'connect', withinSeconds: 10 })
  const last = await fleet.agents.untilConnected(120)
  figures.add(`${fleet.count} agents connect, mutual TLS 1.3, within 10 s`, time(last - began))
  await sleep(settleSeconds * 1_000)
  const behind = await openBehind(fleet.state)
  try {
    await watchHeartbeats(fleet, behind, figures)
    const full = costOf(fleet.center().pid).residentMegabytes
    figures.add('center without agents (RSS)', `${alone.toFixed(0)} MB`)
    figures.add(`center with ${fleet.count} agents (RSS)`, `${full.toFixed(0)} MB`)
    const each = ((full - alone) * 1_024) / fleet.count
    figures.add('memory for each agent', `${each.toFixed(0)} KB`, '57 KB for the connection alone')
    const { took, rows } = await flushOf(behind, paperHeartbeats)
    figures.add(
      `one UPDATE for ${rows} heartbeats`,
      `${time(took)}, of 5 s`,
      '1,667 heartbeats/s in one UPDATE per 5 s',
      took < 5_000,
    )
  } finally {
    await behind.end()
  }
}

async function watchHeartbeats(fleet: Fleet, behind: Client, figures: Figures): Promise<void> {
  const server = await serverPid(behind)
  const look = async () => ({
    at: Date.now(),
    ...(await agentUpdates(behind)),
    center: costOf(fleet.center().pid).cpuSeconds,
    server: costOfTree(server).cpuSeconds,
  })
  const before = await look()
  await sleep(watchSeconds * 1_000)
  const after = await look()
  const seconds = (after.at - before.at) / 1_000
  const updates = after.updates - before.updates
  const share = updates === 0 ? 0 : ((after.withinPage - before.withinPage) / updates) * 100
  figures.add(
    `heartbeats of ${fleet.count} idle agents`,
    `${(updates / seconds).toFixed(0)} rows/s, ${share.toFixed(0)} % within their page`,
    `${(fleet.count / 20).toFixed(0)} pings/s`,
  )
  const percent = (now: number, then: number) => `${(((now - then) / seconds) * 100).toFixed(1)} %`
  figures.add(
    'CPU for them',
    `center ${percent(after.center, before.center)}, database ${percent(after.server, before.server)} of a core`,
  )
}

/** The statement of presence.ts for as many agents as a large fleet has, in a transaction that is taken back. */
async function flushOf(behind: Client, count: number): Promise<{ took: number; rows: number }> {
  const tenant = await tenantOf(behind)
  await behind.query('BEGIN')
  try {
    await behind.query(
      `INSERT INTO agent (tenant_id, agent_id, host_id, state, online, node_id, certificate_serial)
       SELECT $1, gen_random_uuid(), (SELECT host_id FROM host LIMIT 1), 'active', true, $1, 'none'
       FROM generate_series(1, $2)`,
      [tenant, count],
    )
    const { rows } = await behind.query('SELECT agent_id FROM agent WHERE node_id = $1', [tenant])
    const ids = rows.map(row => row.agent_id)
    const at = performance.now()
    const { rowCount } = await behind.query(
      `UPDATE agent SET last_seen = heard.at, online = true, offline_since = NULL, offline_reason = NULL
       FROM unnest($1::uuid[], $2::timestamptz[]) AS heard (id, at)
       WHERE agent.agent_id = heard.id AND agent.node_id = $3 AND agent.state = 'active'
       RETURNING agent.agent_id`,
      [ids, ids.map(() => new Date()), tenant],
    )
    return { took: performance.now() - at, rows: rowCount ?? 0 }
  } finally {
    await behind.query('ROLLBACK')
  }
}
