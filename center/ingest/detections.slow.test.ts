import assert from 'node:assert/strict'
import { randomUUID } from 'node:crypto'
import { after, before, test } from 'node:test'
import { sql } from 'kysely'
import type { Detection, IdentifiedFact, Response } from '../../model/index.ts'
import type { Report } from '../../model/wire/index.ts'
import type { AgentIdentity } from '../gateway/ports.ts'
import { openTestStore, type TestStore } from '../testing/index.ts'
import { mostDetectionsAnHour } from './detection.ts'
import { forgetOld } from './forget-old.ts'
import { changeStatus } from './change-status.ts'
import { createIngest } from './ingest.ts'
import { addAgent, spooledFrom, type TestCenter, testCenter } from './testing/agents.ts'
import { detectionOf, healthOf, reportOf, watchOf } from './testing/detections.ts'
import { cleanHost, infectedHost, type RealScan, realScan } from './testing/real-scan.ts'

let opened: TestStore
let center: TestCenter
let infected: RealScan
let clean: RealScan

before(async () => {
  opened = await openTestStore()
  center = testCenter(opened)
  infected = await realScan(infectedHost())
  clean = await realScan(cleanHost)
  const settings = { settings: '{}', condition: '{"findings":true}', created_by: 'test' }
  await opened.store.tenant(opened.tenant, db =>
    db
      .insertInto('siem_export')
      .values({ tenant_id: opened.tenant, export_id: randomUUID(), name: 'siem', kind: 'webhook', ...settings })
      .execute(),
  )
  await opened.store.tenant(opened.tenant, db =>
    db
      .insertInto('notify_route')
      .values({
        tenant_id: opened.tenant,
        route_id: randomUUID(),
        name: 'all',
        condition: '{}',
        channels: [],
        created_by: 't',
      })
      .execute(),
  )
})
after(() => opened.close())

const scanOf = (one: RealScan): Report => ({ kind: 'scan', id: randomUUID(), scan: one.scan })
const ended: Response = {
  kind: 'kill-process',
  at: '2026-11-20T12:00:00Z',
  outcome: 'done',
  detail: 'ended',
  run: 'r1',
}

test('a confirmed detection is a row, an alert, a count and an item for a SIEM; the same again changes nothing', async () => {
  const { agent, send, ingest, spool } = await begin('web-1')
  const one = detectionOf()
  assert.deepEqual(await send(reportOf(one)), [])
  const once = await all(agent)
  const [row] = once.detections
  const [alert] = once.alerts
  assert.deepEqual(
    [row?.origin, row?.verdict, row?.outcomes, row?.alert_id],
    [one.id, 'confirmed', ['told'], alert?.alert_id],
  )
  assert.deepEqual(
    [alert?.about, alert?.type, alert?.verdict, alert?.status, alert?.families],
    ['detection', 'mining', 'confirmed', 'open', ['kinsing']],
  )
  assert.equal(await openAlerts(agent), 1)
  assert.deepEqual(await notices(alert?.alert_id), ['opened'])
  assert.deepEqual(once.counts, { seen: 1, confirmed: 1, told: 1 })
  assert.equal(once.exported, 1)
  assert.ok(center.said.some(said => said.what === 'detection' && said.id === row?.detection_id))
  await ingest.reports(agent, spool, spooledFrom(90, [reportOf(one), reportOf(one)]))
  assert.deepEqual(await all(agent), once)
})

test('the same id again brings it up to date: what was done about it since', async () => {
  const { agent, send } = await begin('web-2')
  const one = detectionOf({ verdict: 'suspected' })
  await send(reportOf(one))
  const before = await all(agent)
  assert.deepEqual([before.alerts.length, before.counts], [0, { seen: 1, told: 1 }])
  await send(reportOf({ ...one, verdict: 'confirmed', responses: [ended] }))
  const { detections, alerts, counts, exported } = await all(agent)
  assert.deepEqual(
    [detections.length, detections[0]?.outcomes, detections[0]?.alert_id, counts, exported],
    [1, ['ended'], alerts[0]?.alert_id, { seen: 1, confirmed: 1, ended: 1 }, 2],
  )
})

