import { sql } from 'kysely'
import type { Db } from '../context.ts'

/** A term that so many of the hosts without an intrusion have too is common, and joins nothing; asked from so many hosts on. */
const commonShare = 0.2
const enoughHosts = 20
/** Shorter lines say too little (`exec sh`). */
const leastLine = 12

/**
 * Incidents of other hosts that belong together with this one: they share a hash, key, wallet, domain, address or line, or
 * somebody logged in on one host from the other.
 */
export async function campaignLinks(db: Db, tenant: string, alert: string): Promise<string[]> {
  const shared = await bySharedTerms(db, tenant, alert)
  const logins = await byLogins(db, tenant, alert)
  return [...new Set([...shared, ...logins])]
}

async function bySharedTerms(db: Db, tenant: string, alert: string): Promise<string[]> {
  const { rows: terms } = await sql<{ kind: string; term: string; host_id: string }>`
    SELECT kind, term, host_id FROM hunt_term h
    WHERE tenant_id = ${tenant} AND source = 'alert' AND source_id = ${alert}
      AND host_id = (SELECT host_id FROM alert WHERE tenant_id = ${tenant} AND alert_id = ${alert})
      AND (kind IN ('hash', 'key', 'wallet', 'domain')
        OR kind = 'line' AND length(term) >= ${leastLine}
        -- Where somebody came from is not what the intruder's programs speak with: the same administrator is on every host.
        OR kind = 'address' AND NOT EXISTS (
          SELECT FROM login_seen l WHERE l.tenant_id = h.tenant_id AND l.address = h.term))`.execute(db)
  if (terms.length === 0) return []
  const common = await commonTerms(db, tenant, terms)
  const telling = terms.filter(one => !common.has(`${one.kind} ${one.term}`))
  const { rows } = await sql<{ source_id: string }>`
    SELECT DISTINCT h.source_id FROM hunt_term h
    JOIN jsonb_to_recordset(${JSON.stringify(telling)}::jsonb) AS x(kind text, term text, host_id uuid)
      ON h.kind = x.kind AND h.term = x.term AND h.host_id <> x.host_id
    JOIN alert a ON a.tenant_id = h.tenant_id AND a.alert_id = h.source_id::uuid
    WHERE h.tenant_id = ${tenant} AND h.source = 'alert' AND a.about = 'incident' AND a.verdict IN ('confirmed', 'suspected')
    ORDER BY h.source_id LIMIT 5000`.execute(db)
  return rows.map(one => one.source_id)
}

/** Terms that many hosts without an intrusion have in their inventories: the distribution's own, the team's key. */
export async function commonTerms(
  db: Db,
  tenant: string,
  terms: readonly { kind: string; term: string }[],
): Promise<ReadonlySet<string>> {
  const { rows: totals } = await sql<{ count: number }>`
    SELECT count(*)::int AS count FROM host
    WHERE tenant_id = ${tenant} AND removed_at IS NULL AND verdict NOT IN ('confirmed', 'suspected')`.execute(db)
  const total = totals[0]?.count ?? 0
  if (total < enoughHosts) return new Set()
  const { rows } = await sql<{ key: string }>`
    SELECT h.kind || ' ' || h.term AS key FROM hunt_term h
    JOIN jsonb_to_recordset(${JSON.stringify(terms)}::jsonb) AS x(kind text, term text) ON h.kind = x.kind AND h.term = x.term
    JOIN host o ON o.tenant_id = h.tenant_id AND o.host_id = h.host_id
    WHERE h.tenant_id = ${tenant} AND h.gone_at IS NULL AND o.removed_at IS NULL AND o.verdict NOT IN ('confirmed', 'suspected')
    GROUP BY h.kind, h.term HAVING count(DISTINCT h.host_id) > ${total * commonShare}::float8`.execute(db)
  return new Set(rows.map(one => one.key))
}

/** Log-ins on this host from an address of another one with an intrusion, and the other way round. */
async function byLogins(db: Db, tenant: string, alert: string): Promise<string[]> {
  const { rows } = await sql<{ alert_id: string }>`
    WITH here AS (
      SELECT a.host_id, h.addresses FROM alert a JOIN host h ON h.tenant_id = a.tenant_id AND h.host_id = a.host_id
      WHERE a.tenant_id = ${tenant} AND a.alert_id = ${alert}),
    others AS (
      SELECT o.host_id FROM here JOIN login_seen l ON l.tenant_id = ${tenant} AND l.host_id = here.host_id
      JOIN host o ON o.tenant_id = ${tenant} AND o.addresses @> ARRAY[l.address] AND o.host_id <> here.host_id
      UNION
      SELECT l.host_id FROM here JOIN login_seen l ON l.tenant_id = ${tenant} AND l.address = ANY(here.addresses)
      WHERE l.host_id <> here.host_id)
    SELECT a.alert_id FROM alert_seen s JOIN others o ON o.host_id = s.host_id
    JOIN alert a ON a.tenant_id = s.tenant_id AND a.alert_id = s.alert_id
    WHERE s.tenant_id = ${tenant} AND s.about = 'incident' AND a.verdict IN ('confirmed', 'suspected')
    ORDER BY a.alert_id LIMIT 1000`.execute(db)
  return rows.map(one => one.alert_id)
}
