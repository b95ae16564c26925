import { type AnswerOf, type notificationRoutes as routes, routeCondition } from '../../model/api/index.ts'
import type { Db, Handlers } from '../context.ts'
import { badRequest, notFound } from '../problem-error.ts'
import { uuid7 } from '../uuid7.ts'
import { requireFreeName } from './free-name.ts'
import { routeOf } from './route-set.ts'

type Routes = typeof routes
type Own = 'listNotifyRoutes' | 'createNotifyRoute' | 'changeNotifyRoute' | 'removeNotifyRoute'

/** Routes to channels that are not there are refused. */
export const routeHandlers: Pick<Handlers<Routes>, Own> = {
  async listNotifyRoutes(_, { db }) {
    const rows = await db.selectFrom('notify_route').selectAll().orderBy('name').execute()
    return { items: rows.map(routeAnswer) }
  },

  async createNotifyRoute({ body }, { db, caller, center, audit }) {
    const id = uuid7(center.clock())
    await requireFreeName(db, 'notify_route', body.name, undefined)
    await requireChannels(db, [...body.channels, ...(body.escalation?.channels ?? [])])
    const row = await db
      .insertInto('notify_route')
      .values({ tenant_id: caller.tenant, route_id: id, created_by: caller.name, ...routeColumns(body) })
      .returningAll()
      .executeTakeFirstOrThrow()
    await audit('notify-route.created', { kind: 'notify-route', id }, body)
    return routeAnswer(row)
  },

  async changeNotifyRoute({ params, body }, { db, audit }) {
    await requireFreeName(db, 'notify_route', body.name, params.route)
    await requireChannels(db, [...body.channels, ...(body.escalation?.channels ?? [])])
    const row = await db
      .updateTable('notify_route')
      .set(routeColumns(body))
      .where('route_id', '=', params.route)
      .returningAll()
      .executeTakeFirst()
    if (row === undefined) throw notFound('route')
    await audit('notify-route.changed', { kind: 'notify-route', id: params.route }, body)
    return routeAnswer(row)
  },

  async removeNotifyRoute({ params }, { db, audit }) {
    const row = await db
      .deleteFrom('notify_route')
      .where('route_id', '=', params.route)
      .returning('name')
      .executeTakeFirst()
    if (row === undefined) throw notFound('route')
    await audit('notify-route.removed', { kind: 'notify-route', id: params.route }, row)
  },
}

async function requireChannels(db: Db, ids: readonly string[]): Promise<void> {
  const known = await db
    .selectFrom('channel')
    .select('channel_id')
    .where('channel_id', 'in', [...ids])
    .execute()
  const missing = ids.filter(id => !known.some(row => row.channel_id === id))
  if (missing.length > 0) throw badRequest('There is no such channel', `Unknown: ${missing.join(', ')}.`)
}

function routeColumns(body: Omit<AnswerOf<Routes['createNotifyRoute']>, 'id'>) {
  return {
    name: body.name,
    enabled: body.enabled,
    condition: JSON.stringify(body.condition),
    channels: [...new Set(body.channels)],
    language: body.language ?? null,
    quiet: body.quiet === undefined ? null : JSON.stringify(body.quiet),
    digest_minutes: body.digestMinutes ?? null,
    rate: body.rate === undefined ? null : JSON.stringify(body.rate),
    escalation: body.escalation === undefined ? null : JSON.stringify(body.escalation),
  }
}

function routeAnswer(
  row: Parameters<typeof routeOf>[0] & { name: string; enabled: boolean },
): AnswerOf<Routes['createNotifyRoute']> {
  const { id, channels: to, condition, ...rest } = routeOf(row)
  return {
    id,
    name: row.name,
    enabled: row.enabled,
    condition: routeCondition.parse(condition),
    channels: [...to],
    ...rest,
  } as AnswerOf<Routes['createNotifyRoute']>
}
