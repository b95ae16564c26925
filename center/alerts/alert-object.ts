import { alertAbouts, type AlertObject, alertLevels, alertStatuses } from '../../model/api/index.ts'
import type { Db } from '../context.ts'

/** Alerts with their host, as every answer about alerts shows them; without the evidence. */
export function alertsOf(db: Db) {
  return db
    .selectFrom('alert')
    .innerJoin('host', join =>
      join.onRef('host.tenant_id', '=', 'alert.tenant_id').onRef('host.host_id', '=', 'alert.host_id'),
    )
    .select([
      'alert.alert_id',
      'alert.host_id',
      'host.name as host_name',
      'alert.group_id',
      'alert.about',
      'alert.origin',
      'alert.parent_id',
      'alert.type',
      'alert.rule_id',
      'alert.level',
      'alert.verdict',
      'alert.title',
      'alert.families',
      'alert.attack',
      'alert.status',
      'alert.handled_as',
      'alert.handled_by',
      'alert.assigned_to',
      'alert.first_seen',
      'alert.last_seen',
      'alert.seen_times',
      'alert.gone_at',
      'alert.campaign_id',
    ])
}

export type AlertRow = Awaited<ReturnType<ReturnType<typeof alertsOf>['execute']>>[number]

export function alertObjectOf(row: AlertRow): AlertObject {
  return {
    id: row.alert_id,
    host: { id: row.host_id, name: row.host_name, group: row.group_id },
    about: alertAbouts.find(one => one === row.about) ?? 'finding',
    origin: row.origin,
    ...(row.parent_id === null ? {} : { parent: row.parent_id }),
    type: row.type,
    ...(row.rule_id === '' ? {} : { rule: row.rule_id }),
    level: alertLevels[row.level] ?? 'informational',
    ...(row.verdict === '' ? {} : { verdict: row.verdict }),
    title: row.title,
    families: row.families,
    attack: row.attack,
    status: alertStatuses.find(one => one === row.status) ?? 'open',
    ...(row.handled_as === null ? {} : { handledAs: row.handled_as }),
    ...(row.handled_by === null ? {} : { handledBy: row.handled_by }),
    ...(row.assigned_to === null ? {} : { assignedTo: row.assigned_to }),
    firstSeen: row.first_seen.toISOString(),
    lastSeen: row.last_seen.toISOString(),
    seenTimes: row.seen_times,
    ...(row.gone_at === null ? {} : { goneAt: row.gone_at.toISOString() }),
    ...(row.campaign_id === null ? {} : { campaign: row.campaign_id }),
  }
}
