import type { Db } from '../../context.ts'
import { uuid7 } from '../../uuid7.ts'
import { seedHunt } from './seed-hunt.ts'
import { seedNotify } from './seed-notify.ts'
import type { Things } from './things.ts'

/** One of everything that paths name, on a host of the group. Its texts hold the marker, so that an answer that shows any of it is found. */
export async function seedThings(
  db: Db,
  tenant: string,
  group: string,
  marker: string,
  /** In what belongs to no group, so that whoever sees one group may see it. */
  wide = marker,
): Promise<Things> {
  const tenant_id = tenant
  const [host, agent, alert, task, order] = [uuid7(), uuid7(), uuid7(), uuid7(), uuid7()]
  const detection = uuid7()
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
    .insertInto('detection')
    .values({
      tenant_id,
      detection_id: detection,
      host_id: host,
      group_id: group,
      origin: detection,
      at: now,
      verdict: 'confirmed',
      level: 4,
      title: marker,
      subject: 'process',
      path: `/${marker}`,
      outcomes: ['prevented'],
      alert_id: alert,
    })
    .execute()
  await db.insertInto('detection_body').values({ tenant_id, detection_id: detection, body }).execute()
  await db
    .insertInto('detection_hour')
    .values({
      tenant_id,
      hour: new Date(Math.floor(now.getTime() / 3_600_000) * 3_600_000),
      host_id: host,
      what: 'seen',
      count: 1,
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
  const process = { pid: 7, startTime: 1, parent: 1, user: marker, command: marker, cpuPercent: 0, residentBytes: 0 }
  await db
    .insertInto('host_processes')
    .values({ tenant_id, host_id: host, at: now, total: 1, items: JSON.stringify([process]) })
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
    detection,
    task,
    order,
    group,
    agent,
    run: marker,
    entry: marker,
    plan: marker,
    ...(await seedWide(db, tenant, group, marker, wide)),
    ...(await seedHunt(db, { tenant_id: tenant, group, marker, wide, alert, host })),
    ...(await seedNotify(db, tenant, wide, alert)),
  }
}

/** What belongs to a group only by its scope, or to the whole tenant. */
async function seedWide(db: Db, tenant_id: string, group: string, marker: string, wide: string): Promise<Things> {
  const [view, enrolment, token, user] = [uuid7(), uuid7(), uuid7(), uuid7()]
  const soon = new Date(Date.now() + 86_400_000)
  await db
    .insertInto('saved_view')
    .values({ tenant_id, view_id: view, owner: marker, page: 'alerts', name: marker, filter: '{}' })
    .execute()
  await db
    .insertInto('enrolment_token')
    .values({
      tenant_id,
      token_id: enrolment,
      hash: Buffer.from(enrolment),
      group_id: group,
      name: marker,
      created_by: marker,
      expires_at: soon,
      revoked_at: null,
    })
    .execute()
  await db
    .insertInto('user_account')
    .values({ tenant_id, user_id: user, name: wide.toLowerCase(), state: 'active', created_by: marker })
    .execute()
  await db
    .insertInto('api_token')
    .values({
      tenant_id,
      token_id: token,
      user_id: user,
      name: marker,
      hash: Buffer.from(token),
      hint: '',
      permissions: [],
      expires_at: soon,
    })
    .execute()
  const [key, provider] = [uuid7(), uuid7()]
  await db
    .insertInto('approver_key')
    .values({ tenant_id, key_id: key, user_id: user, name: wide, kind: 'ed25519', public_key: Buffer.alloc(44) })
    .execute()
  await db
    .insertInto('identity_provider')
    .values({
      tenant_id,
      provider_id: provider,
      name: wide,
      issuer: 'https://127.0.0.1:1',
      client_id: wide,
      enabled: false,
    })
    .execute()
  return { view, enrolment, token, user, key, provider }
}
