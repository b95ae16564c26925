import { sql } from 'kysely'
import type { Center, Db } from '../context.ts'
import { addAlertEvents, addCounts, addOpen, alertTypes, changeStatus } from '../ingest/index.ts'
import { uuid7 } from '../uuid7.ts'

const type = 'indicator-match'
const mostAtOnce = 500

interface Match {
  readonly kind: string
  readonly value: string
  readonly level: number
  readonly source: string
  readonly note: string
  readonly host_id: string
  readonly group_id: string
  /** What of the host names it: `inventory`, `alert`, `quarantine`. */
  readonly sources: string[]
}

/**
 * Compares the indicators of all tenants with what hosts have now: one alert for each host and indicator. It accuses nobody: what the
 * center alone holds against a host is worth a look, and no host acts on it.
 */
export async function matchIndicators(center: Center): Promise<void> {
  const tenants = await center.store.system(db => db.selectFrom('indicator').select('tenant_id').distinct().execute())
  for (const { tenant_id: tenant } of tenants) {
    for (let opened = mostAtOnce; opened === mostAtOnce; )
      opened = await center.store.tenant(tenant, db => openNew(db, center, tenant))
    await center.store.tenant(tenant, db => markGone(db, tenant, center.clock()))
  }
}

async function openNew(db: Db, center: Center, tenant: string): Promise<number> {
  const now = center.clock()
  // One center at a time: two would open the same alert twice.
  await sql`SELECT pg_advisory_xact_lock(hashtextextended(${`indicators ${tenant}`}, 0))`.execute(db)
  const { rows } = await sql<Match>`
    SELECT i.kind, i.value, i.level, i.source, i.note, h.host_id, host.group_id, array_agg(DISTINCT h.source) AS sources
    FROM indicator i JOIN hunt_term h ON h.tenant_id = i.tenant_id AND h.kind = i.kind AND h.term = ${termOf('i.kind', 'i.value')}
      JOIN host ON host.tenant_id = h.tenant_id AND host.host_id = h.host_id
    WHERE h.gone_at IS NULL AND host.removed_at IS NULL AND (i.expires_at IS NULL OR i.expires_at > ${now}::timestamptz)
      AND NOT EXISTS (SELECT FROM alert_key k WHERE k.tenant_id = h.tenant_id AND k.host_id = h.host_id
        AND k.about = 'indicator' AND k.origin = i.kind || ' ' || i.value)
    GROUP BY i.kind, i.value, i.level, i.source, i.note, h.host_id, host.group_id LIMIT ${mostAtOnce}`.execute(db)
  for (const match of rows) await open(db, center, tenant, match, now)
  return rows.length
}

/** As `huntTerm` keeps it: facts cut wallets. Both are SQL of this file. */
function termOf(kind: string, value: string) {
  return sql.raw(`CASE ${kind} WHEN 'wallet' THEN left(${value}, 80) ELSE ${value} END`)
}

async function open(db: Db, center: Center, tenant: string, match: Match, now: Date): Promise<void> {
  const alert = uuid7(now)
  const { host_id, group_id, level, ...body } = match
  const key = {
    tenant_id: tenant,
    host_id,
    about: 'indicator',
    origin: `${match.kind} ${match.value}`,
    alert_id: alert,
  }
  await db
    .insertInto('alert')
    .values({
      ...key,
      group_id,
      type,
      level,
      title: `${alertTypes[type]}: ${match.kind} ${match.value}`.slice(0, 300),
      hashes: match.kind === 'hash' ? [match.value] : [],
      first_seen: now,
      last_seen: now,
      status_at: now,
      body: JSON.stringify(body),
    })
    .execute()
  await db.insertInto('alert_key').values(key).execute()
  await addAlertEvents(db, tenant, [{ alert, actor: 'center', what: 'opened', detail: body }], now)
  await addCounts(db, tenant, [{ group: group_id, type, level, what: 'opened' }], now)
  await addOpen(db, tenant, host_id, 1)
  await center.bus.publish('live', { tenant, what: 'alert', id: alert }, db)
}

/** What hosts no longer have is marked so, and no longer when it is back; whoever looks decides. */
async function markGone(db: Db, tenant: string, now: Date): Promise<void> {
  const there = sql`EXISTS (SELECT FROM hunt_term h WHERE h.tenant_id = a.tenant_id AND h.host_id = a.host_id AND h.gone_at IS NULL
    AND h.kind = split_part(a.origin, ' ', 1)
    AND h.term = ${termOf("split_part(a.origin, ' ', 1)", "substr(a.origin, strpos(a.origin, ' ') + 1)")})`
  const { rows } = await sql<{ alert_id: string; gone: boolean }>`
    UPDATE alert a SET gone_at = CASE WHEN a.gone_at IS NULL THEN ${now}::timestamptz END
    WHERE a.tenant_id = ${tenant} AND a.about = 'indicator' AND a.type = ${type}
      AND (a.gone_at IS NULL) <> ${there} RETURNING a.alert_id, a.gone_at IS NOT NULL AS gone`.execute(db)
  const events = rows.map(one => ({ alert: one.alert_id, actor: 'host', what: one.gone ? 'gone' : 'came-back' }))
  await addAlertEvents(db, tenant, events, now)
}

/** Its alerts end with an indicator. */
export async function closeMatches(
  db: Db,
  tenant: string,
  indicator: { readonly kind: string; readonly value: string },
  by: string,
  at: Date,
): Promise<void> {
  const origin = `${indicator.kind} ${indicator.value}`
  const alerts = await db
    .deleteFrom('alert_key')
    .where('about', '=', 'indicator')
    .where('origin', '=', origin)
    .returning('alert_id')
    .execute()
  await changeStatus(db, tenant, {
    alerts: alerts.map(one => one.alert_id),
    to: 'handled',
    from: ['open', 'handling'],
    handledAs: 'manual',
    by,
    what: 'handled',
    detail: { because: 'the indicator was removed' },
    at,
  })
}
