import type { Filled } from './fill.ts'
import { days, makeDays } from './fill.ts'
import type { Figures } from './figures.ts'
import { time } from './figures.ts'
import type { Fleet } from './fleet.ts'
import { openBehind, tenantOf } from './store.ts'

/** What a list of detections is asked about; all of it exists. */
export interface FilledDetections extends Pick<Filled, 'hosts' | 'host' | 'group'> {
  readonly detections: number
  readonly alert: string
}

/** So many detections of the hosts that are filled in, over the last 90 days, and their sums by the hour. */
export async function fillDetections(
  fleet: Pick<Fleet, 'state'>,
  { hosts, host, group }: Pick<Filled, 'hosts' | 'host' | 'group'>,
  detections: number,
  figures: Pick<Figures, 'say'>,
): Promise<FilledDetections> {
  const began = Date.now()
  await makeDays(fleet.state, ['detection'])
  const behind = await openBehind(fleet.state)
  try {
    const tenant = await tenantOf(behind)
    await behind.query('SET synchronous_commit = off')
    for (let first = 0; first < detections; first += 100_000) {
      const last = Math.min(first + 100_000, detections) - 1
      await behind.query(someDetections, [tenant, first, last, detections, days])
    }
    await behind.query(sums)
    for (const table of ['detection', 'detection_hour']) await behind.query(`ANALYZE ${table}`)
    figures.say(`filled to ${detections} detections in ${time(Date.now() - began)}`)
    return { hosts, host, group, detections, alert }
  } finally {
    await behind.end()
  }
}

const alert = '00000000-0000-7000-8000-000000000009'

/** $2 to $3 of $4, evenly over $5 days. Most are told only; what was done about the others is uneven, and some of it rare. */
const someDetections = `
  WITH hosts AS MATERIALIZED (SELECT host_id, group_id, row_number() OVER (ORDER BY name) AS n FROM host WHERE name LIKE 'filled-%'),
  numbers AS (
    SELECT i, md5('detection ' || i) AS random,
      now() - make_interval(days => $5) + i * (make_interval(days => $5) / $4) AS at
    FROM generate_series($2::int, $3::int) AS i),
  rows AS (
    SELECT *, ('x' || substr(random, 1, 6))::bit(24)::int AS dice,
      ('x' || substr(random, 7, 6))::bit(24)::int AS other,
      (lpad(to_hex((extract(epoch FROM at) * 1000)::bigint), 12, '0') || '7' || substr(random, 1, 3) || '8' || substr(random, 4, 15))::uuid AS id
    FROM numbers)
  INSERT INTO detection (tenant_id, detection_id, host_id, group_id, origin, at, verdict, level, title, subject, pid, start_time, path,
    command, user_name, sha256, address, account, families, attack, outcomes, alert_id)
  SELECT $1::uuid, id, hosts.host_id, hosts.group_id, gen_random_uuid(), at,
    CASE WHEN other % 10 = 0 THEN 'confirmed' ELSE 'suspected' END, other % 5,
    'Program number ' || dice % 200 || ' was started by a web server and downloads',
    (ARRAY['process', 'process', 'process', 'file', 'autostart', 'connection', 'login', 'load'])[1 + dice % 8],
    1000 + dice % 30000, dice, '/srv/app-' || dice % 5000 || '/run', '/srv/app-' || dice % 5000 || '/run --quiet ' || other % 900, 'www-data',
    encode(sha256(convert_to('file ' || dice % 20000, 'UTF8')), 'hex'),
    CASE WHEN dice % 5 = 0 THEN '198.51.100.' || other % 254 END, CASE WHEN dice % 8 = 6 THEN 'root' END,
    ARRAY['family-' || dice % 30], ARRAY['attack.t1496.001'],
    CASE WHEN other % 10 > 0 THEN ARRAY['told'] WHEN other % 20 = 0 THEN ARRAY['prevented'] WHEN dice % 5000 = 0 THEN ARRAY['ended', 'failed']
      WHEN dice % 3 = 0 THEN ARRAY['ended', 'blocked'] ELSE ARRAY['would'] END,
    CASE WHEN dice % 1000 = 7 THEN '${alert}'::uuid WHEN other % 10 = 0 THEN gen_random_uuid() END
  FROM rows JOIN hosts ON hosts.n = 1 + abs(dice) % (SELECT count(*) FROM hosts)`

/** As reports would have counted them one by one. */
const sums = `
  INSERT INTO detection_hour (tenant_id, hour, host_id, what, count)
  SELECT tenant_id, date_trunc('hour', at), host_id, what, count(*)
  FROM detection, unnest(outcomes || ARRAY['seen'] || CASE WHEN verdict = 'confirmed' THEN ARRAY['confirmed'] ELSE '{}' END) AS what
  GROUP BY 1, 2, 3, 4
  ON CONFLICT (tenant_id, hour, host_id, what) DO NOTHING`