test('what starts again and again is one alert; after it was handled it is open again, ignored it stays quiet', async () => {
  const { agent, send } = await begin('web-3')
  const start = (pid: number) => reportOf(detectionOf({ subject: { ...detectionOf().subject, pid } }))
  await send(start(1), start(2), start(3))
  const { alerts } = await all(agent)
  assert.deepEqual([alerts.length, alerts[0]?.seen_times], [1, 3])
  const id = alerts[0]?.['alert_id']
  await status(id, 'handled')
  assert.equal(await openAlerts(agent), 0)
  await send(start(4))
  assert.deepEqual([(await all(agent)).alerts[0]?.status, await openAlerts(agent)], ['open', 1])
  assert.deepEqual(await notices(id), ['opened', 'came-back'])
  await status(id, 'ignored')
  await send(start(5))
  const after = await all(agent)
  assert.deepEqual([after.alerts[0]?.status, after.alerts[0]?.seen_times], ['ignored', 5])
})

test('the scan that finds the whole of it goes on with the alert: one thing, told once', async () => {
  const { agent, send } = await begin('web-4')
  const member = ownMember()
  await send(
    reportOf(detectionAbout(member)),
    reportOf(detectionOf({ verdict: 'suspected', subject: { kind: 'file', path: '/nowhere' } })),
  )
  const [first] = (await all(agent)).alerts
  await send(scanOf(infected))
  const { alerts, detections } = await all(agent)
  const incident = alerts.find(one => one.alert_id === first?.alert_id)
  assert.deepEqual(
    [incident?.about, incident?.status, incident?.origin],
    ['incident', 'open', infected.scan.incidents[0]?.id],
  )
  assert.equal(alerts.filter(one => one.about === 'detection').length, 0)
  assert.deepEqual(detections.map(one => [one.alert_id === first?.alert_id, one.explained]).sort(), [
    [false, false],
    [true, true],
  ])
  assert.deepEqual(await notices(first?.alert_id), ['opened'])
  assert.equal(alerts.length, infected.scan.findings.length + infected.scan.incidents.length)
  assert.equal(await openAlerts(agent), alerts.filter(one => one.parent_id === null).length)

  // What is noticed of it from now on belongs to the incident, as long as nobody has said that it is over.
  await send(reportOf(detectionAbout(member)))
  assert.equal((await all(agent)).alerts.length, alerts.length)
  await status(first?.['alert_id'], 'handled')
  await send(reportOf(detectionAbout(member)))
  const own = (await all(agent)).alerts.filter(one => one.about === 'detection')
  assert.deepEqual(
    own.map(one => one.status),
    ['open'],
  )

  // Handled by hand and still there: the scan leaves that as it was said, and the news stays open.
  await send(scanOf(infected))
  assert.equal((await all(agent)).alerts.find(one => one.about === 'detection')?.status, 'open')
  await status(first?.['alert_id'], 'open', ['handled'])
  await send(scanOf(infected))
  const merged = (await all(agent)).alerts.find(one => one.about === 'detection')
  assert.deepEqual([merged?.status, merged?.handled_as], ['handled', 'merged'])
  assert.ok(
    (await all(agent)).detections.filter(one => one.title === 'seen').every(one => one.alert_id === first?.alert_id),
  )
})

test('several alerts of one intrusion end in its incident; a clean scan takes none of them', async () => {
  const { agent, send } = await begin('web-5')
  const members = ownMembers().slice(0, 2)
  assert.equal(members.length, 2)
  await send(...members.map(one => reportOf(detectionAbout(one))))
  assert.equal((await all(agent)).alerts.length, 2)
  await send(scanOf(clean))
  assert.deepEqual(
    (await all(agent)).alerts.map(one => one.status),
    ['open', 'open'],
  )
  await send(scanOf(infected))
  const { alerts } = await all(agent)
  assert.deepEqual(
    alerts.filter(one => one.about === 'detection').map(one => [one.status, one.handled_as]),
    [['handled', 'merged']],
  )
  assert.equal(await openAlerts(agent), alerts.filter(one => one.parent_id === null && one.status === 'open').length)
})

