import { sql } from 'kysely'
import type { Db } from '../context.ts'
import { type Groups, inGroups } from './groups-meant.ts'

export interface UnfinishedCleanups {
  /** Open incidents of which a clean-up left something, or could not prove that it did not. */
  readonly left: number
  /** Hosts on which a clean-up ended with the advice to rebuild them, and the incident is still open. */
  readonly rebuild: readonly string[]
}

const days = 90
/** More clean-ups that ended badly would be another problem; it keeps the list of ids that is looked up short. */
const mostLookedAt = 5_000

/** An incident is open again when its run did not end well; somebody who handles it, or a run that does, closes it. */
export async function unfinishedCleanups(db: Db, groups: Groups, now: Date): Promise<UnfinishedCleanups> {
  if (groups !== 'all' && groups.length === 0) return { left: 0, rebuild: [] }
  const since = new Date(now.getTime() - days * 86_400_000)
  const ended = await sql<{ alert_id: string; host_id: string; rebuild: boolean }>`
    SELECT DISTINCT ON (k.alert_id) k.alert_id, r.host_id, coalesce(r.proof_result = 'rebuild-advised', false) AS rebuild
    FROM run r
      JOIN host h ON h.tenant_id = r.tenant_id AND h.host_id = r.host_id AND h.removed_at IS NULL AND h.open_alerts > 0
      CROSS JOIN unnest(r.incidents) AS incident
      JOIN alert_key k ON k.tenant_id = r.tenant_id AND k.host_id = r.host_id AND k.about = 'incident' AND k.origin = incident
    WHERE r.started_at > ${since}::timestamptz AND ${inGroups('h.group_id', groups)}
      AND (r.state IN ('partial', 'partly-undone') OR r.proof_result IN ('left', 'unproven', 'rebuild-advised'))
    ORDER BY k.alert_id, r.started_at DESC LIMIT ${mostLookedAt}`.execute(db)
  if (ended.rows.length === 0) return { left: 0, rebuild: [] }
  const { rows } = await sql<{ alert_id: string }>`
    SELECT alert_id FROM alert WHERE status = 'open' AND alert_id = ANY(${ended.rows.map(row => row.alert_id)}::uuid[])`.execute(
    db,
  )
  const open = new Set(rows.map(row => row.alert_id))
  const still = ended.rows.filter(row => open.has(row.alert_id))
  return {
    left: still.filter(row => !row.rebuild).length,
    rebuild: [...new Set(still.filter(row => row.rebuild).map(row => row.host_id))],
  }
}
