import { sql } from 'kysely'
import { type DetectionSums, detectionOutcomes, type detectionRoutes } from '../../model/api/index.ts'
import type { Handlers } from '../context.ts'
import { groupsMeant, inGroups } from '../fleet/index.ts'

const dayMs = 86_400_000
const mostDays = 90
const mostHosts = 20

interface Counted {
  readonly what: string
  readonly count: number
}

export const countHandlers: Pick<Handlers<typeof detectionRoutes>, 'detectionCounts'> = {
  async detectionCounts({ query }, { caller, db, center }) {
    const groups = await groupsMeant(db, caller, query.group, 'alerts:read')
    const now = center.clock().getTime()
    const asked = query.since === undefined ? now - dayMs : Date.parse(query.since)
    const since = new Date(Math.floor(Math.max(asked, now - mostDays * dayMs) / 3_600_000) * 3_600_000)
    const counted = sql`
      FROM detection_hour d JOIN host h USING (tenant_id, host_id)
      WHERE d.hour >= ${since} AND ${inGroups('h.group_id', groups)}
        AND (${query.host === undefined} OR d.host_id = ${query.host ?? null}::uuid)`
    const hours = await sql<Counted & { hour: Date }>`
      SELECT d.hour, d.what, sum(d.count)::int AS count ${counted} GROUP BY 1, 2 ORDER BY 1`.execute(db)
    const hosts = await sql<Counted & { host_id: string; name: string; seen: number }>`
      WITH counted AS (SELECT d.host_id, h.name, d.what, sum(d.count)::int AS count ${counted} GROUP BY 1, 2, 3),
      most AS (
        SELECT host_id, sum(count) FILTER (WHERE what = 'seen') AS seen FROM counted
        GROUP BY host_id ORDER BY 2 DESC NULLS LAST, 1 LIMIT ${mostHosts})
      SELECT counted.* FROM counted JOIN most USING (host_id) ORDER BY most.seen DESC NULLS LAST, name`.execute(db)
    const byHour = Map.groupBy(hours.rows, row => row.hour.toISOString())
    const byHost = Map.groupBy(hosts.rows, row => row.host_id)
    return {
      since: since.toISOString(),
      sums: sumsOf(hours.rows),
      hours: [...byHour].map(([hour, rows]) => ({ hour, sums: sumsOf(rows) })),
      hosts: [...byHost].map(([id, rows]) => ({ host: { id, name: rows[0]?.name ?? '' }, sums: sumsOf(rows) })),
    }
  },
}

function sumsOf(rows: readonly Counted[]): DetectionSums {
  const of = (what: string) => rows.reduce((sum, row) => (row.what === what ? sum + row.count : sum), 0)
  const outcomes = Object.fromEntries(detectionOutcomes.map(one => [one, of(one)])) as Omit<
    DetectionSums,
    'seen' | 'confirmed'
  >
  return { seen: of('seen'), confirmed: of('confirmed'), ...outcomes }
}
