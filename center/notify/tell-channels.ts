import type { Bus, Db } from '../context.ts'

/** Has live views look again at these channels: how they are, what waits for them and what became of it. One word for any number of deliveries. */
export async function tellChannels(bus: Bus, tenant: string, channels: Iterable<string>, db: Db): Promise<void> {
  for (const id of new Set(channels)) await bus.publish('live', { tenant, what: 'notification', id }, db)
}
