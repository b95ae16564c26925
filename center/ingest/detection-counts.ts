import { sql } from 'kysely'
import type { ReportContext } from './report-context.ts'

/** Adds to the counts of a host and hour; a number below 0 takes away. */
export async function countDetection(
  { db, tenant, host }: Pick<ReportContext, 'db' | 'tenant' | 'host'>,
  hour: Date,
  words: ReadonlyMap<string, number>,
): Promise<void> {
  const rows = [...words].filter(([, count]) => count !== 0).map(([what, count]) => ({ what, count }))
  if (rows.length === 0) return
  await sql`
    INSERT INTO detection_hour AS h (tenant_id, hour, host_id, what, count)
    SELECT ${tenant}::uuid, ${hour}::timestamptz, ${host.id}::uuid, what, count
    FROM jsonb_to_recordset(${JSON.stringify(rows)}::jsonb) AS x(what text, count int)
    ON CONFLICT (tenant_id, hour, host_id, what) DO UPDATE SET count = greatest(0, h.count + excluded.count)`.execute(
    db,
  )
}

/** What a detection counts as. */
export function wordsOf(verdict: string, outcomes: readonly string[]): string[] {
  return [...(verdict === 'confirmed' ? ['confirmed'] : []), ...outcomes]
}

/** What is to be added where the words of a detection change. */
export function changeOf(before: readonly string[], after: readonly string[]): Map<string, number> {
  const change = new Map<string, number>()
  for (const one of before) change.set(one, (change.get(one) ?? 0) - 1)
  for (const one of after) change.set(one, (change.get(one) ?? 0) + 1)
  return change
}

export function hourOf(at: Date): Date {
  return new Date(Math.floor(at.getTime() / 3_600_000) * 3_600_000)
}
