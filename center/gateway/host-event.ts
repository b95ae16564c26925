import type { Db } from '../context.ts'
import { uuid7 } from '../uuid7.ts'

export interface HostEvent {
  readonly tenant: string
  readonly host: string
  readonly what: string
  readonly detail?: Readonly<Record<string, unknown>>
}

/** Writes down what people should know of hosts. */
export async function addHostEvents(db: Db, at: Date, events: readonly HostEvent[]): Promise<void> {
  if (events.length === 0) return
  await db
    .insertInto('host_event')
    .values(
      events.map(({ tenant, host, what, detail = {} }) => ({
        tenant_id: tenant,
        event_id: uuid7(at),
        host_id: host,
        what,
        detail: JSON.stringify(detail),
        at,
      })),
    )
    .execute()
}
