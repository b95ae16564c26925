import { sql } from 'kysely'
import type { Db } from '../context.ts'
import { commonTerms } from './campaign-links.ts'
import { uuid7 } from '../uuid7.ts'

/** Puts alerts into the oldest of the campaigns that they are in (or a new one), takes the others into it, and works out what it is now. */
export async function makeCampaign(
  db: Db,
  tenant: string,
  before: readonly string[],
  alerts: readonly string[],
  now: Date,
): Promise<string> {
  const campaign = before[0] ?? uuid7(now)
  const others = before.slice(1)
  await sql`
    UPDATE alert SET campaign_id = ${campaign}
    WHERE tenant_id = ${tenant} AND campaign_id IS DISTINCT FROM ${campaign}
      AND alert_id = ANY(${[...alerts]}::uuid[])`.execute(db)
  if (others.length > 0) {
    await sql`UPDATE alert SET campaign_id = ${campaign} WHERE tenant_id = ${tenant} AND campaign_id = ANY(${others}::uuid[])`.execute(
      db,
    )
    await sql`DELETE FROM campaign WHERE tenant_id = ${tenant} AND campaign_id = ANY(${others}::uuid[])`.execute(db)
  }
  await workOut(db, tenant, campaign)
  return campaign
}

interface MemberRow {
  readonly alert_id: string
  readonly host_id: string
  readonly host_name: string
  readonly first_seen: Date
  readonly last_seen: Date
  readonly since: string | null
  readonly families: string[]
  readonly title: string
}

async function workOut(db: Db, tenant: string, campaign: string): Promise<void> {
  const { rows: members } = await sql<MemberRow>`
    SELECT a.alert_id, a.host_id, h.name AS host_name, a.first_seen, a.last_seen, a.body->'since'->>'at' AS since, a.families, a.title
    FROM alert a JOIN host h ON h.tenant_id = a.tenant_id AND h.host_id = a.host_id
    WHERE a.tenant_id = ${tenant} AND a.campaign_id = ${campaign} ORDER BY a.alert_id`.execute(db)
  const sorted = members.map(one => ({ ...one, began: beganAt(one) })).sort((a, b) => a.began - b.began)
  const first = sorted[0]
  if (first === undefined) return
  const families = [...new Set(members.flatMap(one => one.families))].sort()
  const row = {
    name: `${families[0] ?? first.title}, first on ${first.host_name}`.slice(0, 300),
    first_host_id: first.host_id,
    first_seen: new Date(first.began),
    last_seen: new Date(Math.max(...members.map(one => one.last_seen.getTime()))),
    hosts: new Set(members.map(one => one.host_id)).size,
    shared: JSON.stringify(
      await sharedTerms(
        db,
        tenant,
        members.map(one => one.alert_id),
      ),
    ),
    families,
  }
  await db
    .insertInto('campaign')
    .values({ tenant_id: tenant, campaign_id: campaign, ...row })
    .onConflict(clash => clash.columns(['tenant_id', 'campaign_id']).doUpdateSet(row))
    .execute()
}

/** When it began on that host, by its own traces; never later than the center saw it. */
function beganAt({ since, first_seen }: MemberRow): number {
  const traced = since === null ? Number.NaN : Date.parse(since)
  const oldest = Date.UTC(2010, 0, 1)
  return traced > oldest ? Math.min(traced, first_seen.getTime()) : first_seen.getTime()
}

async function sharedTerms(db: Db, tenant: string, alerts: readonly string[]) {
  const { rows } = await sql<{ kind: string; term: string; hosts: number }>`
    SELECT kind, term, count(DISTINCT host_id)::int AS hosts FROM hunt_term
    WHERE tenant_id = ${tenant} AND source = 'alert' AND source_id = ANY(${[...alerts]}::text[])
      AND host_id IN (SELECT host_id FROM alert WHERE tenant_id = ${tenant} AND alert_id = ANY(${[...alerts]}::uuid[]))
      AND kind IN ('hash', 'key', 'wallet', 'domain', 'address', 'line')
    GROUP BY kind, term HAVING count(DISTINCT host_id) > 1
    ORDER BY hosts DESC, kind, term LIMIT 100`.execute(db)
  const common = await commonTerms(db, tenant, rows)
  return rows.filter(one => !common.has(`${one.kind} ${one.term}`))
}
