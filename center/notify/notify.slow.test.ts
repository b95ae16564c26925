import assert from 'node:assert/strict'
import { randomUUID } from 'node:crypto'
import type { ServerResponse } from 'node:http'
import { after, afterEach, before, beforeEach, test } from 'node:test'
import { sql } from 'kysely'
import { type CallOf, notificationRoutes } from '../../model/api/index.ts'
import { ProblemError } from '../problem-error.ts'
import { type HandlerCaller, handlerCaller } from '../testing/handler-caller.ts'
import { openTestStore, type TestStore } from '../testing/index.ts'
import { notificationHandlers } from './api.ts'
import { prepareDeliveries, startNotifications } from './index.ts'
import { sendOnce } from './send.ts'
import { addEvents, addHost, openAlerts, sealingCenter } from './testing/alerts.ts'
import { receiver } from './testing/receiver.ts'

type Routes = typeof notificationRoutes
let store: TestStore
let center: ReturnType<typeof sealingCenter>
let call: HandlerCaller<Routes>
let web = ''
const going = new AbortController().signal

/** Keeps a server for the whole file; each test has a database of its own. */
let anchor: TestStore
before(async () => {
  anchor = await openTestStore()
})
after(() => anchor.close())
beforeEach(async () => {
  store = await openTestStore()
  center = sealingCenter(store)
  call = handlerCaller(notificationRoutes, notificationHandlers, store, center)
  web = await addHost(store, 'web-1')
})
afterEach(() => store.close())

const secret = `whsec_${Buffer.alloc(32, 1).toString('base64')}`

async function channel(url: string, name = 'chat', kind = 'slack'): Promise<string> {
  const settings = kind === 'webhook' ? { url, secret } : { url }
  return (await call('createChannel', { body: { name, kind, settings } })).id
}

async function route(channels: string[], more: Partial<CallOf<Routes['createNotifyRoute']>['body']> = {}) {
  return call('createNotifyRoute', { body: { name: `route ${randomUUID()}`, channels, ...more } })
}

/** All that a worker does until nothing is due. */
async function work(on = center): Promise<void> {
  await prepareDeliveries(on)
  while (await sendOnce(on, going));
}

async function deliveries() {
  return (await call('listDeliveries', { query: { limit: 500 } })).items
}

test('secrets are sealed, never shown, and stay when they are left out', async () => {
  const url = 'https://hooks.example.com/services/T0/B0/very-secret-token'
  const id = await channel(url)
  const shown = await call('getChannel', { params: { channel: id } })
  assert.deepEqual(shown.secrets, ['url'])
  assert.doesNotMatch(JSON.stringify([shown, await call('listChannels')]), /very-secret/)
  const { rows } = await store.store.system(db =>
    sql<{ row: string }>`SELECT to_jsonb(c)::text AS row FROM channel c`.execute(db),
  )
  assert.doesNotMatch(rows[0]?.row ?? '', /very-secret|hooks\.example/)
  const changed = await call('changeChannel', {
    params: { channel: id },
    body: { name: 'other', kind: 'slack', settings: {}, language: 'ja' },
  })
  assert.deepEqual([changed.name, changed.secrets, changed.language], ['other', ['url'], 'ja'])
  await assert.rejects(
    call('changeChannel', { params: { channel: id }, body: { name: 'other', kind: 'teams', settings: {} } }),
    (error: unknown) => error instanceof ProblemError && error.status === 400,
  )
})

test('names are given once, routes lead to channels that are there, and a channel in use stays', async () => {
  const id = await channel('https://a.example/')
  await assert.rejects(channel('https://a.example/'), /taken/)
  await assert.rejects(route([randomUUID()]), /no such channel/)
  const made = await route([id], { escalation: { afterMinutes: 5, channels: [id] } })
  await assert.rejects(call('removeChannel', { params: { channel: id } }), /still names/)
  await call('removeNotifyRoute', { params: { route: made.id } })
  await call('removeChannel', { params: { channel: id } })
  assert.deepEqual((await call('listChannels')).items, [])
})

