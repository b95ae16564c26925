import type { Db } from '../../context.ts'
import { uuid7 } from '../../uuid7.ts'
import type { Things } from './things.ts'

/** To a port of this machine where nothing listens; switched off, so that nothing is sent. */
export async function seedNotify(db: Db, tenant_id: string, marker: string, alert: string): Promise<Things> {
  const [channel, route, delivery, exported] = [uuid7(), uuid7(), uuid7(), uuid7()]
  const by = { tenant_id, name: marker, created_by: marker, enabled: false }
  const settings = JSON.stringify({ url: 'http://127.0.0.1:1/' })
  const about = { id: marker, what: 'alert', level: 'high', at: new Date().toISOString(), title: marker }
  const notice = { ...about, lines: [], families: [], attack: [] }
  await db
    .insertInto('channel')
    .values({ ...by, channel_id: channel, kind: 'webhook', settings })
    .execute()
  await db
    .insertInto('notify_route')
    .values({ ...by, route_id: route, condition: '{}', channels: [channel] })
    .execute()
  await db
    .insertInto('delivery')
    .values({
      tenant_id,
      delivery_id: delivery,
      channel_id: channel,
      route_id: route,
      purpose: 'notice',
      notice_id: marker,
      notice: JSON.stringify(notice),
      alert_id: alert,
      language: 'en',
      gather: false,
      state: 'dead',
      due_at: new Date(),
    })
    .execute()
  await db
    .insertInto('siem_export')
    .values({ ...by, export_id: exported, kind: 'webhook', settings, condition: '{}' })
    .execute()
  return { channel, route, delivery, export: exported }
}
