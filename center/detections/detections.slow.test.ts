import assert from 'node:assert/strict'
import { randomUUID } from 'node:crypto'
import { after, before, test } from 'node:test'
import { sql } from 'kysely'
import { type CallOf, detectionRoutes } from '../../model/api/index.ts'
import type { Detection, Response } from '../../model/index.ts'
import type { Report } from '../../model/wire/index.ts'
import { exportOnce, exportHandlers } from '../export/index.ts'
import { notificationRoutes } from '../../model/api/index.ts'
import { createIngest } from '../ingest/index.ts'
import { addAgent, spooledFrom, type TestCenter, testCenter } from '../ingest/testing/agents.ts'
import { detectionOf, healthOf, reportOf, watchOf } from '../ingest/testing/detections.ts'
import { sealingCenter } from '../notify/testing/alerts.ts'
import { receiver } from '../notify/testing/receiver.ts'
import { handlerCaller, type May, nobody } from '../testing/handler-caller.ts'
import { openTestStore, type TestStore } from '../testing/index.ts'
import { uuid7, uuid7Floor } from '../uuid7.ts'
import { detectionHandlers } from './index.ts'

let store: TestStore
let center: TestCenter
before(async () => {
  store = await openTestStore()
  center = testCenter(store)
})
after(() => store.close())

const caller = () => handlerCaller(detectionRoutes, detectionHandlers, store, center)
const did = (kind: Response['kind'], outcome: Response['outcome'] = 'done'): Response => ({
  kind,
  outcome,
  at: '2026-11-20T12:00:00Z',
  detail: 'x',
})

test('the list: by host, verdict, outcome, subject, level, time and words, page by page; whoever sees one group sees its own', async () => {
  const call = caller()
  const web = await reporting('web-1')
  const db = await reporting('db-1', await newGroup('Databases'))
  await web.send(reportOf(detectionOf({ title: 'Miner one', responses: [did('prevented')] })))
  center.later(60)
  await web.send(
    reportOf(
      detectionOf({
        verdict: 'suspected',
        level: 'medium',
        title: 'Odd file',
        subject: { kind: 'file', path: '/etc/cron.d/100%_sure' },
      }),
    ),
  )
  center.later(60)
  const middle = center.clock().toISOString()
  await db.send(
    reportOf(
      detectionOf({
        title: 'Pool spoken to',
        subject: { kind: 'connection', address: '203.0.113.9', port: 3333 },
        responses: [did('kill-process'), did('block-address'), did('clean', 'refused')],
      }),
    ),
  )
  const titles = async (query: CallOf<typeof detectionRoutes.listDetections>['query'] & object, may: May = 'all') =>
    (await call('listDetections', { query }, may)).items.map(one => one.title)
  const [pool, file, miner] = ['Pool spoken to', 'Odd file', 'Miner one']
  assert.deepEqual(await titles({}), [pool, file, miner])
  assert.deepEqual(await titles({ host: web.agent.host }), [file, miner])
  assert.deepEqual(await titles({ verdict: 'suspected' }), [file])
  assert.deepEqual(await titles({ outcome: 'prevented' }), [miner])
  assert.deepEqual(await titles({ outcome: 'blocked' }), [pool])
  assert.deepEqual(await titles({ outcome: 'ended' }), [pool])
  assert.deepEqual(await titles({ outcome: 'told' }), [file])
  assert.deepEqual(await titles({ subject: 'connection' }), [pool])
  assert.deepEqual(await titles({ atLeast: 'high' }), [pool, miner])
  assert.deepEqual(await titles({ since: middle }), [pool])
  assert.deepEqual(await titles({ until: middle }), [file, miner])
  assert.deepEqual(await titles({ text: '203.0.113' }), [pool])
  assert.deepEqual(await titles({ text: '100%_s' }), [file])
  assert.deepEqual(await titles({ text: 'WEB-1' }), [file, miner])
  assert.deepEqual(await titles({ text: 'kdevtmpfsi -o' }), [miner])
  assert.deepEqual(await titles({}, [db.group]), [pool])
  assert.deepEqual(await titles({ text: 'o' }, [db.group]), [pool])
  assert.deepEqual(await titles({ group: db.group }), [pool])
  const first = await call('listDetections', { query: { limit: 2 } })
  const second = await call('listDetections', { query: { limit: 2, after: first.next } })
  assert.deepEqual(
    [...first.items, ...second.items].map(one => one.title),
    [pool, file, miner],
  )
  assert.equal(second.next, undefined)
  const [shown] = first.items
  assert.ok(shown !== undefined)
  assert.deepEqual(shown.outcomes, ['ended', 'blocked', 'refused'])
  assert.deepEqual(await titles({ alert: shown.alert }), [pool])

  const one = await call('getDetection', { params: { detection: shown.id } }, [db.group])
  assert.equal((one.evidence as Detection).chain[1]?.name, 'nginx')
  await assert.rejects(call('getDetection', { params: { detection: shown.id } }, [web.group]), /no such detection/)
  await assert.rejects(call('getDetection', { params: { detection: nobody } }), /no such detection/)
})

