import { sql } from 'kysely'
import { z } from 'zod'
import { allowCondition, scope } from '../../model/api/index.ts'
import type { Db } from '../context.ts'
import { type AllowRule, type ScopedHost, scopeCovers } from './allow-match.ts'

const stored = z.object({
  allow_id: z.string(),
  scope,
  condition: allowCondition,
  created_by: z.string(),
})

/** The center's allowances that hold for a host now, oldest first. */
export async function allowRulesFor(
  db: Db,
  tenant: string,
  host: Omit<ScopedHost, 'groups'> & { group: string },
  now: Date,
) {
  const { rows } = await sql`
    SELECT allow_id, scope, condition, created_by FROM allow_rule
    WHERE tenant_id = ${tenant} AND removed_at IS NULL AND (expires_at IS NULL OR expires_at > ${now})
    ORDER BY allow_id`.execute(db)
  if (rows.length === 0) return []
  const scoped = { host: host.host, tags: host.tags, groups: await groupsAbove(db, tenant, host.group) }
  return rows.map(ruleOf).filter(one => one !== undefined && scopeCovers(one.scope, scoped)) as AllowRule[]
}

/** A group and those that it lies in. */
export async function groupsAbove(db: Db, tenant: string, group: string): Promise<string[]> {
  // UNION, not UNION ALL: a circle of groups ends.
  const { rows } = await sql<{ group_id: string }>`
    WITH RECURSIVE above AS (
      SELECT group_id, parent_id FROM host_group WHERE tenant_id = ${tenant} AND group_id = ${group}
      UNION
      SELECT g.group_id, g.parent_id FROM host_group g JOIN above a ON g.group_id = a.parent_id WHERE g.tenant_id = ${tenant})
    SELECT group_id FROM above`.execute(db)
  return rows.map(one => one.group_id)
}

export async function countHits(db: Db, tenant: string, hits: ReadonlyMap<string, number>): Promise<void> {
  for (const [id, count] of [...hits].sort(([a], [b]) => (a < b ? -1 : 1)))
    await sql`UPDATE allow_rule SET hits = hits + ${count}::int WHERE tenant_id = ${tenant} AND allow_id = ${id}`.execute(
      db,
    )
}

function ruleOf(row: unknown): AllowRule | undefined {
  const parsed = stored.safeParse(row)
  if (!parsed.success) return undefined
  return {
    id: parsed.data.allow_id,
    scope: parsed.data.scope,
    condition: parsed.data.condition,
    createdBy: parsed.data.created_by,
  }
}
