import { sql } from 'kysely'
import type { Db } from '../context.ts'
import { addAlertEvents } from './alert-events.ts'
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
  const members = await membersOf(db, tenant, before, alerts)
  const row = await rowOf(db, tenant, members)
  if (row === undefined) return campaign
  await join(db, tenant, campaign, members, now)
  await db
    .insertInto('campaign')
    .values({ tenant_id: tenant, campaign_id: campaign, ...row })
    .onConflict(clash => clash.columns(['tenant_id', 'campaign_id']).doUpdateSet(row))
    .execute()
  const others = before.slice(1)
  if (others.length > 0)
    await sql`DELETE FROM campaign WHERE tenant_id = ${tenant} AND campaign_id = ANY(${others}::uuid[])`.execute(db)
  return campaign
}

interface MemberRow {
  readonly alert_id: string
  readonly campaign_id: string | null
  readonly host_id: string
  readonly host_name: string
  readonly first_seen: Date
  readonly last_seen: Date
  readonly since: string | null
  readonly families: string[]
  readonly title: string
}

async function membersOf(
  db: Db,
  tenant: string,
  before: readonly string[],
  alerts: readonly string[],
): Promise<readonly MemberRow[]> {
  const { rows } = await sql<MemberRow>`
    WITH ids AS (
      SELECT alert_id FROM alert WHERE tenant_id = ${tenant} AND campaign_id = ANY(${[...before]}::uuid[])
      UNION SELECT unnest(${[...alerts]}::uuid[]))
    SELECT a.alert_id, a.campaign_id, a.host_id, h.name AS host_name, a.first_seen, a.last_seen, a.body->'since'->>'at' AS since,
      a.families, a.title
    FROM ids JOIN alert a ON a.tenant_id = ${tenant} AND a.alert_id = ids.alert_id
    JOIN host h ON h.tenant_id = a.tenant_id AND h.host_id = a.host_id
    ORDER BY a.alert_id`.execute(db)
  return rows
}

async function rowOf(db: Db, tenant: string, members: readonly MemberRow[]) {
  const sorted = members.map(one => ({ ...one, began: beganAt(one) })).sort((a, b) => a.began - b.began)
  const first = sorted[0]
  if (first === undefined) return undefined
  const families = [...new Set(members.flatMap(one => one.families))].sort()
  return {
    name: (families[0] ?? first.title).slice(0, 300),
    first_host_id: first.host_id,
    first_seen: new Date(first.began),
    last_seen: new Date(members.reduce((latest, one) => Math.max(latest, one.last_seen.getTime()), 0)),
    hosts: new Set(members.map(one => one.host_id)).size,
    shared: JSON.stringify(await sharedTerms(db, tenant, members)),
    families,
  }
}

/** Reports lock the alerts of their host in this order too. */
async function join(db: Db, tenant: string, campaign: string, members: readonly MemberRow[], now: Date): Promise<void> {
  const joined = members.filter(one => one.campaign_id !== campaign)
  if (joined.length === 0) return
  const ids = joined.map(one => one.alert_id)
  await sql`
    SELECT FROM alert WHERE tenant_id = ${tenant} AND alert_id = ANY(${ids}::uuid[])
    ORDER BY alert_id FOR NO KEY UPDATE`.execute(db)
  await sql`
    UPDATE alert SET campaign_id = ${campaign} WHERE tenant_id = ${tenant} AND alert_id = ANY(${ids}::uuid[])`.execute(
    db,
  )
  const events = ids.map(alert => ({ alert, actor: 'center', what: 'campaign', detail: { campaign } }))
  await addAlertEvents(db, tenant, events, now)
}

/** When it began on that host, by its own traces; never later than the center saw it. */
function beganAt({ since, first_seen }: MemberRow): number {
  const traced = since === null ? Number.NaN : Date.parse(since)
  const oldest = Date.UTC(2010, 0, 1)
  return traced > oldest ? Math.min(traced, first_seen.getTime()) : first_seen.getTime()
}

async function sharedTerms(db: Db, tenant: string, members: readonly MemberRow[]) {
  const { rows } = await sql<{ kind: string; term: string; hosts: number }>`
    SELECT h.kind, h.term, count(DISTINCT h.host_id)::int AS hosts
    FROM unnest(${members.map(one => one.host_id)}::uuid[], ${members.map(one => one.alert_id)}::text[]) AS x (host, alert)
    JOIN hunt_term h ON h.host_id = x.host AND h.source_id = x.alert
    WHERE h.tenant_id = ${tenant} AND h.source = 'alert'
      AND h.kind IN ('hash', 'key', 'wallet', 'domain', 'address', 'line')
    GROUP BY h.kind, h.term HAVING count(DISTINCT h.host_id) > 1
    ORDER BY hosts DESC, h.kind, h.term LIMIT 100`.execute(db)
  const common = await commonTerms(db, tenant, rows)
  return rows.filter(one => !common.has(`${one.kind} ${one.term}`))
}
