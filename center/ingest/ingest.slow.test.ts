import assert from 'node:assert/strict'
import { createHash, randomUUID } from 'node:crypto'
import { after, before, test } from 'node:test'
import fc from 'fast-check'
import { sql } from 'kysely'
import type { Run } from '../../model/index.ts'
import type { Report } from '../../model/wire/index.ts'
import type { AgentIdentity } from '../gateway/ports.ts'
import { openTestStore, type TestStore } from '../testing/index.ts'
import { foldCounts } from './alert-counts.ts'
import { joinCampaigns } from './campaigns.ts'
import { hostsAtRisk } from './hosts-at-risk.ts'
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

const scanOf = (one: RealScan): Report => ({ kind: 'scan', id: randomUUID(), scan: one.scan })

test('a scan of an infected host becomes alerts, plans become plans', async () => {
  assert.equal(infected.scan.verdict, 'confirmed')
  const { agent, send } = await begin('web-1')
  assert.deepEqual(await send(scanOf(infected), { kind: 'plans', scan: 's', plans: infected.plans }), [])
  const alerts = await alertsOf(agent)
  const top = alerts.filter(one => one.parent_id === null)
  assert.equal(alerts.length, infected.scan.findings.length + infected.scan.incidents.length)
  assert.ok(top.some(one => one.about === 'incident' && one.verdict === 'confirmed' && one.type === 'mining'))
  const host = await hostRow(agent)
  assert.deepEqual([host.open_alerts, host.verdict], [top.length, 'confirmed'])
  assert.ok((host.score ?? 100) <= 40)
  assert.equal(
    (await rows(`SELECT FROM plan WHERE current AND host_id = '${agent.host}'`)).length,
    infected.plans.length,
  )
  assert.ok((await rows(`SELECT FROM hunt_term WHERE host_id = '${agent.host}' AND kind = 'hash'`)).length > 0)
  assert.ok(center.said.some(one => one.what === 'alert' && one.id === top[0]?.alert_id))
})

test('the same report again, a whole batch again, and a hole change nothing', async () => {
  const { agent, ingest, spool } = await begin('web-2')
  const items = spooledFrom(1, [scanOf(infected), scanOf(infected)])
  assert.deepEqual(await ingest.reports(agent, spool, items), { through: 2, rejected: [] })
  const once = await tables(agent)
  assert.deepEqual(await ingest.reports(agent, spool, items), { through: 2, rejected: [] })
  assert.deepEqual(await ingest.reports(agent, spool, [...items, ...items].reverse()), { through: 2, rejected: [] })
  assert.deepEqual(await tables(agent), once)
  assert.deepEqual(await ingest.reports(agent, spool, spooledFrom(90, [scanOf(infected)])), {
    through: 90,
    rejected: [],
  })
  assert.deepEqual(
    (await alertsOf(agent)).map(one => one.seen_times),
    once.alerts.map(() => 3),
  )
  assert.deepEqual(await ingest.hello(agent, spool), { acknowledged: 90 })
  assert.deepEqual(await ingest.hello(agent, randomUUID()), { acknowledged: 0 })
  await assert.rejects(ingest.reports(agent, spool, spooledFrom(91, [scanOf(infected)])), /another spool/)
})

