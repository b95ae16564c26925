import { sql } from 'kysely'
import type { z } from 'zod'
import { nextSteps, type overviewRoutes } from '../../model/api/index.ts'
import type { Db, Handlers } from '../context.ts'
import { groupsBelow } from './groups.ts'
import { type Groups, groupsOf, inGroups } from './groups-meant.ts'
import { countSteps } from './next-steps.ts'
import { suspects } from './suspects.ts'

type Offline = z.output<(typeof overviewRoutes)['overview']['answer']>['offline'][number]

const mostOffline = 10

/** The functions behind `overviewRoutes`. */
export const overviewHandlers: Handlers<typeof overviewRoutes> = {
  async overview({ query }, { caller, db, center }) {
    const asked = query.group === undefined ? undefined : [query.group, ...(await groupsBelow(db, query.group))]
    const now = center.clock()
    const counts = await countSteps({ db, caller, now, asked })
    return {
      next: nextSteps.flatMap(step => {
        const count = counts[step]
        return count > 0 ? [{ step, count }] : []
      }),
      suspects: await suspects(db, groupsOf(caller, 'alerts:read', asked), now),
      offline: await offline(db, groupsOf(caller, 'hosts:read', asked)),
    }
  },
}

/** Those that never came are counted from their enrolment. */
async function offline(db: Db, groups: Groups): Promise<Offline[]> {
  const { rows } = await sql<{ host_id: string; name: string; since: Date | null; offline_reason: string | null }>`
    SELECT host.host_id, name, coalesce(offline_since, last_seen) AS since, offline_reason
    FROM host JOIN agent USING (tenant_id, agent_id)
    WHERE removed_at IS NULL AND state = 'active' AND NOT online AND ${inGroups('group_id', groups)}
    ORDER BY coalesce(offline_since, last_seen, enrolled_at), name LIMIT ${mostOffline}`.execute(db)
  return rows.map(row => ({
    id: row.host_id,
    name: row.name,
    ...(row.since === null ? {} : { since: row.since.toISOString() }),
    ...(row.offline_reason === null ? {} : { reason: row.offline_reason }),
  }))
}
