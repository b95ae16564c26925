import { sql } from 'kysely'
import type { Db } from '../context.ts'

export interface HostAtRisk {
  readonly host: string
  readonly name: string
  readonly group: string
  readonly because: string
}

/**
 * Hosts without an intrusion of their own, in these groups, that share something with a campaign, or that somebody reached from its
 * hosts. `because` names nothing but what the host itself has: whoever may see it may not see the others.
 */
export async function hostsAtRisk(
  db: Db,
  tenant: string,
  campaign: string,
  groups: 'all' | readonly string[] = 'all',
): Promise<HostAtRisk[]> {
  const { rows } = await sql<HostAtRisk>`
    WITH members AS (
      SELECT DISTINCT a.host_id, h.addresses FROM alert a
      JOIN host h ON h.tenant_id = a.tenant_id AND h.host_id = a.host_id
      WHERE a.tenant_id = ${tenant} AND a.campaign_id = ${campaign}),
    shared AS (
      SELECT x.kind, x.term FROM campaign c, jsonb_to_recordset(c.shared) AS x(kind text, term text)
      WHERE c.tenant_id = ${tenant} AND c.campaign_id = ${campaign}),
    reasons AS (
      SELECT t.host_id, 'has the same ' || t.kind || ': ' || left(t.term, 200) AS because
      FROM hunt_term t JOIN shared s ON s.kind = t.kind AND s.term = t.term
      WHERE t.tenant_id = ${tenant} AND t.gone_at IS NULL
      UNION
      SELECT l.host_id, 'somebody logged in from ' || l.address || ', a host of this campaign'
      FROM members m JOIN login_seen l ON l.tenant_id = ${tenant} AND l.address = ANY(m.addresses))
    SELECT h.host_id AS host, h.name, h.group_id AS "group", min(r.because) AS because
    FROM reasons r JOIN host h ON h.tenant_id = ${tenant} AND h.host_id = r.host_id
    WHERE ${groups === 'all' ? sql`true` : sql`h.group_id = ANY(${[...groups]}::uuid[])`}
      AND h.removed_at IS NULL AND h.verdict NOT IN ('confirmed', 'suspected')
      AND h.host_id NOT IN (SELECT host_id FROM members)
    GROUP BY h.host_id, h.name, h.group_id ORDER BY h.name, h.host_id LIMIT 1000`.execute(db)
  return rows
}
