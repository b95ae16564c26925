import { sql } from 'kysely'
import { z } from 'zod'
import type { Db } from '../context.ts'
import { type ScoredAlert, scoreAgain } from './score.ts'

/**
 * The scores of these hosts, as their newest scan and the status of its alerts are now. Hosts that were never scanned have none.
 * The caller has locked the hosts, so that of two changes the later one sees the earlier.
 */
export async function rescore(db: Db, tenant: string, hosts: readonly string[], now: Date): Promise<void> {
  const { rows: before } = await sql<{ host_id: string; reasons: unknown }>`
    SELECT host_id, reasons FROM host_score
    WHERE tenant_id = ${tenant} AND host_id = ANY(${[...hosts]}::uuid[]) ORDER BY host_id`.execute(db)
  if (before.length === 0) return
  const standing = await standingAlerts(
    db,
    tenant,
    before.map(one => one.host_id),
  )
  const scores = before.map(({ host_id, reasons }) => ({
    host_id,
    ...scoreAgain(standing.get(host_id) ?? [], storedReasons.parse(reasons)),
  }))
  await sql`
    WITH input AS (
      SELECT * FROM jsonb_to_recordset(${JSON.stringify(scores)}::jsonb) AS x(host_id uuid, score int, reasons jsonb)),
    scored AS (
      UPDATE host_score s SET score = i.score, reasons = i.reasons, at = ${now} FROM input i
      WHERE s.tenant_id = ${tenant} AND s.host_id = i.host_id)
    UPDATE host h SET score = i.score FROM input i
    WHERE h.tenant_id = ${tenant} AND h.host_id = i.host_id AND h.score IS DISTINCT FROM i.score`.execute(db)
}

const storedReasons = z.array(z.object({ what: z.string(), points: z.number(), text: z.string() }))

interface StandingRow {
  readonly host_id: string
  readonly about: string
  readonly verdict: string
  readonly level: number
  readonly status: string
  readonly times: number
}

/** What the newest scan of each host saw and is told at the top of the list. */
async function standingAlerts(
  db: Db,
  tenant: string,
  hosts: readonly string[],
): Promise<ReadonlyMap<string, readonly ScoredAlert[]>> {
  const { rows: seen } = await sql<{ alert_id: string }>`
    SELECT alert_id FROM alert_seen WHERE tenant_id = ${tenant} AND host_id = ANY(${[...hosts]}::uuid[])`.execute(db)
  const { rows } = await sql<StandingRow>`
    SELECT host_id, about, verdict, level, status, count(*)::int AS times FROM alert
    WHERE tenant_id = ${tenant} AND parent_id IS NULL AND alert_id = ANY(${seen.map(one => one.alert_id)}::uuid[])
    GROUP BY host_id, about, verdict, level, status`.execute(db)
  const standing = new Map<string, ScoredAlert[]>()
  for (const { host_id, ...row } of rows)
    standing.set(host_id, [...(standing.get(host_id) ?? []), { ...row, child: false }])
  return standing
}
