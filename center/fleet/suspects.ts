import { sql } from 'kysely'
import type { z } from 'zod'
import type { overviewRoutes } from '../../model/api/index.ts'
import { fromWindows, windowsOf } from '../alerts/windows.ts'
import type { Db } from '../context.ts'
import { type Groups, inGroups } from './groups-meant.ts'

export type Suspect = z.output<(typeof overviewRoutes)['overview']['answer']>['suspects'][number]

/** Evidence is long: so many alerts are opened, the newest. */
const mostOpened = 300
const most = 10
const longestCommand = 1_000

/** Processes in the evidence of open alerts that the last scan still saw, those that use most first. */
export async function suspects(db: Db, groups: Groups, now: Date): Promise<Suspect[]> {
  const alerts = await newestOpen(db, groups, now)
  if (alerts.length === 0) return []
  const { rows } = await sql<{
    host_id: string
    name: string
    alert_id: string
    title: string
    command: string
    cpu: number
    last_seen: Date
  }>`
    WITH one AS (
      SELECT DISTINCT ON (alert.host_id, fact->>'pid') alert.host_id, host.name, alert.alert_id, alert.title, alert.last_seen,
        coalesce(nullif(fact->>'command', ''), fact->>'path', fact->>'name', '') AS command, (fact->>'cpuPercent')::float8 AS cpu
      FROM alert
        JOIN host ON host.tenant_id = alert.tenant_id AND host.host_id = alert.host_id AND host.removed_at IS NULL,
        jsonb_path_query(jsonb_build_array(alert.body->'members', alert.body->'fact'),
          '$[*][*] ? (@.kind == "process" && @.cpuPercent > 0)') AS fact
      WHERE alert.alert_id = ANY(${alerts}::uuid[])
      ORDER BY alert.host_id, fact->>'pid', (fact->>'cpuPercent')::float8 DESC)
    SELECT * FROM one ORDER BY cpu DESC, name, alert_id LIMIT ${most}`.execute(db)
  return rows.map(row => ({
    host: { id: row.host_id, name: row.name },
    alert: row.alert_id,
    title: row.title,
    command: row.command.slice(0, longestCommand).toWellFormed(),
    cpuPercent: row.cpu,
    at: row.last_seen.toISOString(),
  }))
}

/** Incidents, and findings about processes that belong to none. */
async function newestOpen(db: Db, groups: Groups, now: Date): Promise<string[]> {
  return await fromWindows(windowsOf(now, {}), mostOpened, async ({ from, to }, missing) => {
    const { rows } = await sql<{ alert_id: string }>`
      SELECT alert_id FROM alert
      WHERE status = 'open' AND parent_id IS NULL AND gone_at IS NULL AND ${inGroups('group_id', groups)}
        AND (verdict IN ('confirmed', 'suspected') OR about = 'finding' AND type IN ('mining', 'suspicious-process'))
        AND ${from === undefined ? sql`true` : sql`alert_id >= ${from}`} AND ${to === undefined ? sql`true` : sql`alert_id < ${to}`}
      ORDER BY alert_id DESC LIMIT ${missing}`.execute(db)
    return rows.map(row => row.alert_id)
  })
}
