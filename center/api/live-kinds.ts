import { type RawBuilder, sql } from 'kysely'
import { type LiveKind, liveKinds, type Permission } from '../../model/api/index.ts'
import type { Db } from '../context.ts'

/** Who may hear of changes of a kind, and how its groups are found: rows of (id, group_id). */
interface LiveRule {
  readonly needs: Permission
  /** Absent: it belongs to no group, so only those with the right for all groups hear of it. */
  readonly groups?: (ids: readonly string[]) => RawBuilder<{ id: string; group_id: string }>
}

export const liveRules: Readonly<Record<LiveKind, LiveRule>> = {
  alert: {
    needs: 'alerts:read',
    groups: ids =>
      sql`SELECT alert_id::text AS id, group_id::text FROM alert WHERE alert_id = ANY(${uuids(ids)}::uuid[])`,
  },
  campaign: {
    needs: 'alerts:read',
    groups: ids =>
      sql`SELECT DISTINCT campaign_id::text AS id, group_id::text FROM alert WHERE campaign_id = ANY(${uuids(ids)}::uuid[])`,
  },
  detection: {
    needs: 'alerts:read',
    groups: ids =>
      sql`SELECT detection_id::text AS id, group_id::text FROM detection WHERE detection_id = ANY(${uuids(ids)}::uuid[])`,
  },
  host: {
    needs: 'hosts:read',
    groups: ids => sql`SELECT host_id::text AS id, group_id::text FROM host WHERE host_id = ANY(${uuids(ids)}::uuid[])`,
  },
  group: {
    needs: 'hosts:read',
    groups: ids =>
      sql`SELECT group_id::text AS id, group_id::text FROM host_group WHERE group_id = ANY(${uuids(ids)}::uuid[])`,
  },
  agent: {
    needs: 'hosts:read',
    groups: ids =>
      sql`SELECT agent_id::text AS id, group_id::text FROM agent JOIN host USING (tenant_id, host_id) WHERE agent.agent_id = ANY(${uuids(ids)}::uuid[])`,
  },
  enrolment: {
    needs: 'hosts:enrol',
    groups: ids =>
      sql`SELECT enrolment_id::text AS id, group_id::text FROM enrolment JOIN enrolment_token USING (tenant_id, token_id) WHERE enrolment_id = ANY(${uuids(ids)}::uuid[])`,
  },
  order: {
    needs: 'hosts:read',
    groups: ids =>
      sql`SELECT order_id::text AS id, group_id::text FROM host_order JOIN host USING (tenant_id, host_id) WHERE order_id = ANY(${uuids(ids)}::uuid[])`,
  },
  task: {
    needs: 'hosts:read',
    groups: ids =>
      sql`SELECT DISTINCT task_id::text AS id, group_id::text FROM host_order JOIN host USING (tenant_id, host_id) WHERE task_id = ANY(${uuids(ids)}::uuid[])`,
  },
  run: {
    needs: 'hosts:read',
    groups: ids =>
      sql`SELECT run_id AS id, group_id::text FROM run JOIN host USING (tenant_id, host_id) WHERE run_id = ANY(${[...ids]}::text[])`,
  },
  scan: {
    needs: 'hosts:read',
    groups: ids =>
      sql`SELECT scan_id::text AS id, group_id::text FROM scan JOIN host USING (tenant_id, host_id) WHERE scan_id = ANY(${uuids(ids)}::uuid[])`,
  },
  quarantine: {
    needs: 'hosts:read',
    groups: ids =>
      sql`SELECT entry_id AS id, group_id::text FROM quarantined JOIN host USING (tenant_id, host_id) WHERE entry_id = ANY(${[...ids]}::text[])
        UNION SELECT host_id::text, group_id::text FROM host WHERE host_id = ANY(${uuids(ids)}::uuid[])`,
  },
  block: {
    needs: 'hosts:read',
    groups: ids => sql`SELECT host_id::text AS id, group_id::text FROM host WHERE host_id = ANY(${uuids(ids)}::uuid[])`,
  },
  policy: {
    needs: 'hosts:read',
    groups: ids =>
      sql`SELECT group_id::text AS id, group_id::text FROM host_group WHERE group_id = ANY(${uuids(ids)}::uuid[])`,
  },
  rules: { needs: 'hosts:read' },
  allowlist: { needs: 'alerts:read' },
  notification: { needs: 'notifications:write' },
  progress: {
    needs: 'hosts:read',
    groups: ids => sql`SELECT host_id::text AS id, group_id::text FROM host WHERE host_id = ANY(${uuids(ids)}::uuid[])`,
  },
}

export function liveKind(what: string): LiveKind | undefined {
  return liveKinds.find(kind => kind === what)
}

/** The groups that each thing belongs to; what is in no group, or gone by now, is not in the answer. */
export async function groupsOfThings(
  db: Db,
  kind: LiveKind,
  ids: readonly string[],
): Promise<ReadonlyMap<string, readonly string[]>> {
  const found = new Map<string, string[]>()
  const groups = liveRules[kind].groups
  if (groups === undefined) return found
  for (const { id, group_id } of (await groups(ids).execute(db)).rows)
    found.set(id, [...(found.get(id) ?? []), group_id])
  return found
}

/** A message on the bus may carry the id of something else than we think; it must not fail the look-up of all others. */
function uuids(ids: readonly string[]): string[] {
  return ids.filter(id => /^[\da-f]{8}(?:-[\da-f]{4}){3}-[\da-f]{12}$/i.test(id))
}
