import { Client } from 'pg'
import { runningConnection } from '../../../center/index.ts'
import { makePartitions } from '../../../center/store/partitions.ts'
import type { Figures } from './figures.ts'
import { time } from './figures.ts'
import type { Fleet } from './fleet.ts'
import { openBehind, tenantOf } from './store.ts'

/** What a list is asked about; all of it exists. */
export interface Filled {
  readonly hosts: number
  readonly alerts: number
  readonly host: string
  readonly group: string
  readonly campaign: string
  readonly hash: string
}

const dayMs = 86_400_000
/** Over which what is filled in lies. */
export const days = 90
const groups = 20

/** Hosts up to `hosts` and alerts up to `alerts`, over the last 90 days, a partition for each; every second one is a finding of an incident. */
export async function fill(
  fleet: Pick<Fleet, 'state'>,
  hosts: number,
  alerts: number,
  figures: Pick<Figures, 'say'>,
): Promise<Filled> {
  const began = Date.now()
  await makeDays(fleet.state, ['alert'])
  const behind = await openBehind(fleet.state)
  try {
    const tenant = await tenantOf(behind)
    await behind.query('SET synchronous_commit = off')
    await behind.query(groupsAndHosts, [tenant, groups, hosts])
    const { rows: had } = await behind.query('SELECT count(*)::int AS count FROM alert')
    const missing = Math.max(0, alerts - Number(had[0]?.count))
    for (let first = 0; first < missing; first += 100_000) {
      const last = Math.min(first + 100_000, missing) - 1
      await behind.query(someAlerts, [tenant, first, last, missing, days])
    }
    for (const table of ['alert', 'host', 'host_group', 'agent']) await behind.query(`ANALYZE ${table}`)
    const { rows } = await behind.query(`
      SELECT (SELECT count(*) FROM host)::int AS hosts, (SELECT count(*) FROM alert)::int AS alerts, host_id AS host, group_id AS group,
        '00000000-0000-7000-8000-000000000007' AS campaign, encode(sha256('hash 77'), 'hex') AS hash
      FROM host WHERE name = 'filled-00500'`)
    figures.say(`filled to ${rows[0].alerts} alerts of ${rows[0].hosts} hosts in ${time(Date.now() - began)}`)
    return rows[0]
  } finally {
    await behind.end()
  }
}

/** Partitions of the last 90 days, as the center would have made them day by day. */
export async function makeDays(state: string, tables: readonly string[]): Promise<void> {
  const owner = new Client(await runningConnection(state))
  await owner.connect()
  try {
    const today = Math.floor(Date.now() / dayMs)
    await owner.query('BEGIN')
    const past = Array.from({ length: days }, (_, index) => today - days + index)
    await makePartitions(owner, Object.fromEntries(tables.map(table => [table, past])))
    await owner.query('COMMIT')
  } finally {
    await owner.end()
  }
}

const groupsAndHosts = `
  WITH input AS (SELECT $1::uuid AS tenant, $2::int AS groups, $3::int AS hosts),
  made AS (
    INSERT INTO host_group (tenant_id, group_id, name, parent_id)
    SELECT tenant, gen_random_uuid(), 'group ' || n, (SELECT group_id FROM host_group WHERE parent_id IS NULL LIMIT 1)
    FROM input, generate_series(1, groups) AS n RETURNING group_id),
  numbered AS (SELECT group_id, row_number() OVER () AS n FROM made)
  INSERT INTO host (tenant_id, host_id, group_id, name, hostname, region)
  SELECT tenant, gen_random_uuid(), numbered.group_id, 'filled-' || lpad(h::text, 5, '0'), 'filled-' || h, 'region ' || h % 5
  FROM input, generate_series(1, hosts - (SELECT count(*) FROM host)::int) AS h JOIN numbered ON numbered.n = 1 + h % 20`

/** $2 to $3 of $4, evenly over $5 days. Bodies have the size of a finding; what repeats (types, rules, families) does so unevenly. */
const someAlerts = `
  WITH hosts AS MATERIALIZED (SELECT host_id, group_id, row_number() OVER (ORDER BY name) AS n FROM host WHERE name LIKE 'filled-%'),
  numbers AS (
    SELECT i, md5(i::text) AS random,
      now() - make_interval(days => $5) + i * (make_interval(days => $5) / $4) AS at
    FROM generate_series($2::int, $3::int) AS i),
  rows AS (
    SELECT *, ('x' || substr(random, 1, 6))::bit(24)::int AS dice,
      ('x' || substr(random, 7, 6))::bit(24)::int AS other,
      (lpad(to_hex((extract(epoch FROM at) * 1000)::bigint), 12, '0') || '7' || substr(random, 1, 3) || '8' || substr(random, 4, 15))::uuid AS id
    FROM numbers)
  INSERT INTO alert (tenant_id, alert_id, host_id, group_id, about, origin, parent_id, type, rule_id, level, verdict, title, families,
    hashes, status, handled_as, handled_by, status_at, assigned_to, first_seen, last_seen, campaign_id, body)
  SELECT $1::uuid, id, hosts.host_id, hosts.group_id, CASE WHEN i % 2 = 0 AND dice % 3 > 0 THEN 'incident' ELSE 'finding' END, substr(random, 1, 16),
    CASE WHEN i % 2 = 1 THEN gen_random_uuid() END,
    (ARRAY['mining', 'mining', 'mining', 'suspicious-process', 'scheduled-task', 'autostart', 'login-key', 'pool-traffic', 'rootkit', 'weakening'])[1 + dice % 10],
    CASE WHEN i % 2 = 1 OR dice % 3 = 0 THEN 'rule-' || dice % 200 ELSE '' END,
    other % 5, CASE WHEN i % 2 = 0 AND dice % 3 > 0 THEN (ARRAY['confirmed', 'suspected', 'exposure'])[1 + other % 7 % 3] ELSE '' END,
    'Autostart number ' || dice % 200 || ' runs a program from a hidden directory',
    ARRAY[CASE WHEN dice % 5000 = 0 THEN 'rare' ELSE 'family-' || dice % 30 END],
    ARRAY[encode(sha256(convert_to('hash ' || dice % 20000, 'UTF8')), 'hex')],
    CASE WHEN other % 100 < 5 THEN 'open' WHEN other % 100 < 10 THEN 'ignored' ELSE 'handled' END,
    CASE WHEN other % 100 >= 10 THEN 'in-depth' END, CASE WHEN other % 100 >= 5 THEN 'mira' END, at,
    CASE WHEN other % 50 = 0 THEN 'mira' END, at, at + interval '1 hour',
    CASE WHEN dice % 100 = 7 THEN '00000000-0000-7000-8000-000000000007'::uuid END,
    jsonb_build_object('id', random, 'evidence', repeat(random, 5) || repeat(md5(random), 5) || repeat(md5(random || 'b'), 10))
  FROM rows JOIN hosts ON hosts.n = 1 + abs(dice) % (SELECT count(*) FROM hosts)`
