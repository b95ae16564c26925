import { z } from 'zod'
import type { AnswerOf, notificationRoutes } from '../../model/api/index.ts'
import { notice } from '../../notify/index.ts'
import type { Db } from '../context.ts'

type Answer = AnswerOf<(typeof notificationRoutes)['getDelivery']>

const log = z.array(z.object({ at: z.string(), result: z.string(), detail: z.string() })).catch([])
const purpose = z.enum(['notice', 'digest', 'escalation', 'test']).catch('notice')
const state = z.enum(['due', 'delivered', 'dead', 'merged']).catch('dead')
const shownNotice = notice.pick({ what: true, level: true, title: true, host: true })

export function deliveriesOf(db: Db) {
  return db
    .selectFrom('delivery')
    .innerJoin('channel', join =>
      join
        .onRef('channel.tenant_id', '=', 'delivery.tenant_id')
        .onRef('channel.channel_id', '=', 'delivery.channel_id'),
    )
    .selectAll('delivery')
    .select(['channel.name as channel_name', 'channel.kind as channel_kind'])
}

type Row = Awaited<ReturnType<ReturnType<typeof deliveriesOf>['execute']>>[number]

export function deliveryAnswer(row: Row): Answer {
  const { what, level, title, host } = shownNotice.parse(row.notice)
  return {
    id: row.delivery_id,
    channel: { id: row.channel_id, name: row.channel_name, kind: row.channel_kind },
    ...(row.route_id === null ? {} : { route: row.route_id }),
    purpose: purpose.parse(row.purpose),
    state: state.parse(row.state),
    what,
    level,
    title,
    ...(host === undefined ? {} : { host: host.name }),
    ...(row.alert_id === null ? {} : { alert: row.alert_id }),
    dueAt: row.due_at.toISOString(),
    tries: row.tries,
    createdAt: row.created_at.toISOString(),
    ...(row.ended_at === null ? {} : { endedAt: row.ended_at.toISOString() }),
    ...(row.merged_into === null ? {} : { mergedInto: row.merged_into }),
    log: log.parse(row.log),
  }
}
