import { isIP } from 'node:net'
import { sql } from 'kysely'
import type { Report } from '../../model/wire/index.ts'
import type { ReportContext } from './report-context.ts'
import { ReportRefused } from './report-refused.ts'

/** All addresses that the host blocks now. */
export async function takeBlocks(
  { way, blocked }: Extract<Report, { kind: 'blocks' }>,
  { db, tenant, host, now, tell }: ReportContext,
): Promise<void> {
  for (const { address } of blocked)
    if (isIP(address) === 0 || address.includes('%')) throw new ReportRefused(`${address.slice(0, 60)} is no address`)
  const rows = [...new Map(blocked.map(one => [one.address, { ...one, packets: one.packets ?? null }])).values()]
  await sql`
    DELETE FROM blocked WHERE tenant_id = ${tenant} AND host_id = ${host.id}
      AND NOT address = ANY(${rows.map(one => one.address)}::inet[])`.execute(db)
  // Two spellings of one address are one row.
  await sql`
    INSERT INTO blocked (tenant_id, host_id, address, expires_at, packets, way, reported_at)
    SELECT DISTINCT ON (address) ${tenant}::uuid, ${host.id}::uuid, address, "expiresAt", packets, ${way}, ${now}::timestamptz
    FROM jsonb_to_recordset(${JSON.stringify(rows)}::jsonb) AS x(address inet, "expiresAt" timestamptz, packets bigint)
    ORDER BY address, "expiresAt" DESC
    ON CONFLICT (tenant_id, host_id, address) DO UPDATE SET
      expires_at = excluded.expires_at, packets = excluded.packets, way = excluded.way, reported_at = excluded.reported_at`.execute(
    db,
  )
  tell('block', host.id)
}