test('any split into batches with any repeats gives the same tables', async () => {
  const reports: Report[] = [
    scanOf(infected),
    { kind: 'plans', scan: 's', plans: infected.plans },
    inventory('first', true, 0, 6),
    inventory(undefined, false, 3, 8),
    scanOf(clean),
    quarantine('a', 'b'),
    blocks('203.0.113.9', '2001:db8::1'),
    scanOf(infected),
    quarantine('b'),
    { kind: 'tampering', what: 'unit', detail: 'the unit file is another' },
  ]
  const expected = await begin('split-0')
  await expected.send(...reports)
  const wanted = await tables(expected.agent)
  let number = 0
  await fc.assert(
    fc.asyncProperty(fc.array(fc.tuple(fc.nat(9), fc.nat(9)), { minLength: 1, maxLength: 6 }), async cuts => {
      const { agent, ingest, spool } = await begin(`split-${++number}`)
      const items = spooledFrom(1, reports)
      let sent = 0
      // What an agent does: from the first that is not acknowledged, or again from earlier, never with a hole.
      for (const [length, back] of [...cuts, [9, 0] as const, [9, 9] as const]) {
        const from = Math.max(0, sent - back)
        const until = Math.min(items.length, sent + length + 1)
        const { through } = await ingest.reports(agent, spool, items.slice(from, until))
        assert.equal(through, Math.max(sent, until))
        sent = through
      }
      assert.deepEqual(await tables(agent), wanted)
    }),
    { numRuns: 12, seed: 7 },
  )
})

test('what cannot be stored is put aside, and the rest is stored', async () => {
  const { agent, ingest, spool } = await begin('hostile')
  const deep = JSON.parse(`${'['.repeat(200_000)}${']'.repeat(200_000)}`)
  const scan = infected.scan
  const good = { kind: 'tampering', what: 'a\u0000b', detail: 'half a \ud800 character' }
  const items: unknown[] = [
    { sequence: 1, at: 'now', report: { kind: 'health' } },
    { sequence: 2, at: '2026-11-20T12:00:00Z', report: good },
    { sequence: 3, at: '2026-11-20T12:00:00Z', report: { kind: 'run-command', command: 'id' } },
    {
      sequence: 4,
      at: '2026-11-20T12:00:00Z',
      report: { kind: 'tampering', what: 'x', detail: 'x'.repeat(5 * 1_048_576) },
    },
    { sequence: 5, at: '2026-11-20T12:00:00Z', report: deep },
    { sequence: 'six', report: null },
    null,
    'text',
    {
      sequence: 7,
      at: '2026-11-20T12:00:00Z',
      report: { kind: 'scan', id: 's7', scan: { ...scan, durationMs: 1e308, startedAt: '+275760-09-13T00:00:00Z' } },
    },
    {
      sequence: 8,
      at: '2026-11-20T12:00:00Z',
      report: { kind: 'run-step', run: 'r', plan: 'p', of: 1, state: { ...step, number: 2 ** 40 } },
    },
    {
      sequence: 9,
      at: '2026-11-20T12:00:00Z',
      report: {
        kind: 'plans',
        scan: 's',
        plans: [{ incident: 'x', handling: 'in-depth', plan: { ...infected.plans[0]?.plan, id: 'f'.repeat(64) } }],
      },
    },
    {
      sequence: 10,
      at: '2026-11-20T12:00:00Z',
      report: JSON.parse(
        '{"kind":"tampering","what":"p","detail":"d","__proto__":{"x":1},"constructor":{"prototype":{"y":2}}}',
      ),
    },
    {
      sequence: 11,
      at: '0000-01-01T00:00:00Z',
      report: {
        kind: 'blocks',
        way: 'nftables',
        blocked: [{ address: "1.2.3.4'; DROP TABLE host; --", expiresAt: '2026-11-20T12:00:00Z' }],
      },
    },
    {
      sequence: 12,
      at: '2026-11-20T12:00:00Z',
      report: { kind: 'order', order: randomUUID(), state: 'done', reason: '<script>alert(1)</script>' },
    },
  ]
  const { through, rejected } = await ingest.reports(agent, spool, items)
  assert.equal(through, 12)
  const numbers = rejected.map(one => one.sequence).sort((a, b) => a - b)
  assert.deepEqual(numbers, [0, 0, 0, 1, 3, 4, 5, 8, 9, 11])
  for (const { reason } of rejected) assert.ok(reason.length > 5 && reason.length <= 1_000, reason)
  const letters = await rows<{ content: string }>(`SELECT content FROM dead_letter WHERE agent_id = '${agent.agent}'`)
  assert.equal(letters.length, rejected.length)
  assert.ok(letters.every(one => Buffer.byteLength(one.content) <= 65_536))
  const [event] = await rows<{ detail: { what: string } }>(
    `SELECT detail FROM host_event WHERE host_id = '${agent.host}' AND what = 'tampering' ORDER BY event_id`,
  )
  assert.equal(event?.detail.what, 'a\\x00b')
  assert.equal((await rows(`SELECT FROM scan WHERE host_id = '${agent.host}'`)).length, 1)
  assert.equal(Object.hasOwn(Object.prototype, 'x') || Object.hasOwn(Object.prototype, 'y'), false)
})

