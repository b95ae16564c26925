import { Client } from 'pg'
import { runningConnection } from '../../../center/index.ts'

/** The center's embedded PostgreSQL, as its superuser: counts what is really there, behind the back of the center. */
export async function openBehind(state: string): Promise<Client> {
  const connection = await runningConnection(state)
  if (connection === undefined) throw new Error('PostgreSQL does not run')
  const client = new Client({ ...connection, user: 'postgres' })
  client.on('error', () => {})
  await client.connect()
  return client
}

export interface Stored {
  /** Rows of `alert` about hosts: each incident and each finding is one. */
  readonly alerts: number
  /** Those that the list shows: not the findings of an incident. */
  readonly top: number
  /** The same host's incident or finding more than once. */
  readonly doubles: number
  readonly scans: number
  readonly doubleScans: number
  readonly opened: number
  readonly deadLetters: number
}

export async function storedAlerts(client: Client): Promise<Stored> {
  const { rows } = await client.query(`
    SELECT
      (SELECT count(*) FROM alert WHERE about <> 'agent')::int AS alerts,
      (SELECT count(*) FROM alert WHERE about <> 'agent' AND parent_id IS NULL)::int AS top,
      (SELECT count(*) FROM (SELECT FROM alert WHERE about <> 'agent' GROUP BY host_id, about, origin HAVING count(*) > 1) AS twice)::int AS doubles,
      (SELECT count(*) FROM scan)::int AS scans,
      (SELECT count(*) FROM (SELECT FROM scan GROUP BY host_id, origin HAVING count(*) > 1) AS twice)::int AS "doubleScans",
      (SELECT count(*) FROM alert_event WHERE what = 'opened')::int AS opened,
      (SELECT count(*) FROM dead_letter)::int AS "deadLetters"`)
  return rows[0]
}

/** What the center told anybody about agents that are away. */
export async function alarms(client: Client): Promise<{ alarms: number; offline: number }> {
  const { rows } = await client.query(`
    SELECT (SELECT count(*) FROM alert WHERE about = 'agent')::int AS alarms,
      (SELECT count(*) FROM host_event WHERE what = 'offline')::int AS offline`)
  return rows[0]
}

/** Agent id → the last sequence that is stored. */
export async function storedSequences(client: Client): Promise<ReadonlyMap<string, number>> {
  const { rows } = await client.query('SELECT agent_id, acknowledged FROM agent')
  return new Map(rows.map(row => [String(row.agent_id), Number(row.acknowledged)]))
}

/** Rows of `agent` that were written so far, and how many of them within their page (without new index entries). */
export async function agentUpdates(client: Client): Promise<{ updates: number; withinPage: number }> {
  await client.query('SELECT pg_stat_clear_snapshot()')
  const { rows } = await client.query(
    `SELECT n_tup_upd::int AS updates, n_tup_hot_upd::int AS "withinPage" FROM pg_stat_user_tables WHERE relname = 'agent'`,
  )
  return rows[0]
}

export async function serverPid(client: Client): Promise<number> {
  const { rows } = await client.query(`SELECT (regexp_match(pg_read_file('postmaster.pid'), '^\\d+'))[1]::int AS pid`)
  return rows[0].pid
}

export async function tenantOf(client: Client): Promise<string> {
  const { rows } = await client.query('SELECT tenant_id FROM tenant LIMIT 1')
  return rows[0].tenant_id
}
