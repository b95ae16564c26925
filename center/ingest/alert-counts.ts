import { sql } from 'kysely'
import type { Center, Db } from '../context.ts'
import { uuid7 } from '../uuid7.ts'

/** One alert that was opened or handled; only those that stand at the top of the list are counted. */
export interface Counted {
  readonly group: string
  readonly type: string
  readonly level: number
  readonly what: 'opened' | 'handled'
}

/** Notes what is to be added to `alert_hour`; `foldCounts` adds it. */
export async function addCounts(db: Db, tenant: string, counted: readonly Counted[], at: Date): Promise<void> {
  if (counted.length === 0) return
  const values = countRows(counted, at).map(row => ({ tenant_id: tenant, ...row }))
  await db.insertInto('alert_count').values(values).execute()
}

/** Rows of `alert_count`, one for each group, type and level. */
export function countRows(counted: readonly Counted[], at: Date) {
  const hour = new Date(Math.floor(at.getTime() / 3_600_000) * 3_600_000)
  const rows = new Map<string, { opened: number; handled: number } & Omit<Counted, 'what'>>()
  for (const { group, type, level, what } of counted) {
    const key = `${group} ${type} ${level}`
    const row = rows.get(key) ?? { group, type, level, opened: 0, handled: 0 }
    row[what]++
    rows.set(key, row)
  }
  return [...rows.values()].map(({ group, type, level, opened, handled }) => ({
    count_id: uuid7(at),
    hour,
    group_id: group,
    type,
    level,
    opened,
    handled,
  }))
}

/** Adds what was noted to the hours, for all tenants. Several centers may do it at once: each takes what no other holds. */
export async function foldCounts(center: Center): Promise<void> {
  await center.store.system(
    async db =>
      await sql`
        WITH taken AS (
          DELETE FROM alert_count WHERE (tenant_id, count_id) IN (
            SELECT tenant_id, count_id FROM alert_count LIMIT 10000 FOR UPDATE SKIP LOCKED)
          RETURNING *)
        INSERT INTO alert_hour AS h (tenant_id, hour, group_id, type, level, opened, handled)
        SELECT tenant_id, hour, group_id, type, level, sum(opened), sum(handled) FROM taken
        GROUP BY tenant_id, hour, group_id, type, level
        ORDER BY tenant_id, hour, group_id, type, level
        ON CONFLICT (tenant_id, hour, group_id, type, level)
        DO UPDATE SET opened = h.opened + excluded.opened, handled = h.handled + excluded.handled`.execute(db),
  )
}
