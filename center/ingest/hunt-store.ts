import { sql } from 'kysely'
import type { Db } from '../context.ts'
import type { HuntTerm } from './hunt-terms.ts'

export interface HuntSource {
  readonly tenant: string
  readonly host: string
  readonly source: 'inventory' | 'alert' | 'quarantine'
  readonly at: Date
}

export interface NamedTerms {
  /** Fact id, alert id or entry id. */
  readonly id: string
  readonly terms: readonly HuntTerm[]
}

/** What these things are found by from now on; terms that they had and have no longer are gone. */
export async function putTerms(db: Db, where: HuntSource, named: readonly NamedTerms[], fresh = false): Promise<void> {
  if (named.length === 0) return
  const rows = named.flatMap(({ id, terms }) => terms.map(({ kind, term }) => ({ id, kind, term })))
  if (!fresh)
    await dropTerms(
      db,
      where,
      named.map(one => one.id),
      rows,
    )
  if (rows.length === 0) return
  await sql`
    INSERT INTO hunt_term AS h (tenant_id, kind, term, host_id, source, source_id, first_seen, last_seen)
    SELECT ${where.tenant}::uuid, kind, term, ${where.host}::uuid, ${where.source}, id, ${where.at}::timestamptz, ${where.at}::timestamptz
    FROM jsonb_to_recordset(${JSON.stringify(rows)}::jsonb) AS x(id text, kind text, term text)
    ON CONFLICT (tenant_id, kind, term, host_id, source, source_id)
    DO UPDATE SET last_seen = excluded.last_seen, gone_at = NULL`.execute(db)
}

/** These things are gone from the host; what they were found by stays, with the time. */
export async function loseTerms(db: Db, where: HuntSource, ids: readonly string[]): Promise<void> {
  if (ids.length > 0) await dropTerms(db, where, ids, [])
}

async function dropTerms(
  db: Db,
  where: HuntSource,
  ids: readonly string[],
  kept: readonly { id: string; kind: string; term: string }[],
): Promise<void> {
  await sql`
    UPDATE hunt_term h SET gone_at = ${where.at}
    WHERE h.tenant_id = ${where.tenant} AND h.host_id = ${where.host} AND h.source = ${where.source}
      AND h.source_id = ANY(${[...ids]}::text[]) AND h.gone_at IS NULL
      AND NOT EXISTS (
        SELECT FROM jsonb_to_recordset(${JSON.stringify(kept)}::jsonb) AS x(id text, kind text, term text)
        WHERE x.id = h.source_id AND x.kind = h.kind AND x.term = h.term)`.execute(db)
}
