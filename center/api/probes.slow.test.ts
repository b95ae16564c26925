import assert from 'node:assert/strict'
import { after, before, test } from 'node:test'
import { health } from '../../model/api/index.ts'
import { uuid7 } from '../uuid7.ts'
import { troublesOf } from './health.ts'
import { gauge } from './metrics.ts'
import { someone, startTestApi, type TestApi } from './testing/test-api.ts'

let api: TestApi
before(async () => {
  api = await startTestApi([])
  api.people.set('health', someone(api.store.tenant, ['health:read']))
  api.people.set('some', someone(api.store.tenant, ['health:read'], [api.store.group]))
  api.people.set('other', someone(api.store.tenant, ['hosts:read']))
})
after(() => api.close())

test('healthz and readyz', async () => {
  assert.deepEqual((await api.request('GET', '/healthz')).json, { ok: true })
  const ready = await api.request('GET', '/readyz')
  assert.deepEqual([ready.status, ready.json], [200, { ready: true, store: 'ok', migrations: 'ok', bus: 'ok' }])
})

test('metrics, to this machine or with the right', async () => {
  const remove = gauge('test_things', 'Things of this test', () => 42)
  const failing = gauge('test_failing', 'Cannot be read', () => Promise.reject(new Error('no')))
  const local = await api.request('GET', '/metrics')
  assert.equal(local.status, 200)
  assert.match(local.text, /^davylamp_test_things 42$/m)
  assert.match(local.text, /^davylamp_http_answer_seconds_count\{function="\/healthz",status="2xx"\} [1-9]/m)
  assert.match(local.text, /^process_cpu_seconds_total /m)
  assert.match(local.text, /^davylamp_live_streams 0$/m)
  assert.ok(!/^davylamp_test_failing /m.test(local.text))
  remove()
  failing()
  // What a proxy passes on comes from elsewhere, whatever the connection looks like.
  const proxied = (as: string | undefined) =>
    api.request('GET', '/metrics', { headers: { 'x-forwarded-for': '127.0.0.1' }, ...(as === undefined ? {} : { as }) })
  assert.deepEqual(
    [
      (await proxied(undefined)).status,
      (await proxied('other')).status,
      (await proxied('some')).status,
      (await proxied('health')).status,
    ],
    [401, 403, 403, 200],
  )
})

test('the health page', async () => {
  const host = uuid7()
  await api.center.store.tenant(api.store.tenant, async db => {
    await db
      .insertInto('host')
      .values({ tenant_id: api.store.tenant, host_id: host, group_id: api.store.group, name: 'a', hostname: 'a' })
      .execute()
    for (const [state, online] of [
      ['active', true],
      ['active', false],
      ['pending', false],
    ] as const)
      await db
        .insertInto('agent')
        .values({ tenant_id: api.store.tenant, agent_id: uuid7(), host_id: host, state, online })
        .execute()
    await db
      .insertInto('dead_letter')
      .values({
        tenant_id: api.store.tenant,
        letter_id: uuid7(),
        agent_id: uuid7(),
        sequence: 1,
        reason: 'r',
        content: '{}',
      })
      .execute()
  })
  await api.center.store.system(db =>
    db
      .insertInto('center_node')
      .values({ node_id: uuid7(), name: 'one', started_at: new Date(0), last_seen: new Date(0) })
      .execute(),
  )
  const answer = await api.request('GET', '/api/v1/health', { as: 'health' })
  assert.equal(answer.status, 200, answer.text)
  const found = health.parse(answer.json)
  assert.deepEqual([found.agents.online, found.agents.offline, found.agents.pending, found.deadLetters], [1, 1, 1, 1])
  assert.ok(found.store.sizeBytes > 1_000_000 && (found.store.migration ?? 0) > 0 && found.bus.ok)
  assert.deepEqual(
    found.nodes.map(({ name, alive }) => [name, alive]),
    [['one', false]],
  )
  assert.equal(found.queues.length, 5)
  assert.ok(found.store.largest.length > 0)
  assert.deepEqual(found.troubles, [
    '1 of 2 agents are offline: see the list of hosts.',
    '1 reports of agents could not be stored in the last 24 hours: see the dead letters.',
    'Not heard of: one. If they were stopped on purpose, this goes away by itself.',
  ])
  assert.deepEqual(
    troublesOf({ ...found, bus: { ok: false }, agents: { ...found.agents, offline: 0 }, deadLetters: 0, nodes: [] }),
    ['The bus is silent: processes of the center do not hear of each other. See whether the store takes connections.'],
  )
  assert.equal((await api.request('GET', '/api/v1/health', { as: 'some' })).status, 403)
})

test('a store that is gone: alive, not ready, and errors that say so', async () => {
  const own = await startTestApi([], { timeoutMs: 2_000 })
  own.people.set('health', someone(own.store.tenant, ['health:read']))
  await own.store.store.close()
  const [alive, ready, page] = [
    await own.request('GET', '/healthz'),
    await own.request('GET', '/readyz'),
    await own.request('GET', '/api/v1/health', { as: 'health' }),
  ]
  assert.deepEqual([alive.status, ready.status], [200, 503])
  assert.deepEqual(ready.json, { ready: false, store: 'unreachable', migrations: 'unknown', bus: 'silent' })
  assert.ok(page.status === 503 || page.status === 500)
  assert.match(page.text, /urn:davylamp:problem:/)
  await own.close()
})