test('an alert is told once, in the words of the channel; findings of it and allowed ones are not', async () => {
  const chat = await receiver()
  try {
    const id = await channel(chat.url)
    await route([id])
    await route([id], { condition: { atLeast: 'critical' } })
    const [incident] = await openAlerts(store, center.clock(), [{ host: web, title: 'Miner kdevtmpfsi' }])
    await openAlerts(store, center.clock(), [
      { host: web, parent: incident ?? '' },
      { host: web, status: 'allowed' },
    ])
    await work()
    await work()
    assert.equal(chat.received.length, 1)
    assert.match(chat.received[0]?.body ?? '', /Critical: Miner kdevtmpfsi – web-1/)
    assert.match(chat.received[0]?.body ?? '', new RegExp(`https://center.example/alerts/${incident}`))
    const [one] = await deliveries()
    assert.deepEqual([one?.state, one?.tries, one?.alert, one?.log.length], ['delivered', 1, incident, 1])
  } finally {
    await chat.close()
  }
})

test('a transaction that fails tells nobody', async () => {
  const chat = await receiver()
  try {
    await route([await channel(chat.url)])
    await assert.rejects(openAlerts(store, center.clock(), [{ host: web }], true), /fails/)
    await work()
    assert.deepEqual([chat.received.length, await deliveries()], [0, []])
  } finally {
    await chat.close()
  }
})

test('1,000 alerts are one message', async () => {
  const chat = await receiver()
  try {
    await route([await channel(chat.url)])
    await openAlerts(
      store,
      center.clock(),
      Array.from({ length: 1_000 }, (_, place) => ({ host: web, title: `Alert ${place}` })),
    )
    await work()
    assert.equal(chat.received.length, 1)
    assert.match(chat.received[0]?.body ?? '', /1000 notices/)
    assert.match(chat.received[0]?.body ?? '', /and 987 more/)
    const page = await call('listDeliveries', { query: { state: 'merged', limit: 500 } })
    assert.equal(page.items.length, 500)
    assert.ok(page.next !== undefined)
  } finally {
    await chat.close()
  }
})

test('a machine gets each of them, by two processes of the center together, none twice', async () => {
  const siem = await receiver()
  const second = sealingCenter(store)
  try {
    await route([await channel(siem.url, 'siem', 'webhook')])
    await openAlerts(
      store,
      center.clock(),
      Array.from({ length: 60 }, () => ({ host: web })),
    )
    await Promise.all([work(), work(second)])
    // Who came second found the channel taken; what is left is done now.
    await work(second)
    assert.equal(siem.received.length, 60)
    assert.equal(new Set(siem.received.map(one => one.headers['webhook-id'])).size, 60)
    assert.match(siem.received[0]?.body ?? '', /"summary":\["It uses all processors\."\]/)
  } finally {
    await siem.close()
  }
})

test('what is not taken is tried again: Retry-After, then back-off, then delivered; each try is in the log', async () => {
  let calls = 0
  const chat = await receiver((_, answer) => {
    calls += 1
    if (calls === 1) answer.writeHead(429, { 'retry-after': '120' })
    if (calls === 2) answer.writeHead(500)
    answer.end(calls > 2 ? 'ok' : 'busy')
  })
  try {
    await route([await channel(chat.url)])
    await openAlerts(store, center.clock(), [{ host: web }])
    await work()
    center.later(119)
    await work()
    assert.equal(calls, 1)
    center.later(2)
    await work()
    assert.equal(calls, 2)
    center.later(61)
    await work()
    const [one] = await deliveries()
    assert.equal(one?.state, 'delivered')
    assert.deepEqual(
      one?.log.map(line => line.detail),
      ['it answered 429: busy', 'it answered 500: busy', 'Slack took it'],
    )
  } finally {
    await chat.close()
  }
})

