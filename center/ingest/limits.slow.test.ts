import assert from 'node:assert/strict'
import { randomUUID } from 'node:crypto'
import { after, before, test } from 'node:test'
import { sql } from 'kysely'
import type { Report } from '../../model/wire/index.ts'
import { openTestStore, type TestStore } from '../testing/index.ts'
import { createIngest } from './ingest.ts'
import { mostItems } from './inventory.ts'
import { addAgent, spooledFrom, type TestCenter, testCenter } from './testing/agents.ts'
import { infectedHost, type RealScan, realScan } from './testing/real-scan.ts'

let opened: TestStore
let center: TestCenter
let infected: RealScan

before(async () => {
  opened = await openTestStore()
  center = testCenter(opened)
  infected = await realScan(infectedHost())
})
after(() => opened.close())

test('the inventory of a host ends at 50,000 things; what it has may still change and go', async () => {
  const { agent, send } = await begin('full')
  await run(sql`
    INSERT INTO inventory_item (tenant_id, host_id, fact_id, kind, body, body_hash, first_seen, changed_at)
    SELECT ${opened.tenant}::uuid, ${agent.host}::uuid, 'p' || n, 'package', '{}', '\\x00', now(), now()
    FROM generate_series(1, ${mostItems - 1}::int) AS n`)
  const count = async () => (await run(sql`SELECT FROM inventory_item WHERE host_id = ${agent.host}`)).length
  const [refused] = await send(inventory(['new-1', 'new-2']))
  assert.match(refused?.reason ?? '', /more than 50000 things/)
  assert.equal(await count(), mostItems - 1, 'nothing of it is stored')
  assert.deepEqual(await send(inventory(['new-1'])), [])
  assert.match((await send(inventory(['new-2'])))[0]?.reason ?? '', /more than 50000 things/)
  assert.deepEqual(await send(inventory(['p1', 'new-1'])), [])
  assert.deepEqual(await send(inventory([], ['p2', 'p3'])), [])
  assert.deepEqual(await send(inventory(['new-2', 'new-3'])), [])
  assert.equal(await count(), mostItems)
})

test('of 20,000 plans the oldest that hold no longer make room; those in force stay', async () => {
  const { agent, send } = await begin('plans')
  const plans = infected.plans
  assert.ok(plans.length > 0)
  await run(sql`
    INSERT INTO plan (tenant_id, host_id, plan_id, incident, finding, handling, actions, body, reported_at, current)
    SELECT ${opened.tenant}::uuid, ${agent.host}::uuid, 'old' || n, 'i' || n, '', 'in-depth', 1, '{}',
      ${center.clock()}::timestamptz - n * interval '1 minute', n % 1000 = 0
    FROM generate_series(1, 20000) AS n`)
  assert.deepEqual(await send({ kind: 'plans', scan: 's', plans }), [])
  const left = await run<{ plan_id: string; current: boolean }>(
    sql`SELECT plan_id, current FROM plan WHERE host_id = ${agent.host}`,
  )
  assert.equal(left.length, 20_000)
  const ids = new Set(left.map(one => one.plan_id))
  assert.ok(plans.every(one => ids.has(one.plan.id)))
  assert.equal(left.filter(one => one.current).length, 20 + plans.length, 'what is in force is never dropped')
  assert.deepEqual([ids.has('old20000'), ids.has('old19999'), ids.has('old1')], [true, false, true])
})

test('an agent fills the store with no more than 500 dead letters an hour', async () => {
  const { agent, ingest, spool } = await begin('rubbish')
  const { agent: other, ingest: others, spool: otherSpool } = await begin('rubbish-too')
  const rubbish = (first: number, count: number) =>
    Array.from({ length: count }, (_, index) => ({ sequence: first + index, at: 'x', report: { kind: 'nonsense' } }))
  const letters = async (who = agent) => (await run(sql`SELECT FROM dead_letter WHERE agent_id = ${who.agent}`)).length
  const told = async () =>
    (
      await run<{ detail: { reports: number; kept: number } }>(
        sql`SELECT detail FROM host_event WHERE host_id = ${agent.host} AND what = 'report-refused' ORDER BY event_id`,
      )
    ).map(one => [one.detail.reports, one.detail.kept])
  for (const first of [1, 301, 601]) {
    const { through, rejected } = await ingest.reports(agent, spool, rubbish(first, 300))
    assert.deepEqual([through, rejected.length], [first + 299, 300], 'nothing of it blocks the spool')
  }
  assert.equal(await letters(), 500)
  assert.deepEqual(await told(), [
    [300, 300],
    [300, 200],
  ])
  await others.reports(other, otherSpool, rubbish(1, 10))
  assert.equal(await letters(other), 10, 'the others have theirs')
  center.later(3_601)
  await ingest.reports(agent, spool, rubbish(901, 10))
  assert.equal(await letters(), 510)
})

async function begin(name: string) {
  const ingest = createIngest(center)
  const agent = await addAgent(opened, name)
  const spool = randomUUID()
  await ingest.hello(agent, spool)
  let sent = 0
  const send = async (report: Report) => (await ingest.reports(agent, spool, spooledFrom(++sent, [report]))).rejected
  return { agent, ingest, spool, send }
}

function inventory(ids: readonly string[], gone: readonly string[] = []): Report {
  const present = ids.map(id => ({
    kind: 'package' as const,
    id,
    name: id,
    version: '1',
    architecture: 'amd64',
    manager: 'dpkg' as const,
  }))
  return { kind: 'inventory', last: false, present, gone: gone.map(id => ({ id, kind: 'package' })) }
}

async function run<T>(text: ReturnType<typeof sql<T>>): Promise<T[]> {
  return (await opened.store.tenant(opened.tenant, db => text.execute(db))).rows
}