test('counts: altogether, by hour and host, since a time; a host that moves takes its own along', async () => {
  const call = caller()
  center.later(7_200)
  const since = center.clock().toISOString()
  const group = await newGroup('Counted')
  const one = await reporting('count-1', group)
  const two = await reporting('count-2', group)
  const again = detectionOf()
  await one.send(reportOf(again), reportOf(detectionOf({ responses: [did('prevented')] })))
  await two.send(reportOf(detectionOf({ verdict: 'suspected', responses: [did('kill-process', 'would')] })))
  center.later(3_600)
  await one.send(
    reportOf({ ...again, responses: [did('kill-process')] }),
    reportOf(detectionOf({ responses: [did('prevented')] })),
  )
  const counts = await call('detectionCounts', { query: { group, since } })
  const { seen, confirmed, prevented, ended, would, told } = counts.sums
  assert.deepEqual([seen, confirmed, prevented, ended, would, told], [4, 3, 2, 1, 1, 0])
  assert.deepEqual(
    counts.hours.map(hour => [hour.sums.seen, hour.sums.ended]),
    [
      [3, 1],
      [1, 0],
    ],
  )
  assert.deepEqual(
    counts.hosts.map(host => [host.host.name, host.sums.seen]),
    [
      ['count-1', 3],
      ['count-2', 1],
    ],
  )
  assert.equal((await call('detectionCounts', { query: { host: two.agent.host, since } })).sums.seen, 1)
  assert.equal((await call('detectionCounts', { query: { since } }, [nobody])).sums.seen, 0)
  const day = await call('detectionCounts', { query: { group, since: '1970-01-01T00:00:00Z' } })
  assert.equal(day.sums.seen, 4)
})

test('how hosts watch: modes, troubles, sums that no agent can spoil; of one host', async () => {
  const call = caller()
  const group = await newGroup('Watching')
  const [blocks, observes, silent] = [
    await reporting('watch-b', group),
    await reporting('watch-o', group),
    await reporting('watch-n', group),
  ]
  const { prevention } = watchOf()
  const most = {
    ...prevention,
    mode: 'block' as const,
    denied: 1e308,
    killed: -7,
    problem: 'one file system is not marked',
  }
  await blocks.send(healthOf(watchOf({ prevention: most })))
  await observes.send(healthOf(watchOf({ prevention: { ...prevention, denied: 3 } })))
  await silent.send(healthOf(undefined))
  const counts = await call('watchCounts', { query: { group } })
  assert.deepEqual(counts.modes, { off: 0, observe: 1, block: 1, none: 1 })
  assert.deepEqual(counts.troubles, { 'stands-still': 0, loses: 0, weaker: 0, 'less-prevention': 1 })
  assert.deepEqual([counts.prevention.denied, counts.prevention.killed], [1e12 + 3, 0])
  const names = async (query: object) =>
    (await call('listWatch', { query: { group, ...query } })).items.map(one => one.host.name)
  assert.deepEqual(await names({}), ['watch-b', 'watch-n', 'watch-o'])
  assert.deepEqual(await names({ mode: 'none' }), ['watch-n'])
  assert.deepEqual(await names({ mode: 'block' }), ['watch-b'])
  assert.deepEqual(await names({ trouble: 'less-prevention' }), ['watch-b'])
  assert.deepEqual(await names({ text: 'CH-o' }), ['watch-o'])
  const first = await call('listWatch', { query: { group, limit: 2 } })
  const second = await call('listWatch', { query: { group, limit: 2, after: first.next } })
  assert.deepEqual(
    [...first.items, ...second.items].map(one => one.host.name),
    await names({}),
  )
  const host = await call('getHostWatch', { params: { host: observes.agent.host } })
  assert.deepEqual([host.watch?.sensors.length, host.watch?.prevention.denied], [2, 3])
  assert.equal((await call('getHostWatch', { params: { host: silent.agent.host } })).watch, undefined)
  await assert.rejects(call('getHostWatch', { params: { host: silent.agent.host } }, [nobody]), /no such host/)
})