test('what will not be taken is dead at once, and can be tried again by hand', async () => {
  let gone = true
  const chat = await receiver((_, answer) => {
    if (gone) answer.writeHead(404)
    answer.end(gone ? 'no_service' : 'ok')
  })
  try {
    await route([await channel(chat.url)])
    await openAlerts(store, center.clock(), [{ host: web }])
    await work()
    const [dead] = await deliveries()
    assert.deepEqual([dead?.state, dead?.log[0]?.detail], ['dead', 'it answered 404: no_service'])
    gone = false
    await call('retryDelivery', { params: { delivery: dead?.id ?? '' } })
    await work()
    assert.equal((await call('getDelivery', { params: { delivery: dead?.id ?? '' } })).state, 'delivered')
    await assert.rejects(call('retryDelivery', { params: { delivery: dead?.id ?? '' } }), /nothing to try again/)
  } finally {
    await chat.close()
  }
})

test('a process that dies while it sends: another sends it again with the same id, and nothing else is lost', async () => {
  let hold: ServerResponse | undefined
  const siem = await receiver((_, answer) => {
    if (siem.received.length === 2) hold = answer
    else answer.end('ok')
  })
  const dying = new AbortController()
  try {
    await route([await channel(siem.url, 'siem', 'webhook')])
    await openAlerts(store, center.clock(), [{ host: web }, { host: web }, { host: web }])
    await prepareDeliveries(center)
    const sending = sendOnce(
      // Whatever it would still write after its death is lost with it.
      {
        ...center,
        store: {
          ...center.store,
          system: work => (dying.signal.aborted ? new Promise(() => undefined) : center.store.system(work)),
          tenant: (tenant, work) => center.store.tenant(tenant, work),
        },
      },
      dying.signal,
    )
    sending.catch(() => undefined)
    while (hold === undefined) await new Promise(resolve => setTimeout(resolve, 5))
    dying.abort()
    const heir = sealingCenter(store)
    await work(heir)
    assert.equal(siem.received.length, 2, 'the claim of the dead one still holds')
    heir.later(61)
    await work(heir)
    const ids = siem.received.map(one => one.headers['webhook-id'])
    assert.equal(ids.length, 4)
    assert.equal(new Set(ids).size, 3)
    assert.equal(ids[1], ids[2])
    assert.deepEqual(
      (await deliveries()).map(one => one.state),
      ['delivered', 'delivered', 'delivered'],
    )
  } finally {
    hold?.end('ok')
    await siem.close()
  }
})

test('a receiver that hangs keeps no other channel waiting', async () => {
  const hanging = await receiver(() => undefined)
  const chat = await receiver()
  const running = sealingCenter(store)
  const worker = startNotifications(running)
  try {
    await route([await channel(hanging.url, 'hanging'), await channel(chat.url)])
    await openAlerts(store, center.clock(), [{ host: web }])
    while (chat.received.length === 0 || hanging.received.length === 0)
      await new Promise(resolve => setTimeout(resolve, 20))
  } finally {
    await worker.stop()
    await hanging.close()
    await chat.close()
  }
  const states = (await deliveries()).map(one => [one.channel.name, one.state, one.tries])
  assert.deepEqual(states.sort(), [
    ['chat', 'delivered', 1],
    ['hanging', 'due', 0],
  ])
})

test('nobody takes it up: others are told; handled, assigned or gone: they are not', async () => {
  const chat = await receiver()
  const boss = await receiver()
  try {
    const to = await channel(boss.url, 'boss')
    await route([await channel(chat.url)], { escalation: { afterMinutes: 30, channels: [to] } })
    const titles = ['left alone', 'handled', 'assigned', 'gone']
    const ids = await openAlerts(
      store,
      center.clock(),
      titles.map(title => ({ host: web, title })),
    )
    await work()
    const set = (id: string | undefined, values: object) =>
      store.store.tenant(store.tenant, db =>
        db
          .updateTable('alert')
          .set(values)
          .where('alert_id', '=', id ?? '')
          .execute(),
      )
    await set(ids[1], { status: 'handled' })
    await set(ids[2], { assigned_to: 'mira' })
    await set(ids[3], { gone_at: center.clock() })
    center.later(29 * 60)
    await work()
    assert.equal(boss.received.length, 0)
    center.later(61)
    await work()
    await work()
    assert.equal(boss.received.length, 1)
    assert.match(boss.received[0]?.body ?? '', /Still open: Critical: left alone/)
  } finally {
    await chat.close()
    await boss.close()
  }
})