test('trouble of the store acknowledges nothing', async () => {
  const { agent, spool } = await begin('away')
  const away = Object.assign(new Error('terminating connection'), { code: '57P01' })
  const broken = { ...center, store: { ...opened.store, tenant: () => Promise.reject(away) } }
  await assert.rejects(createIngest(broken).reports(agent, spool, spooledFrom(1, [scanOf(infected)])), /terminating/)
  assert.deepEqual(await createIngest(center).hello(agent, spool), { acknowledged: 0 })
})

test('gone, back again, and merged', async () => {
  const { agent, send } = await begin('gone')
  await send(scanOf(infected), { kind: 'plans', scan: 's', plans: infected.plans }, scanOf(clean))
  const gone = await alertsOf(agent)
  assert.ok(gone.every(one => one.gone_at !== null && one.status === 'open'))
  assert.equal((await rows(`SELECT FROM plan WHERE current AND host_id = '${agent.host}'`)).length, 0)
  assert.equal((await rows(`SELECT FROM hunt_term WHERE gone_at IS NULL AND host_id = '${agent.host}'`)).length, 0)
  await send(scanOf(infected))
  assert.ok((await alertsOf(agent)).every(one => one.gone_at === null))
  const incident = infected.scan.incidents.find(one => one.verdict === 'confirmed')
  assert.ok(incident)
  const merged = { ...incident, id: 'survivor', mergedFrom: [incident.id] }
  const others = infected.scan.incidents.filter(one => one !== incident)
  await send(scanOf({ ...infected, scan: { ...infected.scan, incidents: [merged, ...others] } }))
  const history = await historyOf(agent, incident.id)
  assert.deepEqual(history, ['opened', 'gone', 'came-back', 'merged', 'gone'])
  assert.equal((await hostRow(agent)).open_alerts, await countedOpen(agent))
})

test('a scan that could not look does not make anything gone', async () => {
  const { agent, send } = await begin('blind')
  const path = '/var/spool/cron/crontabs/root'
  await send(scanOf(infected))
  const gaps = [{ what: path, why: 'permission denied', path }]
  await send(scanOf({ ...clean, scan: { ...clean.scan, gaps } }))
  const kept = (await alertsOf(agent)).filter(one => one.gone_at === null)
  assert.ok(kept.length > 0 && kept.length < infected.scan.findings.length)
  await send(scanOf({ ...clean, scan: { ...clean.scan, target: { root: '/mnt', live: false } } }))
  assert.equal((await alertsOf(agent)).filter(one => one.gone_at === null).length, kept.length)
})

test('a run that is proven clean handles its incident; seen again it is open again', async () => {
  const { agent, send } = await begin('run')
  await send(scanOf(infected))
  const incident = await incidentOf(agent)
  const run = runOf(incident.origin)
  await send({ kind: 'run', run: { ...run, state: 'running' } })
  assert.equal((await incidentOf(agent)).status, 'handling')
  await send({ kind: 'run', run: { ...run, proof: proofOf(run, 'left') } })
  assert.equal((await incidentOf(agent)).status, 'open')
  const second = { ...run, id: 'r2' }
  await send({ kind: 'run', run: { ...second, proof: proofOf(second, 'clean') } })
  const handled = await incidentOf(agent)
  assert.deepEqual([handled.status, handled.handled_as, handled.handled_by], ['handled', 'in-depth', 'host'])
  assert.equal((await hostRow(agent)).open_alerts, await countedOpen(agent))
  await send(scanOf(infected))
  assert.equal((await incidentOf(agent)).status, 'open')
  // The same proof once more is no news.
  await send({ kind: 'run', run: { ...second, proof: proofOf(second, 'clean') } })
  assert.equal((await incidentOf(agent)).status, 'open')
  await send({ kind: 'run-step', run: 'r3', plan: 'p', of: 2, state: step })
  assert.equal((await rows(`SELECT FROM run_action WHERE host_id = '${agent.host}' AND run_id = 'r3'`)).length, 1)
})

