import { z } from 'zod'
import { allowCondition, type allowObject, type alertRoutes, scope as scopeSchema } from '../../model/api/index.ts'
import { beyond, keyset } from '../api/keyset.ts'
import type { Caller, Db, Handlers } from '../context.ts'
import { hostsInScope, scopeReaches } from '../fleet/index.ts'
import { changeStatus } from '../ingest/change-status.ts'
import { badRequest, conflict, notAllowed, notFound } from '../problem-error.ts'
import { uuid7 } from '../uuid7.ts'
import { alertObjectOf, alertsOf } from './alert-object.ts'
import { replay, type Silenced } from './replay.ts'

type AllowHandlers = Pick<
  Handlers<typeof alertRoutes>,
  'listAllowances' | 'replayAllowance' | 'createAllowance' | 'removeAllowance'
>
type Condition = z.output<typeof allowCondition>
type Scope = z.output<typeof scopeSchema>

const byId = keyset('allowlist', [z.uuid()])
const replayDays = 30

export const allowHandlers: AllowHandlers = {
  async listAllowances({ query }, { caller, db }) {
    const rows = await rulesOf(db)
      .where(scopeReaches(caller, 'alerts:read', 'allow_rule.scope'))
      .where(beyond(['allow_id'], byId.read(query.after), 'desc'))
      .orderBy('allow_id', 'desc')
      .limit(query.limit + 1)
      .execute()
    const { items, ...next } = byId.page(rows, query.limit, row => [row.allow_id])
    return { items: items.map(allowObjectOf), ...next }
  },

  async replayAllowance({ body }, { caller, db, center }) {
    requireCondition(body.condition)
    const silenced = await replayed(db, caller, body.scope, body.condition, center.clock())
    const examples =
      silenced.alerts.length === 0
        ? []
        : await alertsOf(db).where('alert.alert_id', 'in', silenced.alerts.slice(0, 20)).execute()
    return {
      matched: silenced.alerts.length,
      confirmed: silenced.confirmed,
      hosts: silenced.hosts,
      examples: examples.map(alertObjectOf),
    }
  },

  async createAllowance({ body }, { caller, db, center, audit }) {
    requireCondition(body.condition)
    requireOwnScope(caller, body.scope)
    const now = center.clock()
    if (body.expiresAt !== undefined && Date.parse(body.expiresAt) <= now.getTime())
      throw badRequest('It would have ended before it begins', 'Give a time that is still to come.')
    const silenced = await replayed(db, caller, body.scope, body.condition, now)
    if (silenced.alerts.length !== body.replayed)
      throw conflict(
        `It would have silenced ${silenced.alerts.length} alerts, not ${body.replayed}`,
        'Look at the replay again: new alerts came in meanwhile.',
      )
    if (silenced.confirmed > 0 && caller.groupsFor('policies:write') !== 'all')
      throw notAllowed(`It would silence ${silenced.confirmed} confirmed incidents. Only an administrator may do that.`)
    const id = uuid7(now)
    await db
      .insertInto('allow_rule')
      .values({
        tenant_id: caller.tenant,
        allow_id: id,
        scope: JSON.stringify(body.scope),
        condition: JSON.stringify(body.condition),
        reason: body.reason,
        created_by: caller.name,
        expires_at: body.expiresAt ?? null,
      })
      .execute()
    await changeStatus(db, caller.tenant, {
      alerts: silenced.alerts,
      to: 'allowed',
      from: ['open'],
      handledAs: 'allow',
      by: caller.name,
      what: 'allowed',
      detail: { allowance: id, reason: body.reason },
      at: now,
    })
    await audit(
      'allowance.created',
      { kind: 'allowance', id },
      { scope: body.scope, condition: body.condition, silenced: silenced.alerts.length },
    )
    for (const alert of silenced.alerts.slice(0, 1_000))
      await center.bus.publish('live', { tenant: caller.tenant, what: 'alert', id: alert }, db)
    return allowObjectOf(await rulesOf(db).where('allow_id', '=', id).executeTakeFirstOrThrow())
  },

  async removeAllowance({ params }, { caller, db, center, audit }) {
    const row = await rulesOf(db).where('allow_id', '=', params.allowance).executeTakeFirst()
    if (row === undefined) throw notFound('allowance')
    const rule = allowObjectOf(row)
    requireOwnScope(caller, rule.scope)
    const now = center.clock()
    await db.updateTable('allow_rule').where('allow_id', '=', params.allowance).set({ removed_at: now }).execute()
    const reopened = await noLongerAllowed(db, caller, rule, now)
    await changeStatus(db, caller.tenant, {
      alerts: reopened,
      to: 'open',
      from: ['allowed'],
      by: caller.name,
      what: 'reopened',
      detail: { allowance: params.allowance },
      at: now,
    })
    await audit('allowance.removed', { kind: 'allowance', id: params.allowance }, { reopened: reopened.length })
  },
}

