import { sql } from 'kysely'
import type { Db } from '../context.ts'

/** A term that so many of the hosts without an intrusion have too is common, and joins nothing; asked from so many hosts on. */
const commonShare = 0.2
const enoughHosts = 20
/** Shorter lines say too little (`exec sh`). */
const leastLine = 12

/** Hosts with the same thing that one is compared with: all of them were compared with these too, so it joins all of them. */
const comparedHosts = 50

/** An incident, and the campaign that it is in. */
export interface Compared {
  readonly alert: string
  readonly host: string
  readonly campaign: string | null
}

/**
 * Pairs of these incidents with those of other hosts that belong together: they share a hash, key, wallet, domain, address or line,
 * or somebody logged in on one host from the other.
 */
export async function campaignLinks(
  db: Db,
  tenant: string,
  incidents: readonly Compared[],
): Promise<(readonly [Compared, Compared])[]> {
  if (incidents.length === 0) return []
  return [...(await bySharedTerms(db, tenant, incidents)), ...(await byLogins(db, tenant, incidents))]
}

interface Term {
  readonly kind: string
  readonly term: string
}

async function bySharedTerms(db: Db, tenant: string, incidents: readonly Compared[]) {
  const { rows } = await sql<Term & { alert: string }>`
    SELECT h.kind, h.term, h.source_id AS alert
    FROM unnest(${incidents.map(one => one.host)}::uuid[], ${incidents.map(one => one.alert)}::text[]) AS x (host, alert)
    JOIN hunt_term h ON h.host_id = x.host AND h.source_id = x.alert
    WHERE h.tenant_id = ${tenant} AND h.source = 'alert'
      AND (h.kind IN ('hash', 'key', 'wallet', 'domain')
        OR h.kind = 'line' AND length(h.term) >= ${leastLine}
        -- Where somebody came from is not what the intruder's programs speak with: the same administrator is on every host.
        OR h.kind = 'address' AND NOT EXISTS (
          SELECT FROM login_seen l WHERE l.tenant_id = h.tenant_id AND l.address = h.term))`.execute(db)
  const having = Map.groupBy(rows, keyOf)
  const own = [...having.values()].flatMap(([one]) => (one === undefined ? [] : [{ kind: one.kind, term: one.term }]))
  const terms = await ofSeveralHosts(db, tenant, own)
  const common = await commonTerms(db, tenant, terms)
  const telling = terms.filter(one => !common.has(keyOf(one)))
  const known = new Map(incidents.map(one => [one.alert, one]))
  const others = await incidentsWith(db, tenant, telling)
  return others.flatMap(other =>
    (having.get(keyOf(other)) ?? []).flatMap(({ alert }) => {
      const one = known.get(alert)
      return one === undefined || one.host === other.host ? [] : [[one, other] as const]
    }),
  )
}

/** Most terms are a host's own (its folders, its lines): asked for once together, before what each of the others is found by. */
async function ofSeveralHosts(db: Db, tenant: string, terms: readonly Term[]): Promise<readonly Term[]> {
  if (terms.length === 0) return []
  const { rows } = await sql<Term>`
    SELECT h.kind, h.term FROM hunt_term h
    JOIN jsonb_to_recordset(${JSON.stringify(terms)}::jsonb) AS x (kind text, term text) ON h.kind = x.kind AND h.term = x.term
    WHERE h.tenant_id = ${tenant} AND h.source = 'alert'
    GROUP BY h.kind, h.term HAVING count(DISTINCT h.host_id) > 1`.execute(db)
  return rows
}

/** For each term an incident of each host that has it, of so many hosts. */
async function incidentsWith(db: Db, tenant: string, terms: readonly Term[]): Promise<(Term & Compared)[]> {
  if (terms.length === 0) return []
  const { rows: named } = await sql<Term & { alert: string }>`
    SELECT x.kind, x.term, found.source_id AS alert
    FROM jsonb_to_recordset(${JSON.stringify(terms)}::jsonb) AS x (kind text, term text)
    CROSS JOIN LATERAL (
      SELECT host_id, source_id FROM hunt_term
      WHERE tenant_id = ${tenant} AND kind = x.kind AND term = x.term AND source = 'alert'
      ORDER BY host_id, source_id LIMIT ${comparedHosts * 10}) AS found
    ORDER BY x.kind, x.term, found.host_id, found.source_id`.execute(db)
  // Asked by itself: in one statement PostgreSQL would look through all alerts for each term.
  const { rows } = await sql<Compared>`
    SELECT alert_id AS alert, host_id AS host, campaign_id AS campaign FROM alert
    WHERE tenant_id = ${tenant} AND alert_id = ANY(${[...new Set(named.map(one => one.alert))]}::uuid[])
      AND about = 'incident' AND verdict IN ('confirmed', 'suspected')`.execute(db)
  const incidents = new Map(rows.map(one => [one.alert, one]))
  return [...Map.groupBy(named, keyOf).values()].flatMap(ofTerm => firstOfEachHost(ofTerm, incidents))
}

function firstOfEachHost(
  named: readonly (Term & { readonly alert: string })[],
  incidents: ReadonlyMap<string, Compared>,
): (Term & Compared)[] {
  const ofHost = new Map<string, Term & Compared>()
  for (const { kind, term, alert } of named) {
    const incident = incidents.get(alert)
    if (incident !== undefined && !ofHost.has(incident.host)) ofHost.set(incident.host, { kind, term, ...incident })
  }
  return [...ofHost.values()].slice(0, comparedHosts)
}

function keyOf({ kind, term }: Term): string {
  return `${kind} ${term}`
}

/** Terms that many hosts without an intrusion have in their inventories: the distribution's own, the team's key. */
export async function commonTerms(db: Db, tenant: string, terms: readonly Term[]): Promise<ReadonlySet<string>> {
  if (terms.length === 0) return new Set()
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

/** Log-ins on these hosts from an address of another one with an intrusion, and the other way round. */
async function byLogins(db: Db, tenant: string, incidents: readonly Compared[]) {
  const { rows } = await sql<Compared & { from: string }>`
    WITH here AS (
      SELECT host_id, addresses FROM host WHERE tenant_id = ${tenant} AND host_id = ANY(${incidents.map(one => one.host)}::uuid[])),
    others AS (
      SELECT here.host_id AS here_id, o.host_id FROM here
      JOIN login_seen l ON l.tenant_id = ${tenant} AND l.host_id = here.host_id
      JOIN host o ON o.tenant_id = ${tenant} AND o.addresses @> ARRAY[l.address] AND o.host_id <> here.host_id
      UNION
      SELECT here.host_id, l.host_id FROM here
      JOIN login_seen l ON l.tenant_id = ${tenant} AND l.address = ANY(here.addresses)
      WHERE l.host_id <> here.host_id)
    SELECT o.here_id AS from, a.alert_id AS alert, a.host_id AS host, a.campaign_id AS campaign
    FROM others o JOIN alert_seen s ON s.tenant_id = ${tenant} AND s.host_id = o.host_id AND s.about = 'incident'
    JOIN alert a ON a.tenant_id = s.tenant_id AND a.alert_id = s.alert_id
    WHERE a.verdict IN ('confirmed', 'suspected')
    ORDER BY a.alert_id LIMIT 5000`.execute(db)
  const onHost = Map.groupBy(incidents, one => one.host)
  return rows.flatMap(({ from, ...other }) => (onHost.get(from) ?? []).map(one => [one, other] as const))
}
