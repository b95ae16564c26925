import { sql } from 'kysely'
import type { Center, Db } from '../context.ts'
import { addAlertEvents } from './alert-events.ts'
import { makeCampaign } from './campaign-row.ts'
import { campaignLinks } from './campaign-links.ts'

/** Incidents that are compared in one transaction at most. */
const most = 100

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

async function joinOfTenant(db: Db, tenant: string, now: Date): Promise<{ looked: number; campaigns: string[] }> {
  const campaigns = new Set<string>()
  const { rows: locks } = await sql<{ taken: boolean }>`
    SELECT pg_try_advisory_xact_lock(hashtextextended(${`campaigns ${tenant}`}, 0)) AS taken`.execute(db)
  if (locks[0]?.taken !== true) return { looked: 0, campaigns: [] }
  const { rows } = await sql<{ alert_id: string }>`
    DELETE FROM campaign_todo WHERE tenant_id = ${tenant} AND alert_id IN (
      SELECT alert_id FROM campaign_todo WHERE tenant_id = ${tenant} ORDER BY alert_id LIMIT ${most} FOR UPDATE SKIP LOCKED)
    RETURNING alert_id`.execute(db)
  for (const { alert_id } of rows.sort((a, b) => (a.alert_id < b.alert_id ? -1 : 1))) {
    const campaign = await joinOne(db, tenant, alert_id, now)
    if (campaign !== undefined) campaigns.add(campaign)
  }
  return { looked: rows.length, campaigns: [...campaigns] }
}

interface Member {
  readonly alert_id: string
  readonly campaign_id: string | null
}

async function joinOne(db: Db, tenant: string, alert: string, now: Date): Promise<string | undefined> {
  const linked = await campaignLinks(db, tenant, alert)
  if (linked.length === 0) return undefined
  const { rows: members } = await sql<Member>`
    SELECT alert_id, campaign_id FROM alert WHERE tenant_id = ${tenant} AND alert_id = ANY(${[alert, ...linked]}::uuid[])
      AND about = 'incident' ORDER BY alert_id FOR UPDATE`.execute(db)
  if (!members.some(one => one.alert_id === alert) || members.length < 2) return undefined
  const before = [...new Set(members.map(one => one.campaign_id).filter(id => id !== null))].sort()
  // The oldest goes on (ids sort by time); the others are taken into it.
  const campaign = await makeCampaign(
    db,
    tenant,
    before,
    members.map(one => one.alert_id),
    now,
  )
  const joined = members.filter(one => one.campaign_id !== campaign)
  const events = joined.map(one => ({ alert: one.alert_id, actor: 'center', what: 'campaign', detail: { campaign } }))
  await addAlertEvents(db, tenant, events, now)
  return campaign
}