test('quiet hours end with one message; groups count with those above them', async () => {
  const chat = await receiver()
  try {
    const group = randomUUID()
    await store.store.tenant(store.tenant, db =>
      db
        .insertInto('host_group')
        .values({ tenant_id: store.tenant, group_id: group, name: 'shop', parent_id: store.group })
        .execute(),
    )
    const shop = await addHost(store, 'shop-1', group)
    await route([await channel(chat.url)], {
      condition: { groups: [store.group] },
      quiet: { timeZone: 'UTC', from: '11:00', to: '13:00' },
    })
    await openAlerts(store, center.clock(), [{ host: shop, group }])
    center.later(60)
    await openAlerts(store, center.clock(), [{ host: shop, group }])
    await work()
    center.later(58 * 60)
    await work()
    assert.equal(chat.received.length, 0)
    center.later(60)
    await work()
    assert.equal(chat.received.length, 1)
    assert.match(chat.received[0]?.body ?? '', /2 notices/)
  } finally {
    await chat.close()
  }
})

test('a rate holds back, and what it held back comes as one', async () => {
  const chat = await receiver()
  try {
    await route([await channel(chat.url)], { rate: { most: 1, minutes: 10 } })
    await openAlerts(store, center.clock(), [{ host: web }])
    await work()
    await openAlerts(store, center.clock(), [{ host: web }, { host: web }, { host: web }])
    await work()
    assert.equal(chat.received.length, 1)
    center.later(601)
    await work()
    assert.equal(chat.received.length, 2)
    assert.match(chat.received[1]?.body ?? '', /3 notices/)
  } finally {
    await chat.close()
  }
})

test('agents, orders and runs: told by what the tables say', async () => {
  const siem = await receiver()
  try {
    await route([await channel(siem.url, 'siem', 'webhook')])
    const at = center.clock()
    const [one, mass] = await openAlerts(store, at, [
      { host: web, type: 'agent-offline', body: { count: 1 } },
      { host: web, type: 'agent-offline', body: { count: 40 } },
      { host: web, type: 'agent-tampering' },
    ])
    assert.ok(mass !== undefined)
    await addEvents(store, at, [one ?? ''], 'gone')
    await store.store.tenant(store.tenant, async db => {
      const task = {
        tenant_id: store.tenant,
        task_id: randomUUID(),
        kind: 'clean',
        title: 'Clean web-1',
        created_by: 'mira',
        ended_at: null,
      }
      await db.insertInto('task').values(task).execute()
      const order = {
        tenant_id: store.tenant,
        order_id: randomUUID(),
        task_id: task.task_id,
        host_id: web,
        agent_id: randomUUID(),
        kind: 'clean',
        action: '{}',
        alert_id: null,
        state: 'waiting-approval',
        refusal: null,
        reason: null,
        run_id: null,
        scan_origin: null,
        digest: 'd',
        sequence: null,
        envelope: null,
        created_by: 'mira',
        expires_at: at,
      }
      await db.insertInto('host_order').values(order).execute()
      await db.updateTable('host_order').set({ state: 'queued' }).execute()
      await db
        .updateTable('host_order')
        .set({ state: 'refused', refusal: 'local-policy', reason: 'agent.yml accepts no clean' })
        .execute()
      const run = {
        tenant_id: store.tenant,
        host_id: web,
        order_id: null,
        plan_id: 'p',
        state: 'complete',
        incidents: [],
        proof_result: null,
        started_at: at,
        body: '{}',
      }
      await db
        .insertInto('run')
        .values([
          { ...run, run_id: 'r1' },
          { ...run, run_id: 'r2' },
        ])
        .execute()
      await db.updateTable('run').set({ proof_result: 'clean' }).where('run_id', '=', 'r1').execute()
      await db.updateTable('run').set({ proof_result: 'left' }).where('run_id', '=', 'r2').execute()
      await db.updateTable('run').set({ state: 'complete' }).execute()
    })
    await work()
    const told = siem.received.map(received => (JSON.parse(received.body) as { type: string }).type).sort()
    assert.deepEqual(
      told,
      [
        'davylamp.agent-back',
        'davylamp.agent-offline',
        'davylamp.agent-tampered',
        'davylamp.agents-offline',
        'davylamp.approval-wanted',
        'davylamp.clean-done',
        'davylamp.clean-left',
        'davylamp.order-refused',
      ].sort(),
    )
    assert.ok(siem.received.some(received => received.body.includes('agent.yml accepts no clean')))
  } finally {
    await siem.close()
  }
})