test('what the center allows is stored as allowed', async () => {
  const { agent, send } = await begin('allowed')
  const path = '/etc/systemd/system/xm.service'
  await opened.store.tenant(opened.tenant, async db => {
    const scope = JSON.stringify({ hosts: [agent.host], groups: [opened.group] })
    const rule = {
      tenant_id: opened.tenant,
      scope,
      condition: JSON.stringify({ path }),
      reason: 'ours',
      created_by: 'ada',
    }
    await db
      .insertInto('allow_rule')
      .values({ ...rule, allow_id: randomUUID(), scope: JSON.stringify({ hosts: [agent.host] }) })
      .execute()
  })
  await send(scanOf(infected))
  const alerts = await alertsOf(agent)
  const allowed = alerts.filter(one => one.status === 'allowed')
  assert.ok(allowed.length > 0 && allowed.length < alerts.length)
  assert.ok(
    allowed.every(one => (one.body as { fact: { path: string } }).fact.path === path && one.handled_by === 'ada'),
  )
  assert.equal((await hostRow(agent)).open_alerts, await countedOpen(agent))
})

test('an inventory: nothing to tell at first, then what appeared, changed and went', async () => {
  const { agent, send } = await begin('inventory')
  await send(inventory('one', false, 0, 4), inventory('one', true, 4, 8))
  assert.deepEqual(await changesOf(agent), [])
  await send(inventory('two', true, 2, 10))
  assert.deepEqual(await changesOf(agent), ['appeared p8', 'appeared p9', 'gone p0', 'gone p1'])
  await send({ kind: 'inventory', last: false, present: [pack(3, '2')], gone: [{ id: 'p4', kind: 'package' }] })
  assert.deepEqual((await changesOf(agent)).slice(-2), ['gone p1', 'gone p4'])
  assert.equal((await rows(`SELECT FROM inventory_item WHERE host_id = '${agent.host}'`)).length, 7)
})

test('incidents of several hosts that share a thing are one campaign', async () => {
  const [a, b] = [await begin('camp-a', { addresses: ['192.0.2.10'] }), await begin('camp-b')]
  while ((await joinCampaigns(center)) > 0);
  const other = await realScan(infectedHost('.y'))
  await a.send(scanOf(infected))
  center.later(60)
  await b.send(scanOf(other))
  assert.ok((await joinCampaigns(center)) >= 2)
  const first = await incidentOf(a.agent)
  const second = await incidentOf(b.agent)
  assert.ok(first.campaign_id !== null)
  assert.equal(second.campaign_id, first.campaign_id)
  const [campaign] = await rows<{ hosts: number; shared: { kind: string }[] }>(
    `SELECT * FROM campaign WHERE campaign_id = '${first.campaign_id}'`,
  )
  assert.ok((campaign?.hosts ?? 0) >= 2 && campaign?.shared.some(one => one.kind === 'wallet' || one.kind === 'line'))
  assert.equal(await joinCampaigns(center), 0)
  // A host that somebody reached from there, and that has no incident.
  const c = await begin('camp-c')
  await c.send(scanOf(clean))
  await opened.store.tenant(opened.tenant, db =>
    db
      .insertInto('login_seen')
      .values({
        tenant_id: opened.tenant,
        host_id: c.agent.host,
        address: '192.0.2.10',
        account: 'root',
        first_seen: center.clock(),
        last_seen: center.clock(),
      })
      .execute(),
  )
  const risky = await opened.store.tenant(opened.tenant, db => hostsAtRisk(db, opened.tenant, first.campaign_id ?? ''))
  assert.ok(risky.some(one => one.host === c.agent.host && one.because.includes('logged in from 192.0.2.10')))
})

