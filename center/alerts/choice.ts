import { sql } from 'kysely'
import type { z } from 'zod'
import type { alertChoice, Permission } from '../../model/api/index.ts'
import type { Caller, Db } from '../context.ts'
import { hostsInScope, inGroupsOf } from '../fleet/index.ts'
import { badRequest, notFound } from '../problem-error.ts'
import { type AlertRow, alertsOf } from './alert-object.ts'
import { alertRow } from './detail.ts'

export type AlertChoice = z.output<typeof alertChoice>

/** More at once would be a mistake, and one transaction. */
export const mostAtOnce = 1_000

/**
 * The alerts that are meant and that the caller has the right for. Of "all like this one" those that are not yet dealt
 * with; the one itself always. Throws 404 when one that was named is not there for the caller.
 */
export async function chosenAlerts(
  db: Db,
  caller: Caller,
  permission: Permission,
  choice: AlertChoice,
): Promise<AlertRow[]> {
  return 'alerts' in choice ? named(db, caller, permission, choice.alerts) : alike(db, caller, permission, choice)
}

async function named(db: Db, caller: Caller, permission: Permission, ids: readonly string[]): Promise<AlertRow[]> {
  const wanted = [...new Set(ids)]
  const rows = await alertsOf(db)
    .where('alert.alert_id', 'in', wanted)
    .where(inGroupsOf(caller, permission, 'alert.group_id'))
    .where(inGroupsOf(caller, 'alerts:read', 'alert.group_id'))
    .orderBy('alert.alert_id', 'desc')
    .execute()
  if (rows.length !== wanted.length) throw notFound('alert')
  return rows
}

async function alike(
  db: Db,
  caller: Caller,
  permission: Permission,
  { sameAs, by, scope }: Extract<AlertChoice, { sameAs: string }>,
): Promise<AlertRow[]> {
  const like = await alertRow(db, caller, sameAs)
  let query = alertsOf(db)
    .where(sql<boolean>`(alert.status IN ('open', 'handling') OR alert.alert_id = ${sameAs})`)
    .where(inGroupsOf(caller, permission, 'alert.group_id'))
    .where(inGroupsOf(caller, 'alerts:read', 'alert.group_id'))
  if (by === 'type') {
    // At the top of the list or below an incident, as the one that it is compared with.
    query = query
      .where('alert.type', '=', like.type)
      .where(
        like.parent_id === null ? sql<boolean>`alert.parent_id IS NULL` : sql<boolean>`alert.parent_id IS NOT NULL`,
      )
  } else if (by === 'rule') {
    if (like.rule_id === '') throw badRequest('This alert comes from no single rule', 'Choose those of the same type.')
    query = query.where('alert.rule_id', '=', like.rule_id)
  } else {
    const { hashes } = await db
      .selectFrom('alert')
      .where('alert_id', '=', sameAs)
      .select('hashes')
      .executeTakeFirstOrThrow()
    if (hashes.length === 0)
      throw badRequest('This alert names no file by its hash', 'Choose those of the same type or rule.')
    query = query
      .where(sql<boolean>`alert.hashes && ${sql.val(hashes)}::text[]`)
      .where(like.parent_id === null ? sql<boolean>`alert.parent_id IS NULL` : sql<boolean>`true`)
  }
  if (scope !== undefined) {
    const hosts = await hostsInScope(db, caller, permission, scope)
    query = query.where(sql<boolean>`alert.host_id = any(${sql.val(hosts.map(one => one.host))}::uuid[])`)
  }
  const rows = await query
    .orderBy('alert.alert_id', 'desc')
    .limit(mostAtOnce + 1)
    .execute()
  if (rows.length > mostAtOnce)
    throw badRequest(
      `More than ${mostAtOnce} alerts are alike`,
      'Narrow them by a scope of hosts or groups and go on with the rest after that.',
    )
  return rows
}
