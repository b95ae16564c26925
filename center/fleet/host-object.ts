import type { Expression, SqlBool } from 'kysely'
import { sql } from 'kysely'
import { type HostObject, hostVerdicts } from '../../model/api/index.ts'
import type { Caller, Db } from '../context.ts'
import type { Permission } from '../../model/api/index.ts'

/** Hosts, also those that were removed, each with its group and agent. */
export function hostsEver(db: Db) {
  return db
    .selectFrom('host')
    .innerJoin('host_group', join =>
      join.onRef('host_group.tenant_id', '=', 'host.tenant_id').onRef('host_group.group_id', '=', 'host.group_id'),
    )
    .leftJoin('agent', join =>
      join.onRef('agent.tenant_id', '=', 'host.tenant_id').onRef('agent.agent_id', '=', 'host.agent_id'),
    )
}

/** Hosts with their group and agent, as every answer about hosts shows them. */
export function hostsOf(db: Db) {
  return hostsEver(db)
    .where('host.removed_at', 'is', null)
    .select([
      'host.host_id',
      'host.name',
      'host.hostname',
      'host.group_id',
      'host_group.name as group_name',
      'host.region',
      'host.owner',
      'host.tags',
      'host.note',
      'host.system',
      'host.kernel',
      'host.architecture',
      'host.addresses',
      'host.verdict',
      'host.score',
      'host.open_alerts',
      'host.last_scan_at',
      'host.created_at',
      'agent.online',
      'agent.last_seen',
      'agent.offline_reason',
      'agent.program',
      'agent.tampered_at',
    ])
}

export type HostRow = Awaited<ReturnType<ReturnType<typeof hostsOf>['execute']>>[number]

export function hostObjectOf(row: HostRow): HostObject {
  return {
    id: row.host_id,
    name: row.name,
    hostname: row.hostname,
    group: { id: row.group_id, name: row.group_name },
    region: row.region,
    owner: row.owner,
    tags: row.tags,
    note: row.note,
    system: row.system,
    kernel: row.kernel,
    architecture: row.architecture,
    addresses: row.addresses,
    verdict: hostVerdicts.find(one => one === row.verdict) ?? 'unknown',
    ...(row.score === null ? {} : { score: row.score }),
    openAlerts: row.open_alerts,
    ...(row.last_scan_at === null ? {} : { lastScanAt: row.last_scan_at.toISOString() }),
    online: row.online === true,
    ...(row.last_seen === null ? {} : { lastSeen: row.last_seen.toISOString() }),
    ...(row.online === true || row.offline_reason === null ? {} : { offlineReason: row.offline_reason }),
    program: row.program ?? '',
    ...(row.tampered_at === null ? {} : { tamperedAt: row.tampered_at.toISOString() }),
    createdAt: row.created_at.toISOString(),
  }
}

/** True for the hosts whose group the caller has the right in. */
export function inGroupsOf(caller: Caller, permission: Permission, column = 'host.group_id'): Expression<SqlBool> {
  const groups = caller.groupsFor(permission)
  if (groups === 'all') return sql<SqlBool>`true`
  return sql<SqlBool>`${sql.ref(column)} = any(${sql.val([...groups])}::uuid[])`
}

/** True for the groups themselves that the caller has the right in. */
export function mayInGroup(caller: Caller, permission: Permission, group: string): boolean {
  const groups = caller.groupsFor(permission)
  return groups === 'all' || groups.includes(group)
}

/** A pattern for ILIKE that means the text itself. */
export function containing(text: string): string {
  return `%${text.replace(/[\\%_]/g, '\\$&')}%`
}
