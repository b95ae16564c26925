import { sql } from 'kysely'
import { alertLevels, type hostRoutes } from '../../model/api/index.ts'
import type { Db, Handlers } from '../context.ts'
import { type Groups, groupsMeant, inGroups } from './groups-meant.ts'

type SummaryHandlers = Pick<Handlers<typeof hostRoutes>, 'fleetSummary' | 'hostFacets'>

export const summaryHandlers: SummaryHandlers = {
  async fleetSummary({ query }, { caller, db }) {
    const groups = await groupsMeant(db, caller, query.group)
    const counts = await countHosts(db, groups)
    const open = await openAlerts(db, groups)
    const today = await sql<{ opened: number }>`
      SELECT coalesce(sum(opened), 0)::int AS opened FROM alert_hour
      WHERE hour >= date_trunc('day', now()) AND ${inGroups('group_id', groups)}`.execute(db)
    const score = await meanScore(db, groups)
    return {
      hosts: {
        total: sum(counts, row => row.hosts),
        online: sum(counts, row => row.online),
        offline: sum(counts, row => row.hosts - row.online),
        neverScanned: counts.find(row => row.verdict === 'unknown')?.hosts ?? 0,
        byVerdict: Object.fromEntries(counts.map(row => [row.verdict, row.hosts])),
      },
      ...(score === undefined ? {} : { score }),
      reasons: await reasonsFor(db, groups),
      alerts: {
        openByLevel: Object.fromEntries(open.map(row => [alertLevels[row.level] ?? 'informational', row.count])),
        openedToday: today.rows[0]?.opened ?? 0,
      },
      riskiest: await riskiest(db, groups),
    }
  },

  async hostFacets(_, { caller, db }) {
    const groups = await groupsMeant(db, caller, undefined)
    const rows = await sql<{ what: string; value: string; hosts: number }>`
      WITH mine AS (
        SELECT host.*, agent.program FROM host LEFT JOIN agent USING (tenant_id, agent_id)
        WHERE removed_at IS NULL AND ${inGroups('group_id', groups)}
      )
      SELECT 'region' AS what, region AS value, count(*)::int AS hosts FROM mine GROUP BY region
      UNION ALL SELECT 'owner', owner, count(*)::int FROM mine GROUP BY owner
      UNION ALL SELECT 'program', coalesce(program, ''), count(*)::int FROM mine GROUP BY 2
      UNION ALL SELECT 'system', system, count(*)::int FROM mine GROUP BY system
      UNION ALL SELECT 'tag', tag, count(*)::int FROM mine, unnest(tags) AS tag GROUP BY tag
      ORDER BY 3 DESC, 2 LIMIT 1000`.execute(db)
    const facets: Record<string, { value: string; hosts: number }[]> = {
      region: [],
      owner: [],
      program: [],
      system: [],
      tag: [],
    }
    for (const { what, value, hosts } of rows.rows) if (value !== '') facets[what]?.push({ value, hosts })
    return facets
  },
}

/** Hosts by verdict. */
async function countHosts(db: Db, groups: Groups) {
  const found = await sql<{ verdict: string; hosts: number; online: number }>`
    SELECT verdict, count(*)::int AS hosts, count(*) FILTER (WHERE agent.online)::int AS online
    FROM host LEFT JOIN agent USING (tenant_id, agent_id)
    WHERE removed_at IS NULL AND ${inGroups('group_id', groups)} GROUP BY verdict`.execute(db)
  return found.rows
}

async function meanScore(db: Db, groups: Groups): Promise<number | undefined> {
  const found = await sql<{ score: number | null }>`
    SELECT round(avg(score))::int AS score FROM host WHERE removed_at IS NULL AND ${inGroups('group_id', groups)}`.execute(
    db,
  )
  return found.rows[0]?.score ?? undefined
}

async function openAlerts(db: Db, groups: Groups) {
  const found = await sql<{ level: number; count: number }>`
    SELECT level, count(*)::int AS count FROM alert
    WHERE status IN ('open', 'handling') AND parent_id IS NULL AND ${inGroups('group_id', groups)} GROUP BY level`.execute(
    db,
  )
  return found.rows
}

/** What takes points away, most first. The points are those of center/ingest's score. */
async function reasonsFor(db: Db, groups: Groups) {
  const found = await sql<{ what: string; text: string; hosts: number; points: number }>`
    SELECT reason->>'what' AS what, reason->>'text' AS text, count(*)::int AS hosts, sum((reason->>'points')::real)::real AS points
    FROM host JOIN host_score USING (tenant_id, host_id), jsonb_array_elements(host_score.reasons) AS reason
    WHERE removed_at IS NULL AND ${inGroups('group_id', groups)} GROUP BY 1, 2 ORDER BY 4 DESC LIMIT 20`.execute(db)
  return found.rows
}

async function riskiest(db: Db, groups: Groups) {
  const found = await sql<{ id: string; name: string; score: number; openAlerts: number }>`
    SELECT host_id AS id, name, score, open_alerts AS "openAlerts" FROM host
    WHERE removed_at IS NULL AND score IS NOT NULL AND score < 100 AND ${inGroups('group_id', groups)}
    ORDER BY score, open_alerts DESC, name LIMIT 10`.execute(db)
  return found.rows
}

function sum<T>(items: readonly T[], value: (item: T) => number): number {
  let total = 0
  for (const item of items) total += value(item)
  return total
}
