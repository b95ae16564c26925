import { sql } from 'kysely'
import type { Center, Db } from '../context.ts'
import { uuid7Floor } from '../uuid7.ts'

const dayMs = 86_400_000
/** Hosts that are looked at in one transaction, and rows of one table that one statement deletes. */
const mostHosts = 200
const mostRows = 5_000

interface Limit {
  /** UTC midnight: the first day that is kept, as partitions count it. */
  readonly at: Date
  /** Smallest id of that day. */
  readonly id: string
}

/** For how many days alerts and detections are kept. */
export interface Kept {
  readonly alert: number
  readonly detection: number
}

/**
 * Deletes what alerts and detections leave in other tables once their partition was dropped: keys, marks, counts, terms to hunt
 * for, campaigns; and terms and log-ins that were gone as long. Gives the number of rows. In small transactions; several
 * centers may do it at once, and one that stops halfway goes on the next time.
 */
export async function forgetOld({ store, clock }: Pick<Center, 'store' | 'clock'>, days: Kept): Promise<number> {
  const [alerts, detections] = [limitOf(clock(), days.alert), limitOf(clock(), days.detection)]
  let forgotten = 0
  let after: HostKey | undefined
  do {
    const hosts = await store.system(db => hostsAfter(db, after))
    for (const host of hosts) forgotten += await forgetOfHost(store, host, alerts, detections)
    after = hosts.length === mostHosts ? hosts.at(-1) : undefined
  } while (after !== undefined)
  return forgotten + (await store.system(db => forgetCampaigns(db, alerts)))
}

function limitOf(now: Date, days: number): Limit {
  const at = new Date((Math.floor(now.getTime() / dayMs) - days) * dayMs)
  return { at, id: uuid7Floor(at) }
}

interface HostKey {
  readonly tenant_id: string
  readonly host_id: string
}

async function hostsAfter(db: Db, after: HostKey | undefined): Promise<HostKey[]> {
  const { rows } = await sql<HostKey>`
    SELECT tenant_id, host_id FROM host
    WHERE ${after === undefined ? sql`true` : sql`(tenant_id, host_id) > (${after.tenant_id}::uuid, ${after.host_id}::uuid)`}
    ORDER BY tenant_id, host_id LIMIT ${mostHosts}`.execute(db)
  return rows
}

/** By host, because that is how all of these tables are indexed. */
async function forgetOfHost(
  store: Center['store'],
  host: HostKey,
  { at, id }: Limit,
  detections: Limit,
): Promise<number> {
  // A term's id sorts as text like the id it is; only other languages' orders would see it otherwise.
  const old = [
    ['alert_key', sql`alert_id < ${id}::uuid`],
    ['alert_seen', sql`alert_id < ${id}::uuid`],
    ['hunt_term', sql`source = 'alert' AND source_id COLLATE "C" < ${id}`],
    ['hunt_term', sql`gone_at < ${at}`],
    ['login_seen', sql`last_seen < ${at}`],
    ['detection_key', sql`detection_id < ${detections.id}::uuid`],
    ['detection_hour', sql`hour < ${detections.at}`],
  ] as const
  let forgotten = 0
  for (const [table, isOld] of old)
    for (let deleted = mostRows; deleted === mostRows; forgotten += deleted)
      deleted = await store.tenant(host.tenant_id, async db => {
        const result = await sql`
          DELETE FROM ${sql.table(table)} WHERE ctid = ANY(ARRAY(
            SELECT ctid FROM ${sql.table(table)}
            WHERE tenant_id = ${host.tenant_id} AND host_id = ${host.host_id} AND ${isOld} LIMIT ${mostRows}
            FOR UPDATE SKIP LOCKED))`.execute(db)
        return Number(result.numAffectedRows ?? 0)
      })
  return forgotten
}

/** Campaigns of which no alert is left. */
async function forgetCampaigns(db: Db, { at }: Limit): Promise<number> {
  const result = await sql`
    DELETE FROM campaign c WHERE c.last_seen < ${at} AND NOT EXISTS (
      SELECT FROM alert a WHERE a.tenant_id = c.tenant_id AND a.campaign_id = c.campaign_id)`.execute(db)
  return Number(result.numAffectedRows ?? 0)
}
