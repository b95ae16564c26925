import { sql } from 'kysely'
import { z } from 'zod'
import type { AnswerOf, notificationRoutes as routes } from '../../model/api/index.ts'
import { routeCondition } from '../../model/api/index.ts'
import { channelKinds, preview } from '../../notify/index.ts'
import { beyond, keyset } from '../api/keyset.ts'
import type { Center, Db, Handlers, Request } from '../context.ts'
import { badRequest, conflict, notFound } from '../problem-error.ts'
import { uuid7 } from '../uuid7.ts'
import { deliveriesOf, deliveryAnswer } from './delivery-answer.ts'
import { languageOf, routeOf } from './route-set.ts'
import { objectOf, openSettings, sealSettings, secretNames } from './sealed-settings.ts'

type Routes = typeof routes
type Channel = AnswerOf<Routes['getChannel']>
type ExportRoute = 'listExports' | 'createExport' | 'changeExport' | 'removeExport'
const newestFirst = keyset('deliveries', [z.uuid()])

/** Channels, routes, deliveries; exports are in center/export. Names that are taken, and routes to channels that are not there, are refused. */
export const notificationHandlers: Omit<Handlers<Routes>, ExportRoute> = {
  async listChannelKinds() {
    return {
      items: channelKinds.map(({ kind, title, limits, secrets, schema }) => ({
        kind,
        title,
        limits,
        secrets: [...secrets],
        schema: schema(),
      })),
    }
  },

  async listChannels(_, request) {
    return { items: await channels(request) }
  },

  async getChannel({ params }, request) {
    return oneChannel(request, params.channel)
  },

  async createChannel({ body }, request) {
    const { db, caller, center, audit } = request
    const id = uuid7(center.clock())
    await requireFreeName(db, 'channel', body.name, undefined)
    const sealed = sealSettings(center.keys, `channel:${id}`, body.kind, body.settings)
    await db
      .insertInto('channel')
      .values({
        tenant_id: caller.tenant,
        channel_id: id,
        name: body.name,
        kind: body.kind,
        ...sealed,
        language: body.language,
        enabled: body.enabled,
        created_by: caller.name,
        busy_by: null,
        last_result: null,
        last_detail: null,
      })
      .execute()
    await audit('channel.created', { kind: 'channel', id }, { name: body.name, kind: body.kind })
    return oneChannel(request, id)
  },

  async changeChannel({ params, body }, request) {
    const { db, center, audit } = request
    const before = await channelRow(db, params.channel)
    await requireFreeName(db, 'channel', body.name, params.channel)
    const sealed = sealSettings(center.keys, `channel:${params.channel}`, body.kind, body.settings, before)
    await db
      .updateTable('channel')
      .set({
        name: body.name,
        kind: body.kind,
        ...sealed,
        language: body.language,
        enabled: body.enabled,
        changed_at: center.clock(),
        rest_until: null,
      })
      .where('channel_id', '=', params.channel)
      .execute()
    await audit('channel.changed', { kind: 'channel', id: params.channel }, { name: body.name, kind: body.kind })
    return oneChannel(request, params.channel)
  },

  async removeChannel({ params }, { db, audit }) {
    const { name } = await channelRow(db, params.channel)
    const used = await db
      .selectFrom('notify_route')
      .select('name')
      .where(sql<boolean>`(${params.channel} = ANY(channels) OR escalation->'channels' ? ${params.channel})`)
      .execute()
    if (used.length > 0)
      throw conflict(
        'A route still names this channel',
        `Take it out first of: ${used.map(one => one.name).join(', ')}.`,
      )
    await db.deleteFrom('channel').where('channel_id', '=', params.channel).execute()
    await audit('channel.removed', { kind: 'channel', id: params.channel }, { name })
  },

  async testChannel({ params }, { db, caller, center, audit }) {
    const channel = await channelRow(db, params.channel)
    if (!channel.enabled) throw conflict('This channel is switched off', 'Switch it on, then test it.')
    const at = center.clock()
    const id = uuid7(at)
    await db
      .insertInto('delivery')
      .values({
        tenant_id: caller.tenant,
        delivery_id: id,
        channel_id: params.channel,
        route_id: null,
        purpose: 'test',
        notice_id: `test-${id}`,
        notice: JSON.stringify(testNotice(id, at, caller.name)),
        alert_id: null,
        language: channel.language,
        gather: false,
        due_at: at,
        merged_into: null,
      })
      .execute()
    // Whoever presses the button has probably just repaired it.
    await db.updateTable('channel').set({ rest_until: null }).where('channel_id', '=', params.channel).execute()
    await audit('channel.tested', { kind: 'channel', id: params.channel })
    await center.bus.publish('deliveries', { tenant: caller.tenant, what: 'delivery', id }, db)
    return { delivery: id }
  },

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

  async listDeliveries({ query }, { db }) {
    const rows = await deliveriesOf(db)
      .$if(query.state !== undefined, only => only.where('delivery.state', '=', query.state ?? ''))
      .$if(query.channel !== undefined, only => only.where('delivery.channel_id', '=', query.channel ?? ''))
      .$if(query.alert !== undefined, only => only.where('delivery.alert_id', '=', query.alert ?? ''))
      .where(beyond(['delivery.delivery_id'], newestFirst.read(query.after), 'desc'))
      .orderBy('delivery.delivery_id', 'desc')
      .limit(query.limit + 1)
      .execute()
    const { items, ...next } = newestFirst.page(rows, query.limit, row => [row.delivery_id])
    return { items: items.map(deliveryAnswer), ...next }
  },

  async getDelivery({ params }, { db }) {
    return oneDelivery(db, params.delivery)
  },

  async retryDelivery({ params }, { db, caller, center, audit }) {
    const before = await oneDelivery(db, params.delivery)
    if (before.state !== 'due' && before.state !== 'dead')
      throw conflict('There is nothing to try again', `This delivery is ${before.state}.`)
    await db
      .updateTable('delivery')
      .set({ state: 'due', due_at: center.clock(), tries: 0, ended_at: null })
      .where('delivery_id', '=', params.delivery)
      .execute()
    await db.updateTable('channel').set({ rest_until: null }).where('channel_id', '=', before.channel.id).execute()
    await audit('delivery.retried', { kind: 'delivery', id: params.delivery })
    await center.bus.publish('deliveries', { tenant: caller.tenant, what: 'delivery', id: params.delivery }, db)
    return oneDelivery(db, params.delivery)
  },

  async previewNotice({ body }, { center }) {
    return { ...preview(body.what, body.language, `${center.settings.address}/alerts/sample`, center.clock()) }
  },
}