test('counts by the hour are those of the alerts', async () => {
  await foldCounts(center)
  await foldCounts(center)
  const [sum] = await rows<{ opened: number }>('SELECT sum(opened)::int AS opened FROM alert_hour')
  const events = await rows(
    `SELECT FROM alert_event e JOIN alert a USING (tenant_id, alert_id) WHERE e.what = 'opened' AND a.parent_id IS NULL AND a.status <> 'allowed'`,
  )
  assert.equal(sum?.opened, events.length)
  assert.equal((await rows('SELECT FROM alert_count')).length, 0)
})

test('a host does not have more than its share', async () => {
  const { agent, send } = await begin('flood')
  await sql`UPDATE host SET open_alerts = 4999 WHERE host_id = ${agent.host}`
    .execute(opened.store.owner)
    .catch(() => {})
  await opened.store.tenant(opened.tenant, db =>
    db.updateTable('host').set({ open_alerts: 4_999 }).where('host_id', '=', agent.host).execute(),
  )
  const twice = infected.scan.incidents.flatMap(one => [one, { ...one, id: `${one.id}2`, findings: [] }])
  const refused = await send(scanOf({ ...infected, scan: { ...infected.scan, incidents: twice } }))
  assert.match(refused[0]?.reason ?? '', /more than 5000 open alerts/)
  assert.equal((await alertsOf(agent)).length, 0)
  assert.equal(
    (await rows(`SELECT FROM host_event WHERE host_id = '${agent.host}' AND what = 'report-refused'`)).length,
    1,
  )
})

const step = {
  number: 1,
  phase: 'remove' as const,
  action: { kind: 'quarantine-file' as const, path: '/var/tmp/.x/xm' },
  reason: 'it is a miner',
  outcome: 'done' as const,
  undoable: true,
}

function runOf(incident: string): Run {
  const at = '2026-11-20T12:00:00Z'
  const head = { format: 'davylamp-run', version: 1, id: 'r1', at, plan: 'p', root: '/', live: true } as const
  return { ...head, state: 'complete', incidents: [incident], actions: [step] }
}

function proofOf({ id }: Run, result: 'clean' | 'left') {
  const at = '2026-11-20T12:00:00Z'
  const empty = { checked: [], respawned: [], watchedSeconds: 60, remains: [], gaps: [], laterLooks: [] }
  return { format: 'davylamp-proof' as const, version: 1 as const, run: id, at, result, ...empty }
}

function pack(number: number, version = '1') {
  const id = `p${number}`
  return { kind: 'package' as const, id, name: id, version, architecture: 'amd64', manager: 'dpkg' as const }
}

function inventory(snapshot: string | undefined, last: boolean, from: number, until: number): Report {
  const present = Array.from({ length: until - from }, (_, index) => pack(from + index))
  return { kind: 'inventory', ...(snapshot === undefined ? {} : { snapshot }), last, present, gone: [] }
}

function quarantine(...ids: string[]): Report {
  const sha256 = (id: string) => createHash('sha256').update(id).digest('hex')
  const at = '2026-11-20T11:00:00Z'
  return {
    kind: 'quarantine',
    entries: ids.map(id => ({ id, sha256: sha256(id), path: `/tmp/${id}`, size: 1, at, reason: 'r' })),
  }
}

function blocks(...addresses: string[]): Report {
  return {
    kind: 'blocks',
    way: 'nftables',
    blocked: addresses.map(address => ({ address, expiresAt: '2026-11-21T12:00:00Z' })),
  }
}

