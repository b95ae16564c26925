import { sql } from 'kysely'
import { sealWith } from '../../keys/index.ts'
import type { Center } from '../../context.ts'
import { testCenter } from '../../ingest/testing/agents.ts'
import type { TestStore } from '../../testing/index.ts'
import { uuid7 } from '../../uuid7.ts'

/** A center with real sealing on a real store. */
export function sealingCenter(store: TestStore, more: Partial<Center> = {}) {
  const keys = { signOrder: () => Promise.reject(new Error('no orders here')), ...sealWith(Buffer.alloc(32, 9)) }
  return testCenter(store, { keys, ...more })
}

export async function addHost(store: TestStore, name: string, group = store.group): Promise<string> {
  const id = uuid7()
  await store.store.tenant(store.tenant, db =>
    db
      .insertInto('host')
      .values({ tenant_id: store.tenant, host_id: id, group_id: group, name, agent_id: null })
      .execute(),
  )
  return id
}

export interface NewAlert {
  readonly host: string
  readonly title?: string
  readonly level?: number
  readonly type?: string
  readonly parent?: string
  readonly group?: string
  readonly status?: string
  readonly body?: unknown
}

/** Opens alerts as ingest does: rows and events in one transaction. */
export async function openAlerts(
  store: TestStore,
  at: Date,
  alerts: readonly NewAlert[],
  fail = false,
): Promise<string[]> {
  const ids = alerts.map(() => uuid7(at))
  await store.store.tenant(store.tenant, async db => {
    for (const [place, alert] of alerts.entries())
      await db
        .insertInto('alert')
        .values({
          tenant_id: store.tenant,
          alert_id: ids[place] ?? '',
          host_id: alert.host,
          group_id: alert.group ?? store.group,
          about: 'incident',
          origin: ids[place] ?? '',
          parent_id: alert.parent ?? null,
          type: alert.type ?? 'mining',
          level: alert.level ?? 4,
          title: alert.title ?? `Alert ${place}`,
          handled_as: null,
          handled_by: null,
          status: alert.status ?? 'open',
          status_at: at,
          assigned_to: null,
          first_seen: at,
          last_seen: at,
          campaign_id: null,
          body: JSON.stringify(alert.body ?? { summary: ['It uses all processors.'] }),
        })
        .execute()
    await addEvents(store, at, ids, 'opened', db)
    if (fail) throw new Error('the reporting transaction fails')
  })
  return ids
}

export async function addEvents(
  store: TestStore,
  at: Date,
  alerts: readonly string[],
  what: string,
  db?: Parameters<Parameters<TestStore['store']['tenant']>[1]>[0],
): Promise<void> {
  if (db === undefined) return store.store.tenant(store.tenant, own => addEvents(store, at, alerts, what, own))
  const rows = alerts.map(alert => ({ event_id: uuid7(at), alert_id: alert }))
  await sql`
    INSERT INTO alert_event (tenant_id, event_id, alert_id, at, actor, what)
    SELECT ${store.tenant}::uuid, event_id, alert_id, ${at}::timestamptz, 'host', ${what}
    FROM jsonb_to_recordset(${JSON.stringify(rows)}::jsonb) AS x(event_id uuid, alert_id uuid)`.execute(db)
}