async function channels({ db, center }: Request, only?: string): Promise<Channel[]> {
  const rows = await db
    .selectFrom('channel')
    .selectAll()
    .select(eb =>
      eb
        .selectFrom('delivery')
        .select(sql<number>`count(*)::int`.as('count'))
        .whereRef('delivery.channel_id', '=', 'channel.channel_id')
        .where('delivery.state', '=', 'due')
        .as('waiting'),
    )
    .$if(only !== undefined, query => query.where('channel_id', '=', only ?? ''))
    .orderBy('name')
    .execute()
  return rows.map(row => ({
    id: row.channel_id,
    name: row.name,
    kind: row.kind,
    settings: { ...objectOf(row.settings) },
    ...secretsAndWarnings(center, row),
    language: languageOf(row.language) ?? 'en',
    enabled: row.enabled,
    waiting: row.waiting ?? 0,
    ...(row.last_at === null || row.last_result === null
      ? {}
      : { last: { result: row.last_result, detail: row.last_detail ?? '', at: row.last_at.toISOString() } }),
  }))
}

async function oneChannel(request: Request, id: string): Promise<Channel> {
  const [channel] = await channels(request, id)
  if (channel === undefined) throw notFound('channel')
  return channel
}

function secretsAndWarnings(
  { keys }: Center,
  row: { channel_id: string; kind: string; settings: unknown; secrets: Buffer | null },
): { secrets: string[]; warnings: string[] } {
  const context = `channel:${row.channel_id}`
  try {
    return { secrets: secretNames(keys, context, row), warnings: [...openSettings(keys, context, row).warnings] }
  } catch {
    return { secrets: [], warnings: ['These settings cannot be used any more: enter them again, with the secrets.'] }
  }
}

async function channelRow(db: Db, id: string) {
  const row = await db
    .selectFrom('channel')
    .select(['name', 'kind', 'settings', 'secrets', 'language', 'enabled'])
    .where('channel_id', '=', id)
    .executeTakeFirst()
  if (row === undefined) throw notFound('channel')
  return row
}

async function requireFreeName(
  db: Db,
  table: 'channel' | 'notify_route',
  name: string,
  except: string | undefined,
): Promise<void> {
  const { rows } = await sql<{ id: string }>`
    SELECT ${sql.ref(table === 'channel' ? 'channel_id' : 'route_id')} AS id FROM ${sql.table(table)} WHERE name = ${name}`.execute(
    db,
  )
  if (rows.some(row => row.id !== except)) throw conflict('That name is taken', 'Give it another one.')
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

async function oneDelivery(db: Db, id: string) {
  const row = await deliveriesOf(db).where('delivery.delivery_id', '=', id).executeTakeFirst()
  if (row === undefined) throw notFound('delivery')
  return deliveryAnswer(row)
}

function testNotice(id: string, at: Date, by: string) {
  return {
    id: `test-${id}`,
    what: 'test',
    level: 'informational',
    at: at.toISOString(),
    title: 'Test message',
    lines: [`Asked for by ${by}.`],
    families: [],
    attack: [],
  }
}
