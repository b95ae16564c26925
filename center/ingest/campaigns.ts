import { sql } from 'kysely'
import type { Center, Db } from '../context.ts'
import { makeCampaign } from './campaign-row.ts'
import { campaignLinks, type Compared } from './campaign-links.ts'
import { components } from './components.ts'

/** Incidents that are compared in one transaction at most. */
const most = 500

/**
 * Compares incidents that are new or changed with those of other hosts, and joins what belongs together. One center does it at a
 * time for a tenant. Gives how many incidents it looked at; call it until that is 0.
 */
export async function joinCampaigns(center: Center): Promise<number> {
  const tenants = await center.store.system(
    async db => await db.selectFrom('campaign_todo').select('tenant_id').distinct().execute(),
  )
  let looked = 0
  for (const { tenant_id } of tenants) {
    const joined = await center.store.tenant(tenant_id, db => joinOfTenant(db, tenant_id, center.clock()))
    looked += joined.looked
    for (const id of joined.campaigns) await center.bus.publish('live', { tenant: tenant_id, what: 'campaign', id })
  }
  return looked
}

/**
 * All looking comes before all writing: a host whose alert this transaction has changed waits with its next report until the commit.
 */
async function joinOfTenant(db: Db, tenant: string, now: Date): Promise<{ looked: number; campaigns: string[] }> {
  const { rows: locks } = await sql<{ taken: boolean }>`
    SELECT pg_try_advisory_xact_lock(hashtextextended(${`campaigns ${tenant}`}, 0)) AS taken`.execute(db)
  if (locks[0]?.taken !== true) return { looked: 0, campaigns: [] }
  const todo = await takeTodo(db, tenant)
  const joins = joinsOf(await campaignLinks(db, tenant, await stillThere(db, tenant, todo)))
  const campaigns: string[] = []
  for (const { before, alerts } of joins) campaigns.push(await makeCampaign(db, tenant, before, alerts, now))
  return { looked: todo.length, campaigns }
}

async function takeTodo(db: Db, tenant: string): Promise<string[]> {
  const { rows } = await sql<{ alert_id: string }>`
    DELETE FROM campaign_todo WHERE tenant_id = ${tenant} AND alert_id IN (
      SELECT alert_id FROM campaign_todo WHERE tenant_id = ${tenant} ORDER BY alert_id LIMIT ${most} FOR UPDATE SKIP LOCKED)
    RETURNING alert_id`.execute(db)
  return rows.map(one => one.alert_id)
}

/** An alert's partition may have been dropped meanwhile. */
async function stillThere(db: Db, tenant: string, alerts: readonly string[]): Promise<readonly Compared[]> {
  if (alerts.length === 0) return []
  const { rows } = await sql<Compared>`
    SELECT alert_id AS alert, host_id AS host, campaign_id AS campaign FROM alert
    WHERE tenant_id = ${tenant} AND alert_id = ANY(${alerts}::uuid[]) AND about = 'incident'`.execute(db)
  return rows
}

interface Join {
  /** Campaigns that become one, the oldest first (ids sort by time). */
  readonly before: readonly string[]
  readonly alerts: readonly string[]
}

function joinsOf(links: readonly (readonly [Compared, Compared])[]): Join[] {
  const campaignOf = new Map(links.flat().map(one => [one.alert, one.campaign]))
  const edges = links.map(([one, other]) => [one.alert, other.alert] as const)
  for (const [alert, campaign] of campaignOf) if (campaign !== null) edges.push([alert, campaign])
  return components(edges).map(members => {
    const alerts = members.filter(one => campaignOf.has(one))
    const before = [...new Set(alerts.map(one => campaignOf.get(one) ?? null).filter(one => one !== null))].sort()
    return { before, alerts: alerts.sort() }
  })
}
