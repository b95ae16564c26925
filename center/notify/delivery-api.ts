import { z } from 'zod'
import type { notificationRoutes as routes } from '../../model/api/index.ts'
import { beyond, keyset } from '../api/keyset.ts'
import type { Db, Handlers } from '../context.ts'
import { conflict, notFound } from '../problem-error.ts'
import { deliveriesOf, deliveryAnswer } from './delivery-answer.ts'
import { tellChannels } from './tell-channels.ts'

type Own = 'listDeliveries' | 'getDelivery' | 'retryDelivery'
const newestFirst = keyset('deliveries', [z.uuid()])

export const deliveryHandlers: Pick<Handlers<typeof routes>, Own> = {
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
    await tellChannels(center.bus, caller.tenant, [before.channel.id], db)
    return oneDelivery(db, params.delivery)
  },
}

async function oneDelivery(db: Db, id: string) {
  const row = await deliveriesOf(db).where('delivery.delivery_id', '=', id).executeTakeFirst()
  if (row === undefined) throw notFound('delivery')
  return deliveryAnswer(row)
}
