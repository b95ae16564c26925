import assert from 'node:assert/strict'
import { randomUUID } from 'node:crypto'
import { after, before, test } from 'node:test'
import type { AgentIdentity } from '../gateway/ports.ts'
import { openTestStore, type TestStore } from '../testing/index.ts'
import { type AlertStatus, changeStatus } from './change-status.ts'
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
after(() => opened.close())

for (const to of ['ignored', 'allowed', 'handled'] as const)
  test(`an alert that is ${to} stands against its host no longer, and one that opens does again`, async () => {
    const { agent, send } = await begin(`to-${to}`)
    await send(infected)
    const worst = await scoreOf(agent)
    assert.ok(worst.score <= 40)
    const [incident, ...others] = await topAlerts(agent)
    assert.ok(incident !== undefined)
    await change(incident, 'handling')
    assert.deepEqual(await scoreOf(agent), worst, 'it is not over while somebody is at it')
    await change(incident, to)
    const better = await scoreOf(agent)
    assert.ok(better.score > worst.score)
    assert.ok(!better.reasons.some(one => one.what === 'confirmed'))
    for (const other of others) await change(other, to)
    assert.deepEqual(await scoreOf(agent), { score: 100, reasons: [] })
    if (to !== 'handled') {
      await send(infected)
      assert.deepEqual(await scoreOf(agent), { score: 100, reasons: [] }, 'a scan that sees it again says the same')
    }
    for (const one of [incident, ...others]) await change(one, 'open')
    assert.deepEqual(await scoreOf(agent), worst)
  })

test('changes at the same moment end in the same score as one after the other', async () => {
  const { agent, send } = await begin('at-once')
  const copies = infected.scan.incidents.flatMap(one =>
    [0, 1, 2, 3].map(number => ({ ...one, id: `${one.id}-${number}`, findings: [] })),
  )
  await send(infected, {
    incidents: [...infected.scan.incidents, ...copies],
    gaps: [{ what: 'sockets', why: 'permission denied' }],
  })
  const alerts = await topAlerts(agent)
  assert.ok(alerts.length > 4)
  await Promise.all(alerts.map(one => change(one, 'ignored')))
  const { score, reasons } = await scoreOf(agent)
  assert.deepEqual([score, reasons.map(one => one.what)], [95, ['gaps']], 'what the scan could not see stays')
})

test('what a scan could not look at still stands against the host', async () => {
  const { agent, send } = await begin('blind')
  await send(infected)
  const before = await scoreOf(agent)
  await send(clean, { target: { root: '/mnt', live: false } })
  assert.deepEqual(await scoreOf(agent), before)
  await send(clean)
  assert.deepEqual(await scoreOf(agent), { score: 100, reasons: [] })
})

test('an alert that is gone changes nothing any more, and a host without a scan has no score', async () => {
  const { agent, send } = await begin('gone')
  await send(infected)
  const [incident] = await topAlerts(agent)
  await send(clean)
  await change(incident ?? '', 'ignored')
  assert.equal((await scoreOf(agent)).score, 100)
  const { agent: silent } = await begin('silent')
  assert.equal((await hostRow(silent)).score, null)
})

async function begin(name: string) {
  const ingest = createIngest(center)
  const agent = await addAgent(opened, name)
  const spool = randomUUID()
  await ingest.hello(agent, spool)
  let sent = 0
  const send = async ({ scan }: RealScan, more: Partial<RealScan['scan']> = {}) => {
    const report = { kind: 'scan' as const, id: randomUUID(), scan: { ...scan, ...more } }
    const { rejected } = await ingest.reports(agent, spool, spooledFrom(++sent, [report]))
    assert.deepEqual(rejected, [])
  }
  return { agent, send }
}

async function change(alert: string, to: AlertStatus): Promise<void> {
  const from = (['open', 'handling', 'handled', 'ignored', 'allowed'] as const).filter(one => one !== to)
  await opened.store.tenant(opened.tenant, db =>
    changeStatus(db, opened.tenant, {
      alerts: [alert],
      to,
      from,
      by: 'mira',
      what: to,
      ...(to === 'handled' ? { handledAs: 'manual' } : {}),
      withChildren: true,
      at: center.clock(),
    }),
  )
}

/** The confirmed incident first. */
async function topAlerts({ host }: AgentIdentity): Promise<string[]> {
  const rows = await opened.store.tenant(opened.tenant, db =>
    db
      .selectFrom('alert')
      .select(['alert_id', 'verdict'])
      .where('host_id', '=', host)
      .where('parent_id', 'is', null)
      .orderBy('alert_id')
      .execute(),
  )
  const worst = rows.filter(one => one.verdict === 'confirmed')
  return [...worst, ...rows.filter(one => one.verdict !== 'confirmed')].map(one => one.alert_id)
}

const hostRow = ({ host }: AgentIdentity) =>
  opened.store.tenant(opened.tenant, db =>
    db.selectFrom('host').select('score').where('host_id', '=', host).executeTakeFirstOrThrow(),
  )

async function scoreOf(agent: AgentIdentity) {
  const { score } = await hostRow(agent)
  const row = await opened.store.tenant(opened.tenant, db =>
    db
      .selectFrom('host_score')
      .select(['score', 'reasons'])
      .where('host_id', '=', agent.host)
      .executeTakeFirstOrThrow(),
  )
  assert.equal(score, row.score)
  return { score: row.score, reasons: row.reasons as { what: string; points: number }[] }
}