test('what the allowlist of the center covers is told to nobody', async () => {
  const { agent, send } = await begin('web-6')
  const rule = { tenant_id: opened.tenant, allow_id: randomUUID(), scope: JSON.stringify({ hosts: [agent.host] }) }
  await opened.store.tenant(opened.tenant, db =>
    db
      .insertInto('allow_rule')
      .values({ ...rule, condition: JSON.stringify({ path: '/opt/farm/xmrig' }), reason: 'ours', created_by: 'mira' })
      .execute(),
  )
  const start = (path: string) => reportOf(detectionOf({ subject: { kind: 'process', path } }))
  await send(start('/opt/farm/xmrig'), start('/opt/other/xmrig'))
  const { alerts } = await all(agent)
  assert.deepEqual(alerts.map(one => one.status).sort(), ['allowed', 'open'])
  assert.equal(await openAlerts(agent), 1)
})

test('hostile: ids of others, too much, too many, deep, half characters', async () => {
  const one = await begin('good')
  const other = await begin('bad')
  const detection = detectionOf()
  await one.send(reportOf(detection))
  const before = await all(one.agent)
  await other.send(reportOf({ ...detection, title: 'changed by another host', verdict: 'suspected' }))
  assert.deepEqual(await all(one.agent), before)
  assert.equal((await all(other.agent)).detections.length, 1)
  const huge = Array.from({ length: 200 }, (_, pid) => ({ pid, command: 'y'.repeat(4_000) }))
  const refused = await other.send(
    reportOf(detectionOf({ title: 'a\u0000b <img src=x onerror=alert(1)> \ud800' })),
    reportOf(detectionOf({ chain: huge })),
    { kind: 'detection', detection: { ...detection, id: 'no id' } } as Report,
    {
      kind: 'detection',
      detection: { ...detection, id: randomUUID(), findings: Array(51).fill(detection.findings[0]) },
    },
    reportOf(detectionOf({ at: 'yesterday', subject: { kind: 'process', pid: 1e300, startTime: 1e300 } })),
  )
  assert.deepEqual(
    refused.map(letter => letter.sequence),
    [3, 4, 5],
  )
  const titles = (await all(other.agent)).detections.map(row => row.title)
  assert.ok(titles.includes('a\\x00b <img src=x onerror=alert(1)> \ufffd'))

  await opened.store.tenant(opened.tenant, db =>
    sql`UPDATE detection_hour SET count = ${mostDetectionsAnHour} WHERE host_id = ${other.agent.host} AND what = 'seen'`.execute(
      db,
    ),
  )
  const [full] = await other.send(reportOf(detectionOf()))
  assert.match(full?.reason ?? '', /within an hour/)
  center.later(3_600)
  assert.deepEqual(await other.send(reportOf(detectionOf())), [])
})

test('sensors are kept with the health, with what is wrong with them', async () => {
  const { agent, send } = await begin('sensors')
  await send(healthOf(undefined))
  assert.deepEqual(await watching(agent), { watch_mode: null, watch_troubles: [] })
  await send(healthOf(watchOf()))
  assert.deepEqual(await watching(agent), { watch_mode: 'observe', watch_troubles: [] })
  const [exec] = watchOf().sensors
  assert.ok(exec !== undefined)
  await send(healthOf(watchOf({ sensors: [{ ...exec, lost: 9 }] })))
  assert.deepEqual(await watching(agent), { watch_mode: 'observe', watch_troubles: ['loses'] })
  const [refused] = await send(healthOf(watchOf({ sensors: Array(21).fill(exec) })))
  assert.match(refused?.reason ?? '', /more than 20 sensors/)
})

