import type { Db } from '../../context.ts'
import { uuid7 } from '../../uuid7.ts'

/** Ids by the names that paths use for them. */
export type Things = Readonly<Record<string, string>>

/** One of everything that paths name, on a host of the group. Its texts hold the marker, so that an answer that shows any of it is found. */
export async function seedThings(db: Db, tenant: string, group: string, marker: string): Promise<Things> {
  const tenant_id = tenant
  const [host, agent, alert, task, order] = [uuid7(), uuid7(), uuid7(), uuid7(), uuid7()]
  const now = new Date()
  const soon = new Date(now.getTime() + 86_400_000)
  await db
    .insertInto('host')
    .values({
      tenant_id,
      host_id: host,
      group_id: group,
      name: marker,
      hostname: marker,
      agent_id: agent,
      note: marker,
    })
    .execute()
  await db.insertInto('agent').values({ tenant_id, agent_id: agent, host_id: host, state: 'active' }).execute()
  const body = JSON.stringify({ marker })
  await db
    .insertInto('alert')
    .values({
      tenant_id,
      alert_id: alert,
      host_id: host,
      group_id: group,
      about: 'incident',
      origin: marker,
      parent_id: null,
      type: 'mining',
      level: 4,
      title: marker,
      status_at: now,
      first_seen: now,
      last_seen: now,
      body,
    })
    .execute()
  await db
    .insertInto('alert_event')
    .values({ tenant_id, event_id: uuid7(), alert_id: alert, at: now, actor: marker, what: 'opened', detail: body })
    .execute()
  await db
    .insertInto('task')
    .values({ tenant_id, task_id: task, kind: 'scan', title: marker, created_by: marker, detail: body })
    .execute()
  await db
    .insertInto('host_order')
    .values({
      tenant_id,
      order_id: order,
      task_id: task,
      host_id: host,
      agent_id: agent,
      kind: 'cancel',
      action: JSON.stringify({ kind: 'cancel', order }),
      state: 'waiting-approval',
      digest: marker,
      created_by: marker,
      expires_at: soon,
      approvals_needed: 1,
    })
    .execute()
  await db
    .insertInto('run')
    .values({
      tenant_id,
      host_id: host,
      run_id: marker,
      order_id: null,
      plan_id: marker,
      state: 'complete',
      incidents: [],
      proof_result: null,
      started_at: now,
      body,
    })
    .execute()
  await db
    .insertInto('quarantined')
    .values({
      tenant_id,
      host_id: host,
      entry_id: marker,
      sha256: marker,
      path: `/${marker}`,
      size: 1,
      at: now,
      run_id: null,
      reason: marker,
      gone_at: null,
    })
    .execute()
  await db
    .insertInto('inventory_item')
    .values({
      tenant_id,
      host_id: host,
      fact_id: marker,
      kind: 'listener',
      body,
      body_hash: Buffer.alloc(32),
      snapshot: null,
      first_seen: now,
      changed_at: now,
    })
    .execute()
  await db
    .insertInto('hunt_term')
    .values({
      tenant_id,
      kind: 'path',
      term: `/${marker}`,
      host_id: host,
      source: 'inventory',
      source_id: marker,
      first_seen: now,
      last_seen: now,
      gone_at: null,
    })
    .execute()
  return {
    host,
    alert,
    task,
    order,
    group,
    agent,
    run: marker,
    entry: marker,
    plan: marker,
    ...(await seedWide(db, tenant, group, marker)),
  }
}

/** What belongs to a group only by its scope, or to the whole tenant. */
async function seedWide(db: Db, tenant_id: string, group: string, marker: string): Promise<Things> {
  const [view, indicator, pack, token, user] = [uuid7(), uuid7(), uuid7(), uuid7(), uuid7()]
  const soon = new Date(Date.now() + 86_400_000)
  await db
    .insertInto('saved_view')
    .values({ tenant_id, view_id: view, owner: marker, page: 'alerts', name: marker, filter: '{}' })
    .execute()
  await db
    .insertInto('enrolment_token')
    .values({
      tenant_id,
      token_id: token,
      hash: Buffer.from(token),
      group_id: group,
      name: marker,
      created_by: marker,
      expires_at: soon,
      revoked_at: null,
    })
    .execute()
  await db
    .insertInto('user_account')
    .values({ tenant_id, user_id: user, name: marker.toLowerCase(), state: 'active', created_by: marker })
    .execute()
  return { view, indicator, pack, token, user }
}
