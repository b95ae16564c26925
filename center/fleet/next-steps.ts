import { sql } from 'kysely'
import type { nextSteps, Permission } from '../../model/api/index.ts'
import type { Caller, Db } from '../context.ts'
import { type Groups, groupsOf, inGroups } from './groups-meant.ts'
import { openAlerts } from './open-alerts.ts'
import { unfinishedCleanups } from './unfinished-cleanups.ts'

export type NextStep = (typeof nextSteps)[number]

export interface Asking {
  readonly db: Db
  readonly caller: Caller
  readonly now: Date
  /** Groups that are asked for; undefined: all. */
  readonly asked: readonly string[] | undefined
}

/** Whoever has this right can take the step. What one only looks at needs no more than to see it. */
const needs: Readonly<Record<NextStep, Permission | 'self'>> = {
  'handle-confirmed': 'alerts:triage',
  'rebuild-host': 'alerts:handle',
  'finish-cleanup': 'alerts:handle',
  'approve-orders': 'orders:approve',
  'look-at-tampered': 'alerts:read',
  'handle-suspected': 'alerts:triage',
  'let-hosts-in': 'hosts:enrol',
  'look-at-offline': 'hosts:read',
  'scan-hosts': 'scans:start',
  'close-exposure': 'alerts:triage',
  'add-second-factor': 'self',
  'add-channel': 'notifications:write',
  'add-host': 'hosts:enrol',
}

/** A host that was not looked at for so long. */
const scanDays = 7

/** How much there is to do in each step, of what the caller may do; 0 where nothing is. */
export async function countSteps(asking: Asking): Promise<Readonly<Record<NextStep, number>>> {
  const groups = (step: NextStep): Groups => {
    const right = needs[step]
    return right === 'self' ? 'all' : groupsOf(asking.caller, right, asking.asked)
  }
  const { db, now } = asking
  const open = await openAlerts(db, groupsOf(asking.caller, 'alerts:read', asking.asked), now)
  const opened = (step: NextStep, fits: (one: (typeof open)[number]) => boolean) =>
    sum(open.filter(one => fits(one) && isIn(groups(step), one.group)).map(one => one.count))
  const cleanups = await unfinishedCleanups(db, groups('finish-cleanup'), now)
  const advised = await rebuildAdvised(db, groups('rebuild-host'))
  return {
    'handle-confirmed': opened('handle-confirmed', one => one.verdict === 'confirmed'),
    'rebuild-host': new Set([...advised, ...cleanups.rebuild]).size,
    'finish-cleanup': cleanups.left,
    'approve-orders': await ordersToApprove(asking, groups('approve-orders')),
    'look-at-tampered': opened('look-at-tampered', one => one.type === 'agent-tampering'),
    'handle-suspected': opened('handle-suspected', one => one.verdict === 'suspected'),
    'let-hosts-in': await hostsToLetIn(db, groups('let-hosts-in')),
    'look-at-offline': await hostsOffline(db, groups('look-at-offline')),
    'scan-hosts': await hostsToScan(db, groups('scan-hosts'), now),
    'close-exposure': opened('close-exposure', one => one.verdict === 'exposure'),
    'add-second-factor': await lacksSecondFactor(asking),
    'add-channel': await lacksChannel(asking),
    'add-host': await lacksHost(db, groups('add-host')),
  }
}

/** Hosts whose last scan says that cleaning is not enough. */
async function rebuildAdvised(db: Db, groups: Groups): Promise<string[]> {
  if (isNowhere(groups)) return []
  const { rows } = await sql<{ host_id: string }>`
    SELECT host_id FROM host JOIN host_score USING (tenant_id, host_id)
    WHERE removed_at IS NULL AND ${inGroups('group_id', groups)} AND host.score < 100
      AND host_score.reasons @> '[{"what":"rebuild-advised"}]'`.execute(db)
  return rows.map(row => row.host_id)
}

/** Without one's own orders, and those that one has approved already: another person must. */
async function ordersToApprove({ db, caller, now }: Asking, groups: Groups): Promise<number> {
  if (isNowhere(groups)) return 0
  return count(
    db,
    sql`SELECT count(*)::int AS count FROM host_order o JOIN host USING (tenant_id, host_id)
      WHERE o.state = 'waiting-approval' AND o.expires_at > ${now}::timestamptz AND o.created_by <> ${caller.name}
        AND removed_at IS NULL AND ${inGroups('group_id', groups)}
        AND NOT EXISTS (SELECT FROM order_approval a
          WHERE a.tenant_id = o.tenant_id AND a.order_id = o.order_id AND a.approver = ${caller.name})`,
  )
}

async function hostsToLetIn(db: Db, groups: Groups): Promise<number> {
  if (isNowhere(groups)) return 0
  return count(
    db,
    sql`SELECT count(*)::int AS count FROM enrolment JOIN enrolment_token t USING (tenant_id, token_id)
      WHERE enrolment.state = 'pending' AND ${inGroups('t.group_id', groups)}`,
  )
}

async function hostsOffline(db: Db, groups: Groups): Promise<number> {
  return count(
    db,
    sql`SELECT count(*)::int AS count FROM host JOIN agent USING (tenant_id, agent_id)
      WHERE removed_at IS NULL AND state = 'active' AND NOT online AND ${inGroups('group_id', groups)}`,
  )
}

/** Only those that could be scanned now. */
async function hostsToScan(db: Db, groups: Groups, now: Date): Promise<number> {
  if (isNowhere(groups)) return 0
  const before = new Date(now.getTime() - scanDays * 86_400_000)
  return count(
    db,
    sql`SELECT count(*)::int AS count FROM host JOIN agent USING (tenant_id, agent_id)
      WHERE removed_at IS NULL AND state = 'active' AND online AND ${inGroups('group_id', groups)}
        AND (last_scan_at IS NULL OR last_scan_at < ${before}::timestamptz)`,
  )
}

/** Whoever signs in with a password alone. Providers and passkeys have their own second factor. */
async function lacksSecondFactor({ db, caller }: Asking): Promise<number> {
  if (caller.kind !== 'user') return 0
  return count(
    db,
    sql`SELECT count(*)::int AS count FROM user_account u
      WHERE u.user_id::text = ${caller.id} AND u.password_hash IS NOT NULL AND u.totp_sealed IS NULL
        AND NOT EXISTS (SELECT FROM webauthn_credential k WHERE k.tenant_id = u.tenant_id AND k.user_id = u.user_id)`,
  )
}

/** Channels are the whole tenant's. */
async function lacksChannel({ db, caller }: Asking): Promise<number> {
  if (isNowhere(caller.groupsFor('notifications:write'))) return 0
  return (await count(db, sql`SELECT count(*)::int AS count FROM channel WHERE enabled`)) === 0 ? 1 : 0
}

async function lacksHost(db: Db, groups: Groups): Promise<number> {
  if (isNowhere(groups)) return 0
  const some = sql`SELECT count(*)::int AS count FROM (
    SELECT FROM host WHERE removed_at IS NULL AND ${inGroups('group_id', groups)} LIMIT 1) AS one`
  return (await count(db, some)) === 0 ? 1 : 0
}

async function count(db: Db, asked: ReturnType<typeof sql>): Promise<number> {
  const { rows } = await sql<{ count: number }>`${asked}`.execute(db)
  return rows[0]?.count ?? 0
}

function isIn(groups: Groups, group: string): boolean {
  return groups === 'all' || groups.includes(group)
}

function isNowhere(groups: Groups): boolean {
  return groups !== 'all' && groups.length === 0
}

function sum(numbers: readonly number[]): number {
  return numbers.reduce((total, one) => total + one, 0)
}
