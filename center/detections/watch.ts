import { sql } from 'kysely'
import { z } from 'zod'
import { type detectionRoutes, type WatchingHost, watchTroubles } from '../../model/api/index.ts'
import { watchState } from '../../model/index.ts'
import { beyond, keyset } from '../api/keyset.ts'
import type { Db, Handlers } from '../context.ts'
import { containing, groupsMeant, hostRow, inGroups, type Groups } from '../fleet/index.ts'

type WatchHandlers = Pick<Handlers<typeof detectionRoutes>, 'listWatch' | 'watchCounts' | 'getHostWatch'>

const byName = keyset('watch', [z.string(), z.uuid()])
const totals = ['asked', 'allowed', 'denied', 'late', 'killed', 'wouldHave'] as const

export const watchHandlers: WatchHandlers = {
  async listWatch({ query }, { caller, db }) {
    const groups = await groupsMeant(db, caller, query.group)
    let wanted = watching(db).where(inGroups('host.group_id', groups))
    if (query.mode === 'none') wanted = wanted.where('agent.watch_mode', 'is', null)
    else if (query.mode !== undefined) wanted = wanted.where('agent.watch_mode', '=', query.mode)
    if (query.trouble !== undefined) wanted = wanted.where(sql<boolean>`${query.trouble} = ANY (agent.watch_troubles)`)
    if (query.text !== undefined) wanted = wanted.where(sql<boolean>`host.name ILIKE ${containing(query.text)}`)
    const rows = await wanted
      .where(beyond(['host.name', 'host.host_id'], byName.read(query.after), 'asc'))
      .orderBy('host.name')
      .orderBy('host.host_id')
      .limit(query.limit + 1)
      .execute()
    const { items, ...next } = byName.page(rows, query.limit, row => [row.name, row.host_id])
    return { items: items.map(watchingHostOf), ...next }
  },

  async watchCounts({ query }, { caller, db }) {
    const groups = await groupsMeant(db, caller, query.group)
    return { ...(await countHosts(db, groups)), prevention: await sums(db, groups) }
  },

  async getHostWatch({ params }, { caller, db }) {
    await hostRow(db, caller, params.host)
    return watchingHostOf(await watching(db).where('host.host_id', '=', params.host).executeTakeFirstOrThrow())
  },
}

function watching(db: Db) {
  return db
    .selectFrom('host')
    .leftJoin('agent', join =>
      join.onRef('agent.tenant_id', '=', 'host.tenant_id').onRef('agent.agent_id', '=', 'host.agent_id'),
    )
    .where('host.removed_at', 'is', null)
    .select(['host.host_id', 'host.name', 'host.group_id', 'agent.online', 'agent.health_at', 'agent.watch_troubles'])
    .select(sql<unknown>`agent.health->'watch'`.as('watch'))
}

type WatchRow = Awaited<ReturnType<ReturnType<typeof watching>['execute']>>[number]

function watchingHostOf(row: WatchRow): WatchingHost {
  const watch = watchState.safeParse(row.watch).data
  return {
    host: { id: row.host_id, name: row.name, group: row.group_id },
    online: row.online === true,
    ...(watch === undefined ? {} : { watch }),
    ...(row.health_at === null ? {} : { reportedAt: row.health_at.toISOString() }),
    troubles: watchTroubles.filter(one => row.watch_troubles?.includes(one) === true),
  }
}

async function countHosts(db: Db, groups: Groups) {
  const { rows } = await sql<{ mode: 'off' | 'observe' | 'block' | 'none'; troubles: string[] | null; hosts: number }>`
    SELECT coalesce(agent.watch_mode, 'none') AS mode, agent.watch_troubles AS troubles, count(*)::int AS hosts
    FROM host LEFT JOIN agent USING (tenant_id, agent_id)
    WHERE host.removed_at IS NULL AND ${inGroups('host.group_id', groups)} GROUP BY 1, 2`.execute(db)
  const modes = { off: 0, observe: 0, block: 0, none: 0 }
  const troubles = { 'stands-still': 0, loses: 0, weaker: 0, 'less-prevention': 0 }
  for (const row of rows) {
    modes[row.mode] += row.hosts
    for (const one of watchTroubles) if (row.troubles?.includes(one) === true) troubles[one] += row.hosts
  }
  return { modes, troubles }
}

/** A hostile agent may claim any number: none of them may become more than all others together can show. */
async function sums(db: Db, groups: Groups): Promise<Record<(typeof totals)[number], number>> {
  const sum = (name: string) =>
    sql`coalesce(sum(least(greatest((p->>${sql.lit(name)})::float8, 0), 1e12)), 0)::float8 AS ${sql.ref(name)}`
  const { rows } = await sql<Record<(typeof totals)[number], number>>`
    SELECT ${sql.join(totals.map(sum))}
    FROM host JOIN agent USING (tenant_id, agent_id), LATERAL (SELECT agent.health->'watch'->'prevention' AS p) AS of_agent
    WHERE host.removed_at IS NULL AND agent.watch_mode IS NOT NULL AND ${inGroups('host.group_id', groups)}`.execute(db)
  return rows[0] ?? { asked: 0, allowed: 0, denied: 0, late: 0, killed: 0, wouldHave: 0 }
}