test('the test button, and a channel whose secrets no key opens any more', async () => {
  const chat = await receiver()
  try {
    const id = await channel(chat.url)
    const { delivery } = await call('testChannel', { params: { channel: id } })
    assert.deepEqual(
      center.said.filter(one => one.what === 'delivery').map(one => one.id),
      [delivery],
    )
    await work()
    assert.equal((await call('getDelivery', { params: { delivery } })).state, 'delivered')
    assert.match(chat.received[0]?.body ?? '', /Test message from Davylamp/)
    await store.store.system(db =>
      db
        .updateTable('channel')
        .set({ secrets: Buffer.from('rubbish') })
        .execute(),
    )
    await call('testChannel', { params: { channel: id } })
    await work()
    const shown = await call('getChannel', { params: { channel: id } })
    assert.match(shown.last?.detail ?? '', /master key/)
    assert.equal(shown.waiting, 1)
    assert.equal(shown.warnings.length, 1)
  } finally {
    await chat.close()
  }
})

test('live views are told of deliveries that are made, fail and succeed: one word for any number', async () => {
  let gone = true
  const chat = await receiver((_, answer) => {
    if (gone) answer.writeHead(404)
    answer.end('ok')
  })
  const told = () =>
    center.said
      .splice(0)
      .filter(one => one.what === 'notification')
      .map(one => one.id)
  try {
    const id = await channel(chat.url)
    await route([id])
    assert.deepEqual(told(), [id], 'a new channel')
    await openAlerts(
      store,
      center.clock(),
      Array.from({ length: 50 }, () => ({ host: web })),
    )
    await prepareDeliveries(center)
    assert.deepEqual(told(), [id], '50 deliveries')
    await work()
    assert.deepEqual(told(), [id], 'not taken')
    gone = false
    const dead = (await deliveries()).find(one => one.state === 'dead')?.id ?? ''
    await call('retryDelivery', { params: { delivery: dead } })
    assert.deepEqual(told(), [id], 'to be tried again')
    await work()
    assert.deepEqual(told(), [id], 'taken')
    assert.equal((await call('getDelivery', { params: { delivery: dead } })).state, 'delivered')
  } finally {
    await chat.close()
  }
})

test('without a route nothing is kept for telling', async () => {
  await openAlerts(store, center.clock(), [{ host: web }])
  const { rows } = await store.store.system(db => sql`SELECT 1 FROM notice_item`.execute(db))
  assert.deepEqual(rows, [])
})

test('kinds have schemas, and every preview can be made', async () => {
  const { items } = await call('listChannelKinds')
  assert.equal(items.length, 11)
  for (const kind of items) assert.equal((kind.schema as { type: string }).type, 'object', kind.kind)
  const shown = await call('previewNotice', { body: { what: 'digest', language: 'id' } })
  assert.match(shown.text, /dan 27 lainnya/)
})