async function begin(name: string, more: { addresses?: string[] } = {}) {
  const ingest = createIngest(center)
  const agent = await addAgent(opened, name, more)
  const spool = randomUUID()
  assert.deepEqual(await ingest.hello(agent, spool), { acknowledged: 0 })
  let sent = 0
  const send = async (...reports: Report[]) => {
    const { through, rejected } = await ingest.reports(agent, spool, spooledFrom(sent + 1, reports))
    sent += reports.length
    assert.equal(through, sent)
    return rejected
  }
  return { ingest, agent, spool, send }
}

/** All that a host's reports left, without what is different by nature: ids of the center and times. */
async function tables({ host, agent }: AgentIdentity) {
  const of = (columns: string, table: string, order = '1, 2') =>
    rows(`SELECT ${columns} FROM ${table} WHERE host_id = '${host}' ORDER BY ${order}`)
  return {
    alerts: await of(
      'about, origin, type, status, seen_times, gone_at IS NULL AS here, parent_id IS NULL AS top, body',
      'alert',
      'about, origin',
    ),
    events: await rows(`SELECT a.about, a.origin, e.what FROM alert_event e JOIN alert a USING (tenant_id, alert_id)
      WHERE a.host_id = '${host}' ORDER BY a.about, a.origin, e.what, e.event_id`),
    scans: await of('origin, verdict', 'scan'),
    plans: await of('plan_id, incident, handling, current', 'plan'),
    items: await of('fact_id, kind, body, snapshot', 'inventory_item', 'fact_id'),
    changes: await of('fact_id, change, before, after', 'inventory_change', 'fact_id, change'),
    terms: await of('kind, term, source, gone_at IS NULL AS here', 'hunt_term', '1, 2, 3'),
    boxes: await of('entry_id, sha256, gone_at IS NULL AS here', 'quarantined'),
    blocked: await of('host(address) AS address, way', 'blocked', 'address'),
    hostEvents: await of('what, detail', 'host_event'),
    host: await rows(`SELECT verdict, open_alerts, score FROM host WHERE host_id = '${host}'`),
    agent: await rows(`SELECT acknowledged FROM agent WHERE agent_id = '${agent}'`),
  }
}

async function rows<T = Record<string, unknown>>(text: string): Promise<T[]> {
  return await opened.store.tenant(opened.tenant, async db => (await sql.raw<T>(text).execute(db)).rows)
}

const alertsOf = ({ host }: AgentIdentity) =>
  opened.store.tenant(opened.tenant, db =>
    db.selectFrom('alert').selectAll().where('host_id', '=', host).orderBy('alert_id').execute(),
  )

const hostRow = ({ host }: AgentIdentity) =>
  opened.store.tenant(opened.tenant, db =>
    db.selectFrom('host').selectAll().where('host_id', '=', host).executeTakeFirstOrThrow(),
  )

async function incidentOf(agent: AgentIdentity) {
  const found = (await alertsOf(agent)).find(one => one.about === 'incident' && one.verdict === 'confirmed')
  assert.ok(found)
  return found
}

async function countedOpen({ host }: AgentIdentity): Promise<number> {
  return (await rows(`SELECT FROM alert WHERE host_id = '${host}' AND status = 'open' AND parent_id IS NULL`)).length
}

async function historyOf({ host }: AgentIdentity, origin: string): Promise<string[]> {
  const found = await rows<{ what: string }>(
    `SELECT e.what FROM alert_event e JOIN alert a USING (tenant_id, alert_id)
     WHERE a.host_id = '${host}' AND a.about = 'incident' AND a.origin = '${origin}' ORDER BY e.event_id`,
  )
  return found.map(one => one.what)
}

async function changesOf({ host }: AgentIdentity): Promise<string[]> {
  const found = await rows<{ change: string; fact_id: string }>(
    `SELECT change, fact_id FROM inventory_change WHERE host_id = '${host}' ORDER BY change, fact_id`,
  )
  return found.map(one => `${one.change} ${one.fact_id}`)
}