test('what detections leave goes with their partition', async () => {
  const { agent, send } = await begin('old')
  await send(reportOf(detectionOf()))
  assert.equal(await forgetOld(center, { alert: 400, detection: 180 }), 0)
  center.later(182 * 86_400)
  await opened.store.housekeeping(center.clock(), { detection: 180, detection_body: 180 })
  assert.ok((await forgetOld(center, { alert: 400, detection: 180 })) > 0)
  const { detections, counts } = await all(agent)
  assert.deepEqual([detections, counts], [[], {}])
  assert.equal((await rows(`SELECT FROM detection_key WHERE host_id = '${agent.host}'`)).length, 0)
  assert.equal((await rows('SELECT FROM detection_body')).length, 0)
})

/** Things of the incident that are its own: what a detection would be about. */
function ownMembers(): IdentifiedFact[] {
  const members = infected.scan.incidents[0]?.members ?? []
  return members.filter(one => one.kind === 'file' || (one.kind === 'process' && one.ownership === 'unowned'))
}

function ownMember(): IdentifiedFact {
  const [member] = ownMembers()
  assert.ok(member !== undefined)
  return member
}

function detectionAbout(member: IdentifiedFact): Detection {
  const path = 'path' in member ? member.path : undefined
  const kind = member.kind === 'process' ? ('process' as const) : ('file' as const)
  return detectionOf({ title: 'seen', subject: { kind, ...(path === undefined ? {} : { path }) } })
}

async function begin(name: string) {
  const agent = await addAgent(opened, name)
  const ingest = createIngest(center)
  const spool = randomUUID()
  await ingest.hello(agent, spool)
  let sent = 0
  const send = async (...reports: Report[]) => {
    const { rejected } = await ingest.reports(agent, spool, spooledFrom(sent + 1, reports))
    sent += reports.length
    return rejected
  }
  return { agent, ingest, spool, send }
}

async function all(agent: AgentIdentity) {
  const of = `WHERE host_id = '${agent.host}'`
  const detections = await rows(`SELECT * FROM detection ${of} ORDER BY detection_id`)
  const alerts = await rows(`SELECT * FROM alert ${of} ORDER BY alert_id`)
  const counts = await rows(
    `SELECT what, sum(count)::int AS count FROM detection_hour ${of} AND count > 0 GROUP BY 1 ORDER BY 1`,
  )
  const [exported] = await rows(
    `SELECT count(*)::int AS count FROM export_item JOIN detection USING (tenant_id, detection_id) ${of}`,
  )
  return {
    detections,
    alerts,
    counts: Object.fromEntries(counts.map(one => [one['what'], one['count']])),
    exported: exported?.['count'],
  }
}

async function notices(alert: unknown): Promise<unknown[]> {
  const found = await rows(`SELECT what FROM notice_item WHERE subject_id = '${String(alert)}' ORDER BY at, item_id`)
  return found.map(one => one['what'])
}

async function openAlerts(agent: AgentIdentity): Promise<unknown> {
  return (await rows(`SELECT open_alerts FROM host WHERE host_id = '${agent.host}'`))[0]?.['open_alerts']
}

async function watching(agent: AgentIdentity): Promise<unknown> {
  return (await rows(`SELECT watch_mode, watch_troubles FROM agent WHERE agent_id = '${agent.agent}'`))[0]
}

async function status(alert: unknown, to: 'open' | 'handled' | 'ignored', from: ('open' | 'handled')[] = ['open']) {
  center.later(1)
  const at = center.clock()
  const change = { alerts: [String(alert)], to, from, by: 'mira', what: to, at }
  await opened.store.tenant(opened.tenant, db =>
    changeStatus(db, opened.tenant, to === 'handled' ? { ...change, handledAs: 'manual' } : change),
  )
}

async function rows(text: string): Promise<Record<string, unknown>[]> {
  return await opened.store.tenant(
    opened.tenant,
    async db => (await sql.raw<Record<string, unknown>>(text).execute(db)).rows,
  )
}
