import { sql } from 'kysely'
import { windowsOf } from '../alerts/windows.ts'
import type { Db } from '../context.ts'
import { type Groups, inGroups } from './groups-meant.ts'

/** Open alerts that stand at the top of the list and are the same in all of this. */
export interface OpenAlerts {
  readonly group: string
  readonly type: string
  readonly verdict: string
  readonly count: number
}

/** Hosts know how many open alerts they have: days that are older than the last of them are not looked at. */
export async function openAlerts(db: Db, groups: Groups, now: Date): Promise<readonly OpenAlerts[]> {
  const { rows } = await sql<{ open: number }>`
    SELECT coalesce(sum(open_alerts), 0)::int AS open FROM host WHERE open_alerts > 0 AND ${inGroups('group_id', groups)}`.execute(
    db,
  )
  let left = rows[0]?.open ?? 0
  const found: OpenAlerts[] = []
  for (const window of windowsOf(now, {})) {
    if (left <= 0) break
    const more = await countWithin(db, groups, window)
    for (const one of more) left -= one.count
    found.push(...more)
  }
  return found
}

async function countWithin(db: Db, groups: Groups, { from, to }: ReturnType<typeof windowsOf>[number]) {
  const { rows } = await sql<OpenAlerts>`
    SELECT group_id AS group, type, verdict, count(*)::int AS count FROM alert
    WHERE status = 'open' AND parent_id IS NULL AND ${inGroups('group_id', groups)}
      AND ${from === undefined ? sql`true` : sql`alert_id >= ${from}`} AND ${to === undefined ? sql`true` : sql`alert_id < ${to}`}
    GROUP BY group_id, type, verdict`.execute(db)
  return rows
}
