import { sql } from 'kysely'
import { z } from 'zod'
import type { HostProcess, processRoutes } from '../../model/api/index.ts'
import { type ReportedProcess, reportedProcess } from '../../model/wire/index.ts'
import type { Db, Handlers } from '../context.ts'
import { hostToCommand, orderOnce } from '../orders/index.ts'
import { mayInGroup } from './host-object.ts'
import { hostRow } from './hosts.ts'

const items = z.array(reportedProcess)
/** Who asks wants to know what is so now: a host that was away for longer need not answer any more. */
const waitMs = 15 * 60_000

export const processHandlers: Handlers<typeof processRoutes> = {
  async listProcesses({ params }, { caller, db }) {
    const host = await hostRow(db, caller, params.host)
    const row = await db
      .selectFrom('host_processes')
      .where('host_id', '=', params.host)
      .select(['at', 'total', 'items'])
      .executeTakeFirst()
    if (row === undefined) return { total: 0, items: [] }
    const alerts = mayInGroup(caller, 'alerts:read', host.group_id)
      ? await openAlerts(db, params.host)
      : new Map<string, string>()
    return {
      at: row.at.toISOString(),
      total: row.total,
      items: items.parse(row.items).map(one => processObjectOf(one, alerts)),
    }
  },

  async refreshProcesses({ params }, request) {
    const name = await hostToCommand(request, params.host, 'scans:start')
    return await orderOnce(request, {
      title: `Processes of ${name}`,
      host: params.host,
      action: { kind: 'report-processes' },
      expiresAt: new Date(request.center.clock().getTime() + waitMs),
    })
  },
}

function processObjectOf({ startTime, ...shown }: ReportedProcess, alerts: ReadonlyMap<string, string>): HostProcess {
  const alert = alerts.get(keyOf(shown.pid, startTime))
  return alert === undefined ? shown : { ...shown, alert }
}

function keyOf(pid: number, startTime: number): string {
  return `${pid} ${startTime}`
}

/** The alert of each process that one is about and that nobody has dealt with; of an incident rather than of its findings. */
async function openAlerts(db: Db, host: string): Promise<ReadonlyMap<string, string>> {
  const { rows } = await sql<{ alert_id: string; pid: number; start_time: number }>`
    SELECT a.alert_id, (f->>'pid')::float8 AS pid, (f->>'startTime')::float8 AS start_time
    FROM alert a CROSS JOIN LATERAL (
      SELECT jsonb_path_query(a.body, '$.members[*] ? (@.kind == "process")') AS f
      UNION ALL SELECT jsonb_path_query(a.body, '$.fact ? (@.kind == "process")')) AS facts
    WHERE a.host_id = ${host} AND a.status IN ('open', 'handling') AND a.gone_at IS NULL AND a.about IN ('incident', 'finding')
    ORDER BY a.parent_id IS NULL, a.level, a.alert_id`.execute(db)
  // The last one of a process stays: that which is at the top, is gravest and newest.
  return new Map(rows.map(row => [keyOf(row.pid, row.start_time), row.alert_id]))
}
