import { sql } from 'kysely'
import type { Report } from '../../model/wire/index.ts'
import { shortText } from './clean-value.ts'
import { loseTerms, putTerms } from './hunt-store.ts'
import { huntTerm } from './hunt-terms.ts'
import { type ReportContext, trueTime } from './report-context.ts'

type Quarantine = Extract<Report, { kind: 'quarantine' }>

/** All that lies in the box; what is not named any more was restored or deleted. */
export async function takeQuarantine({ entries }: Quarantine, context: ReportContext): Promise<void> {
  const { db, tenant, host, now } = context
  const rows = [...new Map(entries.map(one => [one.id, rowOf(one, now)])).values()]
  const { rows: gone } = await sql<{ entry_id: string }>`
    UPDATE quarantined SET gone_at = ${now}
    WHERE tenant_id = ${tenant} AND host_id = ${host.id} AND gone_at IS NULL
      AND NOT entry_id = ANY(${rows.map(one => one.id)}::text[])
    RETURNING entry_id`.execute(db)
  const { rows: fresh } = await sql<{ entry_id: string }>`
    INSERT INTO quarantined AS q (tenant_id, host_id, entry_id, sha256, path, size, at, run_id, reason)
    SELECT ${tenant}::uuid, ${host.id}::uuid, id, sha256, path, size, at, run, reason
    FROM jsonb_to_recordset(${JSON.stringify(rows)}::jsonb)
      AS x(id text, sha256 text, path text, size bigint, at timestamptz, run text, reason text)
    ON CONFLICT (tenant_id, host_id, entry_id) DO UPDATE SET
      sha256 = excluded.sha256, path = excluded.path, size = excluded.size, reason = excluded.reason, gone_at = NULL
      WHERE q.gone_at IS NOT NULL OR q.sha256 <> excluded.sha256 OR q.path <> excluded.path
    RETURNING entry_id`.execute(db)
  const where = { tenant, host: host.id, source: 'quarantine' as const, at: now }
  const written = new Set(fresh.map(one => one.entry_id))
  const named = rows.filter(one => written.has(one.id)).map(one => ({ id: one.id, terms: termsFor(one) }))
  await putTerms(db, where, named)
  await loseTerms(
    db,
    where,
    gone.map(one => one.entry_id),
  )
  if (gone.length + fresh.length > 0) context.tell('quarantine', host.id)
}

function rowOf(entry: Quarantine['entries'][number], now: Date) {
  return {
    id: entry.id,
    sha256: shortText(entry.sha256, 128),
    path: shortText(entry.path, 4_096),
    size: Math.min(Math.max(0, Math.round(entry.size)), Number.MAX_SAFE_INTEGER),
    at: trueTime(entry.at, now).toISOString(),
    run: entry.run === undefined ? null : shortText(entry.run, 200),
    reason: shortText(entry.reason, 2_000),
  }
}

function termsFor({ sha256, path }: { sha256: string; path: string }) {
  return [huntTerm('hash', sha256), huntTerm('path', path)].filter(one => one !== undefined)
}