function rulesOf(db: Db) {
  return db
    .selectFrom('allow_rule')
    .where('removed_at', 'is', null)
    .select(['allow_id', 'scope', 'condition', 'reason', 'created_by', 'created_at', 'expires_at', 'hits'])
}

function allowObjectOf(
  row: Awaited<ReturnType<ReturnType<typeof rulesOf>['execute']>>[number],
): z.output<typeof allowObject> {
  return {
    id: row.allow_id,
    scope: scopeSchema.parse(row.scope),
    condition: allowCondition.parse(row.condition),
    reason: row.reason,
    createdBy: row.created_by,
    createdAt: row.created_at.toISOString(),
    ...(row.expires_at === null ? {} : { expiresAt: row.expires_at.toISOString() }),
    hits: row.hits,
  }
}

function requireCondition(condition: Condition): void {
  if (Object.values(condition).every(one => one === undefined))
    throw badRequest(
      'An allowance must name something',
      'Give at least one of rule, sha256, path, user, package or fingerprint.',
    )
}

/** Whoever has the right for some groups only can allow things there only, not everywhere. */
function requireOwnScope(caller: Caller, scope: Scope): void {
  const groups = caller.groupsFor('allowlist:write')
  if (groups === 'all') return
  const outside =
    scope.groups === undefined ||
    scope.hosts !== undefined ||
    scope.tags !== undefined ||
    scope.groups.some(one => !groups.includes(one))
  if (outside)
    throw notAllowed(
      'You may allow things in your own groups only: name them in the scope, and neither hosts nor tags.',
    )
}

async function replayed(db: Db, caller: Caller, scope: Scope, condition: Condition, now: Date): Promise<Silenced> {
  const hosts = await hostsInScope(db, caller, 'alerts:read', scope)
  return replay(db, condition, {
    hosts: hosts.map(one => one.host),
    since: new Date(now.getTime() - replayDays * 86_400_000),
    statuses: ['open', 'handling', 'handled', 'ignored'],
  })
}

/** What the removed rule had silenced and no other one that is in force silences. */
async function noLongerAllowed(
  db: Db,
  caller: Caller,
  rule: z.output<typeof allowObject>,
  now: Date,
): Promise<string[]> {
  const silencedBy = async (one: z.output<typeof allowObject>) => {
    const hosts = await hostsInScope(db, caller, 'alerts:read', one.scope)
    return replay(db, one.condition, { hosts: hosts.map(host => host.host), since: new Date(0), statuses: ['allowed'] })
  }
  const opened = new Set((await silencedBy(rule)).alerts)
  if (opened.size === 0) return []
  const others = (await rulesOf(db).execute()).map(allowObjectOf)
  for (const other of others) {
    if (other.id === rule.id || (other.expiresAt !== undefined && Date.parse(other.expiresAt) <= now.getTime()))
      continue
    for (const alert of (await silencedBy(other)).alerts) opened.delete(alert)
  }
  return [...opened]
}
