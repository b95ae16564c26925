import type { Db } from '../../context.ts'
import { uuid7 } from '../../uuid7.ts'

/** Ids by the names that paths use for them. */
export type Things = Readonly<Record<string, string>>

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

interface Around {
  readonly tenant_id: string
  readonly group: string
  readonly marker: string
  readonly wide: string
  readonly alert: string
  readonly host: string
}

/** Campaigns are seen with one of their alerts, allowances and blocks by their scope; indicators and packs are the whole tenant's. */
async function seedHunt(db: Db, { tenant_id, group, marker, wide, alert, host }: Around): Promise<Things> {
  const [campaign, allowance, block, indicator, pack] = [uuid7(), uuid7(), uuid7(), uuid7(), uuid7()]
  const now = new Date()
  const expires_at = new Date(now.getTime() + 86_400_000)
  const scope = JSON.stringify({ groups: [group] })
  const by = { tenant_id, created_by: marker }
  await db
    .insertInto('campaign')
    .values({
      tenant_id,
      campaign_id: campaign,
      name: marker,
      first_host_id: host,
      first_seen: now,
      last_seen: now,
      hosts: 1,
      shared: JSON.stringify([{ kind: 'path', term: `/${marker}`, hosts: 1 }]),
    })
    .execute()
  await db.updateTable('alert').set({ campaign_id: campaign }).where('alert_id', '=', alert).execute()
  await db
    .insertInto('allow_rule')
    .values({ ...by, allow_id: allowance, scope, condition: JSON.stringify({ path: `/${marker}` }), reason: marker })
    .execute()
  await db
    .insertInto('block_entry')
    .values({ ...by, block_id: block, address: '203.0.113.66', scope, reason: marker, expires_at })
    .execute()
  await db
    .insertInto('indicator')
    .values({ tenant_id, indicator_id: indicator, kind: 'domain', value: `${wide}.example`, source: 'seed' })
    .execute()
  await db
    .insertInto('rule_pack')
    .values({
      ...by,
      pack_id: pack,
      name: `${wide}-pack`,
      created_by: wide,
      version: 1,
      sha256: 'a'.repeat(64),
      content: Buffer.from(ruleOf(wide)),
      rules: 1,
      stage: 'all',
    })
    .execute()
  return { campaign, allowance, block, indicator, pack, rule: `${wide}-rule` }
}

function ruleOf(marker: string): string {
  return `title: ${marker}
id: ${marker}-rule
logsource: { category: process }
detection: { name: { name: ${marker} }, condition: name }
`
}

/** To a port of this machine where nothing listens; switched off, so that nothing is sent. */
async function seedNotify(db: Db, tenant_id: string, marker: string, alert: string): Promise<Things> {
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
