import assert from 'node:assert/strict'
import { randomUUID } from 'node:crypto'
import { after, before, test } from 'node:test'
import type { Report } from '../../model/wire/index.ts'
import { openTestStore, type TestStore } from '../testing/index.ts'
import { createIngest } from './ingest.ts'
import { addAgent, spooledFrom, type TestCenter, testCenter } from './testing/agents.ts'
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
})
after(async () => await opened.close())

const scanReport = (one: RealScan): Report => ({ kind: 'scan', id: randomUUID(), scan: one.scan })

test('a scan of an infected host becomes alerts, plans become plans', async () => {
  assert.equal(infected.scan.verdict, 'confirmed')
  const { ingest, agent, spool } = await begin('web-1')
  const reports: Report[] = [scanReport(infected), { kind: 'plans', scan: 's', plans: infected.plans }]
  assert.deepEqual(await ingest.reports(agent, spool, spooledFrom(1, reports)), { through: 2, rejected: [] })
  const alerts = await alertsOf(agent.host)
  const top = alerts.filter(one => one.parent_id === null)
  assert.deepEqual(alerts.length, infected.scan.findings.length + infected.scan.incidents.length)
  assert.ok(top.some(one => one.about === 'incident' && one.verdict === 'confirmed' && one.type === 'mining'))
  const host = await hostRow(agent.host)
  assert.equal(host.open_alerts, top.length)
  assert.equal(host.verdict, 'confirmed')
  assert.ok((host.score ?? 100) <= 40)
})

async function begin(name: string) {
  const ingest = createIngest(center)
  const agent = await addAgent(opened, name)
  const spool = randomUUID()
  assert.deepEqual(await ingest.hello(agent, spool), { acknowledged: 0 })
  return { ingest, agent, spool }
}

const alertsOf = (host: string) =>
  opened.store.tenant(opened.tenant, db =>
    db.selectFrom('alert').selectAll().where('host_id', '=', host).orderBy('alert_id').execute(),
  )
const hostRow = (host: string) =>
  opened.store.tenant(opened.tenant, db =>
    db.selectFrom('host').selectAll().where('host_id', '=', host).executeTakeFirstOrThrow(),
  )