test('a SIEM gets each detection, and what is done about it later, with what became of it', async () => {
  const own = await openTestStore()
  const sealed = sealingCenter(own)
  const siem = await receiver()
  try {
    const secret = `whsec_${Buffer.alloc(32, 1).toString('base64')}`
    const made = handlerCaller(notificationRoutes, exportHandlers, own, sealed)
    await made('createExport', {
      body: {
        name: 'siem',
        kind: 'webhook',
        settings: { url: siem.url, secret, format: 'ocsf' },
        condition: { atLeast: 'high' },
      },
    })
    const agent = await addAgent(own, 'web-1')
    const ingest = createIngest(sealed)
    const spool = randomUUID()
    await ingest.hello(agent, spool)
    const one = detectionOf({ verdict: 'suspected', level: 'high' })
    const send = async (sequence: number, ...reports: Report[]) =>
      assert.deepEqual((await ingest.reports(agent, spool, spooledFrom(sequence, reports))).rejected, [])
    await send(1, reportOf(one), reportOf(detectionOf({ verdict: 'suspected', level: 'low' })))
    const drain = async () => {
      while (await exportOnce(sealed, new AbortController().signal));
    }
    await drain()
    sealed.later(5)
    await send(3, reportOf({ ...one, responses: [did('prevented')] }))
    await drain()
    const events = siem.received.map(item => JSON.parse(item.body))
    assert.deepEqual(
      events.map(event => [event.class_uid, event.activity_name, event.action, event.disposition]),
      [
        [2004, 'Create', 'Observed', 'Detected'],
        [2004, 'Update', 'Denied', 'Blocked'],
      ],
    )
    assert.equal(events[0].finding_info.uid, events[1].finding_info.uid)
    assert.notEqual(events[0].metadata.uid, events[1].metadata.uid)
    const { process } = events[1].evidences[0]
    assert.deepEqual(
      [process.pid, process.parent_process.name, process.parent_process.parent_process.name],
      [4711, 'sh', 'nginx'],
    )
  } finally {
    await siem.close()
    await own.close()
  }
})

test('among 40,000 detections every list goes by an index', async () => {
  const call = caller()
  const web = await reporting('many-1')
  await store.store.tenant(store.tenant, db =>
    sql`
      INSERT INTO detection (tenant_id, detection_id, host_id, group_id, origin, at, verdict, level, title, subject, path, outcomes)
      SELECT ${store.tenant}::uuid, (left(${uuid7Floor(center.clock())}, 14) || '7' || lpad(to_hex(n / 65536), 3, '0') || '-' ||
        lpad(to_hex(32768 + n % 16384), 4, '0') || '-' || lpad(to_hex(n), 12, '0'))::uuid, ${web.agent.host}::uuid, ${web.group}::uuid,
        gen_random_uuid(), now(), 'suspected', 2, 'Noise ' || n, 'process', '/tmp/noise-' || n, '{told}'
      FROM generate_series(1, 40000) AS n`.execute(db),
  )
  await store.store.owner.executeQuery(sql`ANALYZE detection`.compile(store.store.owner))
  const explained = async (query: string): Promise<string> =>
    store.store.tenant(store.tenant, async db => {
      const { rows } = await sql.raw<{ 'QUERY PLAN': string }>(`EXPLAIN ${query}`).execute(db)
      return rows.map(row => row['QUERY PLAN']).join('\n')
    })
  const from = `SELECT detection_id FROM detection WHERE detection_id >= '${uuid7Floor(center.clock().getTime() - 86_400_000)}'`
  const newest = 'ORDER BY detection_id DESC LIMIT 51'
  for (const [condition, index] of [
    ['true', /Index/],
    [`host_id = '${randomUUID()}'`, /host_id/],
    [`verdict = 'confirmed'`, /verdict/],
    [`'prevented' = ANY (outcomes)`, /Index|Bitmap/],
    [`alert_id = '${randomUUID()}'`, /alert_id/],
  ] as const) {
    const plan = await explained(`${from} AND ${condition} ${newest}`)
    assert.match(plan, index, condition)
    assert.doesNotMatch(plan, /Seq Scan on detection_default/, `${condition}\n${plan}`)
  }
  const began = performance.now()
  assert.equal((await call('listDetections', { query: { text: 'noise-39999' } })).items.length, 1)
  assert.ok(performance.now() - began < 2_000)
})

interface Reporting {
  readonly agent: Awaited<ReturnType<typeof addAgent>>
  readonly group: string
  send(...reports: Report[]): Promise<void>
}

async function reporting(name: string, group = store.group): Promise<Reporting> {
  const agent = await addAgent({ ...store, group }, name)
  const ingest = createIngest(center)
  const spool = randomUUID()
  await ingest.hello(agent, spool)
  let sent = 0
  return {
    agent,
    group,
    async send(...reports) {
      const { rejected } = await ingest.reports(agent, spool, spooledFrom(sent + 1, reports))
      assert.deepEqual(rejected, [])
      sent += reports.length
    },
  }
}

async function newGroup(name: string): Promise<string> {
  const id = uuid7()
  await store.store.tenant(store.tenant, db =>
    db
      .insertInto('host_group')
      .values({ tenant_id: store.tenant, group_id: id, name, parent_id: store.group, policy: null })
      .execute(),
  )
  return id
}
