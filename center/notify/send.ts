import { sql } from 'kysely'
import type { Delivery, OpenChannel } from '../../notify/index.ts'
import { SettingsError } from '../../notify/index.ts'
import type { Center, Db } from '../context.ts'
import { backOffSeconds, mostTries } from './back-off.ts'
import { type ClaimedChannel, claimChannel, later, type Message, messagesOf, renewClaim } from './claim.ts'
import { openSettings } from './sealed-settings.ts'
import { tellChannels } from './tell-channels.ts'

/**
 * Sends what is due on one channel. False: no channel has anything. The result of each message is written before the next is
 * sent; a process that dies in between sends that one message again, with the same id.
 */
export async function sendOnce(center: Center, signal: AbortSignal): Promise<boolean> {
  const channel = await center.store.system(db => claimChannel(db, center.node, center.clock()))
  if (channel === undefined) return false
  try {
    await sendAll(center, channel, signal)
  } catch (error) {
    // Else it would be claimed again at once, and so on without a pause.
    await center.store.system(db => restAfterTrouble(db, channel, center.clock()))
    throw error
  } finally {
    await center.store.system(db => release(db, channel, center.node))
  }
  return true
}

async function sendAll(center: Center, channel: ClaimedChannel, signal: AbortSignal): Promise<void> {
  const open = openOr(center, channel)
  if (typeof open === 'string') return stopChannel(center, channel, open)
  const messages = await center.store.system(db => messagesOf(db, channel, open, center.clock()))
  for (const message of messages) {
    if (signal.aborted) return
    if (!(await center.store.system(db => renewClaim(db, channel, center.node, center.clock())))) return
    const delivery = await open.send(message.notices, { language: message.language, signal, now: center.clock })
    // Stopped by us: it was no fault of the receiver, so it counts for nothing.
    if (signal.aborted && delivery.result === 'refused') return
    const rest = await center.store.system(db => record(db, center, channel, message, delivery))
    if (delivery.result === 'refused')
      center.log.warn('a notification was not taken', {
        channel: channel.channel_id,
        kind: channel.kind,
        detail: delivery.detail,
      })
    if (rest) return
  }
}

function openOr(center: Center, channel: ClaimedChannel): OpenChannel | string {
  try {
    return openSettings(center.keys, `channel:${channel.channel_id}`, channel)
  } catch (error) {
    if (error instanceof SettingsError) return `its settings no longer suit: ${error.message}`
    return 'its secrets cannot be opened with the master key of this center: enter them again'
  }
}

/** Nothing can be sent until a person corrects it; what waits is kept. */
async function stopChannel(center: Center, channel: ClaimedChannel, why: string): Promise<void> {
  const at = center.clock()
  center.log.error('a channel cannot be used', { channel: channel.channel_id, why })
  await center.store.system(async db => {
    await db
      .updateTable('channel')
      .set({ rest_until: later(at, 600), last_result: 'refused', last_detail: why, last_at: at })
      .where('tenant_id', '=', channel.tenant_id)
      .where('channel_id', '=', channel.channel_id)
      .execute()
    await tellChannels(center.bus, channel.tenant_id, [channel.channel_id], db)
  })
}

/** Writes down what became of a message. True: leave this receiver alone for a while. */
async function record(
  db: Db,
  { bus, clock }: Center,
  channel: ClaimedChannel,
  message: Message,
  delivery: Delivery,
): Promise<boolean> {
  const at = clock()
  const tries = Math.max(...message.deliveries.map(one => one.tries)) + 1
  const isTest = message.deliveries.some(one => one.purpose === 'test')
  const again = delivery.result === 'refused' && delivery.again && tries < mostTries && !isTest
  const wait = delivery.result === 'refused' ? backOffSeconds(tries, delivery.afterSeconds) : 0
  const state = delivery.result === 'delivered' ? 'delivered' : again ? 'due' : 'dead'
  const line = JSON.stringify({
    at: at.toISOString(),
    result: delivery.result,
    detail: delivery.detail.slice(0, 1_000),
  })
  await sql`
    UPDATE delivery SET state = ${state}, tries = tries + 1, ended_at = ${again ? null : at},
      due_at = ${again ? later(at, wait) : at},
      log = (CASE WHEN jsonb_array_length(log) >= 20 THEN log - 0 ELSE log END) || jsonb_build_array(${line}::jsonb)
    WHERE tenant_id = ${channel.tenant_id} AND delivery_id = ANY(${message.deliveries.map(one => one.id)}::uuid[]) AND state = 'due'`.execute(
    db,
  )
  const rest = again ? later(at, delivery.afterSeconds ?? Math.min(wait, 60)) : null
  await db
    .updateTable('channel')
    .set({ rest_until: rest, last_result: delivery.result, last_detail: delivery.detail.slice(0, 1_000), last_at: at })
    .where('tenant_id', '=', channel.tenant_id)
    .where('channel_id', '=', channel.channel_id)
    .execute()
  await tellChannels(bus, channel.tenant_id, [channel.channel_id], db)
  return rest !== null
}

async function restAfterTrouble(db: Db, { tenant_id, channel_id }: ClaimedChannel, at: Date): Promise<void> {
  await db
    .updateTable('channel')
    .set({ rest_until: later(at, 60) })
    .where('tenant_id', '=', tenant_id)
    .where('channel_id', '=', channel_id)
    .execute()
}

async function release(db: Db, { tenant_id, channel_id }: ClaimedChannel, node: string): Promise<void> {
  await db
    .updateTable('channel')
    .set({ busy_by: null, busy_until: null })
    .where('tenant_id', '=', tenant_id)
    .where('channel_id', '=', channel_id)
    .where('busy_by', '=', node)
    .execute()
}
