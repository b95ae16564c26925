import { sql } from 'kysely'
import type { AnswerOf, notificationRoutes as routes } from '../../model/api/index.ts'
import { channelKinds, preview } from '../../notify/index.ts'
import type { Center, Db, Handlers, Request } from '../context.ts'
import { conflict, notFound } from '../problem-error.ts'
import { uuid7 } from '../uuid7.ts'
import { requireFreeName } from './free-name.ts'
import { languageOf } from './route-set.ts'
import { objectOf, openSettings, sealSettings, secretNames } from './sealed-settings.ts'
import { tellChannels } from './tell-channels.ts'

type Routes = typeof routes
type Channel = AnswerOf<Routes['getChannel']>
type Own =
  | 'listChannelKinds'
  | 'listChannels'
  | 'getChannel'
  | 'createChannel'
  | 'changeChannel'
  | 'removeChannel'
  | 'testChannel'
  | 'previewNotice'

/** Names that are taken are refused, and so is removing what a route names. */
export const channelHandlers: Pick<Handlers<Routes>, Own> = {
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
    await tellChannels(center.bus, caller.tenant, [id], db)
    return oneChannel(request, id)
  },

  async changeChannel({ params, body }, request) {
    const { db, caller, center, audit } = request
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
    await tellChannels(center.bus, caller.tenant, [params.channel], db)
    return oneChannel(request, params.channel)
  },

  async removeChannel({ params }, { db, caller, center, audit }) {
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
    await tellChannels(center.bus, caller.tenant, [params.channel], db)
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
    await tellChannels(center.bus, caller.tenant, [params.channel], db)
    return { delivery: id }
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
