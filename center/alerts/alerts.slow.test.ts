import assert from 'node:assert/strict'
import { randomUUID } from 'node:crypto'
import { after, before, test } from 'node:test'
import { sql } from 'kysely'
import { alertRoutes, groupObject, hostRoutes, huntRoutes, indicatorObject } from '../../model/api/index.ts'
import type { Report } from '../../model/wire/index.ts'
import { groupHandlers, hostHandlers, scanHandlers } from '../fleet/index.ts'
import { createIngest, foldCounts } from '../ingest/index.ts'
import { addAgent, spooledFrom, type TestCenter, testCenter } from '../ingest/testing/agents.ts'
import { infectedHost, type RealScan, realScan } from '../ingest/testing/real-scan.ts'
import type { AgentIdentity } from '../gateway/ports.ts'
import { ProblemError } from '../problem-error.ts'
import { type HandlerCaller, handlerCaller, nobody } from '../testing/handler-caller.ts'
import { ensureTenant } from '../store/index.ts'
import { openTestStore, type TestStore } from '../testing/index.ts'
import { uuid7 } from '../uuid7.ts'
import { alertHandlers, allHuntHandlers, matchIndicators } from './index.ts'

let store: TestStore
let center: TestCenter
let call: HandlerCaller<typeof alertRoutes>
let hunt: HandlerCaller<typeof huntRoutes>
let hosts: HandlerCaller<typeof hostRoutes>
let infected: RealScan
const agents: AgentIdentity[] = []
let north = ''

before(async () => {
  store = await openTestStore()
  center = testCenter(store)
  call = handlerCaller(alertRoutes, alertHandlers, store, center)
  hunt = handlerCaller(huntRoutes, allHuntHandlers, store, center)
  hosts = handlerCaller(hostRoutes, { ...hostHandlers, ...groupHandlers }, store, center)
  north = groupObject.parse(await hosts('createGroup', { body: { name: 'north' } })).id
  infected = await realScan(infectedHost())
  for (const name of ['web-1', 'web-2', 'quiet']) agents.push(await addAgent(store, name))
  await hosts('updateHost', { params: { host: agents[1]?.host ?? '' }, body: { group: north } })
  for (const agent of agents.slice(0, 2)) await report(agent)
  await foldCounts(center)
})
after(() => store.close())

async function report(agent: AgentIdentity, first = 1): Promise<void> {
  const spool = randomUUID()
  const ingest = createIngest(center)
  await ingest.hello(agent, spool)
  const reports: Report[] = [
    { kind: 'scan', id: randomUUID(), scan: infected.scan },
    { kind: 'plans', scan: 's', plans: infected.plans },
  ]
  assert.deepEqual((await ingest.reports(agent, spool, spooledFrom(first, reports))).rejected, [])
}

const refused = (status: number) => (error: unknown) => error instanceof ProblemError && error.status === status
const host = (place: number) => agents[place]?.host ?? ''

async function incident(place = 0) {
  const { items } = await call('listAlerts', { query: { host: host(place), verdict: 'confirmed' } })
  const [one] = items
  assert.ok(one !== undefined)
  return one
}

test('the list shows incidents, and their findings when asked for', async () => {
  const top = await call('listAlerts', { query: { limit: 500 } })
  const all = await call('listAlerts', { query: { limit: 500, children: 'true' } })
  assert.equal(all.items.length, 2 * (infected.scan.findings.length + infected.scan.incidents.length))
  assert.ok(top.items.length < all.items.length)
  assert.ok(top.items.every(one => one.parent === undefined))
})

test('pages go through all of it, each once', async () => {
  const seen: string[] = []
  for (let after: string | undefined; ; ) {
    const page = await call('listAlerts', { query: { limit: 3, children: 'true', ...(after ? { after } : {}) } })
    seen.push(...page.items.map(one => one.id))
    after = page.next
    if (after === undefined) break
  }
  assert.equal(new Set(seen).size, seen.length)
  assert.deepEqual(seen, [...seen].sort().reverse())
  assert.equal(seen.length, 2 * (infected.scan.findings.length + infected.scan.incidents.length))
})

test('every filter narrows', async () => {
  const one = await incident()
  const [finding] = (await call('getAlert', { params: { alert: one.id } })).findings
  assert.ok(finding?.rule !== undefined)
  const count = async (query: object) => (await call('listAlerts', { query: { limit: 500, ...query } })).items.length
  const all = await count({})
  for (const [query, expected] of [
    [{ status: 'open' }, all],
    [{ status: 'handled' }, 0],
    [{ host: host(2) }, 0],
    [{ group: north }, all / 2],
    [{ group: store.group }, all],
    [{ about: 'agent' }, 0],
    [{ type: 'no-such-type' }, 0],
    [{ text: 'WEB-2' }, all / 2],
    [{ text: '100%' }, 0],
    [{ since: '2099-01-01T00:00:00Z' }, 0],
    [{ until: '0001-01-01T00:00:00Z' }, 0],
    [{ region: 'nowhere' }, 0],
    [{ campaign: nobody }, 0],
    [{ assignedTo: 'nobody' }, 0],
    [{ hash: '0'.repeat(64) }, 0],
    [{ family: 'no-such-family' }, 0],
  ] as const)
    assert.equal(await count(query), expected, JSON.stringify(query))
  assert.equal(await count({ verdict: 'confirmed' }), 2)
  assert.ok((await count({ rule: finding.rule })) >= 2)
  assert.equal(await count({ level: one.level, about: 'incident', verdict: 'confirmed' }), 2)
  assert.ok((await count({ atLeast: 'critical' })) <= all)
})

test('what is older than the last days is searched as well, and only among the caller’s own', async () => {
  const one = await incident()
  const hash = 'e'.repeat(64)
  const other = await ensureTenant(store.store, 'another')
  await store.store.system(async db => {
    for (const [tenant, days, group] of [
      [store.tenant, 5, store.group],
      [store.tenant, 40, store.group],
      [store.tenant, 41, north],
      [other.tenant, 6, other.group],
    ] as const) {
      const id = uuid7(Date.now() - days * 86_400_000)
      await sql`INSERT INTO alert (tenant_id, alert_id, host_id, group_id, about, origin, type, level, title, families, hashes,
          status, status_at, first_seen, last_seen, body)
        SELECT ${tenant}, ${id}, host_id, ${group}, about, ${`old ${days}`}, type, level, 'Lantern of Davy', '{oldfamily}', ${[hash]},
          status, status_at, first_seen, last_seen, body
        FROM alert WHERE alert_id = ${one.id}`.execute(db)
      if (tenant !== store.tenant)
        await sql`INSERT INTO host (tenant_id, host_id, group_id, name, hostname)
          SELECT ${tenant}, host_id, ${group}, name, hostname FROM host WHERE host_id = ${host(0)}`.execute(db)
    }
  })
  const found = async (query: object, groups?: readonly string[]) =>
    (await call('listAlerts', { query }, groups)).items.map(item => item.origin)
  for (const query of [
    { family: 'oldfamily' },
    { hash: hash.toUpperCase() },
    { text: 'LANTERN of' },
    { text: 'ldfam' },
  ])
    assert.deepEqual(await found(query), ['old 5', 'old 40', 'old 41'], JSON.stringify(query))
  assert.deepEqual(await found({ text: 'lantern' }, [north]), ['old 41'])
  assert.deepEqual(await found({ text: 'lantern', until: new Date(Date.now() - 30 * 86_400_000).toISOString() }), [
    'old 40',
    'old 41',
  ])
  assert.deepEqual(await found({ text: 'lantern', status: 'handled' }), [])
  const [first] = (await call('listAlerts', { query: { text: 'web-1', limit: 500 } })).items.slice(-1)
  assert.equal(first?.origin, 'old 41')
  const page = await call('listAlerts', { query: { text: 'lantern', limit: 2 } })
  assert.ok(page.next !== undefined)
  assert.deepEqual(await found({ text: 'lantern', limit: 2, after: page.next }), ['old 41'])
  await store.store.system(db => sql`DELETE FROM alert WHERE title = 'Lantern of Davy'`.execute(db))
})

test('the detail has evidence, findings, plans and the plan itself', async () => {
  const one = await incident()
  const detail = await call('getAlert', { params: { alert: one.id } })
  assert.equal(Reflect.get(Object(detail.evidence), 'id'), one.origin)
  assert.ok(detail.findings.length > 0)
  const [plan] = detail.plans
  assert.ok(plan !== undefined)
  const body = await call('getAlertPlan', { params: { alert: one.id, plan: plan.id } })
  assert.equal(body.actions.length, plan.actions)
  await assert.rejects(call('getAlertPlan', { params: { alert: one.id, plan: 'x' } }), refused(404))
  const events = await call('listAlertEvents', { params: { alert: one.id } })
  assert.equal(events.items[0]?.what, 'opened')
})

test('alerts of other groups do not exist', async () => {
  const mine = await incident(0)
  const theirs = await incident(1)
  const seen = await call('listAlerts', { query: { limit: 500, children: 'true' } }, [north])
  assert.ok(seen.items.length > 0 && seen.items.every(one => one.host.group === north))
  for (const attempt of [
    () => call('getAlert', { params: { alert: mine.id } }, [north]),
    () => call('listAlertEvents', { params: { alert: mine.id } }, [north]),
    () => call('listRelatedAlerts', { params: { alert: mine.id } }, [north]),
    () => call('commentAlert', { params: { alert: mine.id }, body: { text: 'x' } }, [north]),
    () => call('assignAlerts', { body: { choice: { alerts: [theirs.id, mine.id] }, to: 'x' } }, [north]),
    () => call('getAlert', { params: { alert: nobody } }),
  ])
    await assert.rejects(attempt, refused(404))
  const related = await call('listRelatedAlerts', { params: { alert: theirs.id } }, [north])
  assert.ok(related.items.every(one => one.host.group === north))
  const found = await hunt('hunt', { query: { term: '/e', prefix: 'true' } }, [north])
  assert.ok(found.items.length > 0 && found.items.every(one => one.host.id === host(1)))
})

test('the same thing on another host is related, and says why', async () => {
  const { items } = await call('listRelatedAlerts', { params: { alert: (await incident()).id } })
  const twin = items.find(one => one.host.id === host(1))
  assert.match(twin?.because ?? '', /shares the|same campaign/)
})

test('comments and assignment are history', async () => {
  const { id } = await incident()
  // Ids of one millisecond are in order only while nobody makes one for another time between them.
  center.later(1)
  await call('commentAlert', { params: { alert: id }, body: { text: '<script>alert(1)</script>' } })
  const choice = { sameAs: id, by: 'type' } as const
  assert.equal((await call('assignAlerts', { body: { choice, to: 'lin' } })).changed, 2)
  assert.equal((await call('assignAlerts', { body: { choice, to: 'lin' } })).changed, 0)
  const only = { ...choice, scope: { hosts: [host(0)] } }
  assert.equal((await call('assignAlerts', { body: { choice: only, to: null } })).changed, 1)
  const whats = (await call('listAlertEvents', { params: { alert: id } })).items.map(one => one.what)
  assert.deepEqual(whats.slice(-3), ['comment', 'assigned', 'assigned'])
  await assert.rejects(
    call('commentAlert', { params: { alert: id }, body: { text: 'x' } }, { 'alerts:read': 'all' }),
    refused(403),
  )
})

test('counts add up', async () => {
  const { open, hours } = await call('alertCounts', { query: { hours: 2_000 } })
  const listed = await call('listAlerts', { query: { limit: 500, status: 'open' } })
  assert.equal(
    open.reduce((sum, one) => sum + one.count, 0),
    listed.items.length,
  )
  assert.deepEqual((await call('alertCounts', { query: { hours: 2_000 } }, [])).open, [])
  assert.ok(Array.isArray(hours))
})

test('hunting finds what hosts have, exactly or by its beginning', async () => {
  const all = await hunt('hunt', { query: { term: '/e', prefix: 'true', limit: 500 } })
  const [some] = all.items.filter(one => one.kind === 'path')
  assert.ok(some !== undefined)
  const exact = await hunt('hunt', { query: { term: some.term, kind: 'path', limit: 500 } })
  assert.deepEqual(new Set(exact.items.map(one => one.host.name)), new Set(['web-1', 'web-2']))
  assert.equal((await hunt('hunt', { query: { term: '%%', prefix: 'true' } })).items.length, 0)
  const pages: string[] = []
  for (let after: string | undefined; ; ) {
    const page = await hunt('hunt', { query: { term: '/e', prefix: 'true', limit: 4, ...(after ? { after } : {}) } })
    pages.push(...page.items.map(one => `${one.kind} ${one.term} ${one.host.id} ${one.source} ${one.sourceId}`))
    after = page.next
    if (after === undefined) break
  }
  assert.equal(new Set(pages).size, all.items.length)
})

test('an allowance is replayed before it is made, silences, and is taken back', async () => {
  const one = await incident()
  const { findings } = await call('getAlert', { params: { alert: one.id } })
  const rule = findings[0]?.rule ?? ''
  const condition = { rule }
  const before = await call('replayAllowance', { body: { scope: {}, condition } })
  assert.ok(before.matched >= 2 && before.hosts === 2)
  const make = (replayed: number, may: Parameters<typeof call>[2] = 'all') =>
    call('createAllowance', { body: { scope: {}, condition, reason: 'a drill of ours', replayed } }, may)
  await assert.rejects(make(before.matched + 1), refused(409))
  await assert.rejects(make(before.matched, { 'allowlist:write': [north], 'alerts:read': 'all' }), refused(403))
  await assert.rejects(
    call('createAllowance', { body: { scope: {}, condition: {}, reason: 'everything', replayed: 0 } }),
    refused(400),
  )
  const made = await make(before.matched)
  const allowed = await call('listAlerts', { query: { status: 'allowed', children: 'true', limit: 500 } })
  assert.equal(allowed.items.length, before.matched)
  await call('removeAllowance', { params: { allowance: made.id } })
  assert.equal((await call('listAlerts', { query: { status: 'allowed', children: 'true' } })).items.length, 0)
  assert.deepEqual((await call('listAllowances')).items, [])
})

test('confirmed incidents are silenced by administrators only', async () => {
  const { findings, origin } = await call('getAlert', { params: { alert: (await incident()).id } })
  assert.ok(origin.length > 0)
  const paths = new Set(findings.map(one => one.rule))
  // One finding alone is its whole incident here, or else the replay counts none as confirmed.
  for (const rule of paths) {
    const replayed = await call('replayAllowance', { body: { scope: {}, condition: { rule: rule ?? '' } } })
    if (replayed.confirmed === 0) continue
    const body = { scope: {}, condition: { rule: rule ?? '' }, reason: 'no', replayed: replayed.matched }
    const may = { 'alerts:read': 'all', 'allowlist:write': 'all' } as const
    await assert.rejects(call('createAllowance', { body: { ...body, reason: 'no way' } }, may), refused(403))
  }
})

test('saved views are the caller’s own', async () => {
  const body = { page: 'alerts', name: 'mine', filter: { status: 'open' } }
  const { id } = await call('saveView', { body })
  assert.deepEqual((await call('listViews')).items, [{ id, ...body }])
  assert.deepEqual((await call('listViews', {}, 'all', 'lin')).items, [])
  await assert.rejects(call('deleteView', { params: { view: id } }, 'all', 'lin'), refused(404))
  await call('deleteView', { params: { view: id } })
})

test('indicators are normalised, kept once, searched as text', async () => {
  const items = [
    { kind: 'domain', value: 'Pool.Example.org.' },
    { kind: 'domain', value: 'pool.example.org' },
    { kind: 'address', value: '2001:DB8::1' },
  ] as const
  assert.deepEqual(await hunt('addIndicators', { body: { items: [...items], source: 'us' } }), { added: 2, known: 0 })
  assert.deepEqual(await hunt('addIndicators', { body: { items: [...items], source: 'us' } }), { added: 0, known: 2 })
  const listed = await hunt('listIndicators', { query: { text: 'pool' } })
  assert.deepEqual(
    listed.items.map(one => one.value),
    ['pool.example.org'],
  )
  await hunt('removeIndicator', { params: { indicator: listed.items[0]?.id ?? '' } })
  await assert.rejects(hunt('removeIndicator', { params: { indicator: listed.items[0]?.id ?? '' } }), refused(404))
})

test('a pack that fails its own cases is refused; one that holds them is rolled out in stages', async () => {
  const rule =
    'title: Kings\nid: 5d0c0b1a-7a57-4a35-9a62-0f4a0a4b1c11\nlogsource: { category: autostart }\ndetection:\n  king: { command|contains: king }\n  condition: king\n'
  const cases = (near: string) =>
    `---\n- { name: a, rule: Kings, files: { /etc/cron.d/a: "* * * * * root /usr/bin/king\\n" }, finds: ['/etc/cron.d/a:1'] }\n- { name: b, rule: Kings, files: { /etc/cron.d/a: "* * * * * root /usr/bin/${near}\\n" }, finds: [] }\n`
  await assert.rejects(
    hunt('uploadPack', { body: { name: 'kings', documents: rule + cases('kingdom') } }),
    (error: unknown) => error instanceof ProblemError && error.status === 422 && /case "b"/.test(error.detail ?? ''),
  )
  const pack = await hunt('uploadPack', { body: { name: 'kings', documents: rule + cases('queen') } })
  assert.deepEqual([pack.version, pack.stage, pack.rules], [1, 'draft', 1])
  await assert.rejects(hunt('uploadPack', { body: { name: 'kings', documents: rule + cases('queen') } }), refused(409))
  center.said.length = 0
  assert.equal((await hunt('stagePack', { params: { pack: pack.id }, body: { stage: 'canary' } })).stage, 'canary')
  assert.ok(center.said.some(one => one.what === 'tenant'))
  assert.equal((await hunt('listPacks')).items.length, 1)
})

test('handling in depth: the preview shows the plan, the order names it, the same is not ordered twice', async () => {
  const one = await incident()
  const choice = { alerts: [one.id] }
  const preview = await call('previewHandling', { body: { choice, how: { as: 'in-depth' } } })
  const plan = preview.items[0]?.plan
  assert.ok(plan !== undefined && plan.actions > 0)
  const stale = { as: 'in-depth', plans: { [one.id]: 'f'.repeat(64) } } as const
  const refusedPreview = await call('previewHandling', { body: { choice, how: stale } })
  assert.match(refusedPreview.items[0]?.refused ?? '', /another plan by now/)
  const how = { as: 'in-depth', plans: { [one.id]: plan.id }, watchSeconds: 5 } as const
  const onlyTriage = { 'alerts:read': 'all', 'alerts:triage': 'all' } as const
  const without = await call('handleAlerts', { body: { choice, how } }, onlyTriage)
  assert.deepEqual([without.changed, without.task], [0, undefined])
  assert.match(without.items[0]?.refused ?? '', /may not order/)
  const done = await call('handleAlerts', { body: { choice, how, comment: 'as agreed' } })
  assert.equal(done.changed, 1)
  const after = await call('getAlert', { params: { alert: one.id } })
  assert.equal(after.status, 'handling')
  assert.deepEqual(
    after.orders.map(order => [order.kind, order.state]),
    [['clean', 'queued']],
  )
  const again = await call('handleAlerts', { body: { choice, how } })
  assert.match(again.items[0]?.refused ?? '', /being handled/)
  const order = await store.store.tenant(store.tenant, db =>
    db.selectFrom('host_order').select('action').where('alert_id', '=', one.id).executeTakeFirstOrThrow(),
  )
  const action = { kind: 'clean', incident: one.origin, handling: 'in-depth', plan: plan.id, watchSeconds: 5 }
  assert.deepEqual(order.action, action)
  for (const watchSeconds of [4, 3_601, 5.5])
    await assert.rejects(call('handleAlerts', { body: { choice, how: { ...how, watchSeconds } } }), /watchSeconds/)
})

test('handle same type across hosts, narrowed by a scope; ignore, reopen, handled manually', async () => {
  const one = await incident(1)
  const sameType = { sameAs: one.id, by: 'type' } as const
  const preview = await call('previewHandling', { body: { choice: sameType, how: { as: 'ignore' } } })
  assert.equal(preview.hosts, 2)
  const narrow = { ...sameType, scope: { hosts: [host(1)] } }
  const ignored = await call('handleAlerts', { body: { choice: narrow, how: { as: 'ignore' }, comment: 'a test' } })
  assert.equal(ignored.changed, 1)
  const seen = await call('getAlert', { params: { alert: one.id } })
  assert.deepEqual([seen.status, seen.handledAs, seen.handledBy], ['ignored', 'ignore', 'mira'])
  assert.ok(seen.findings.every(finding => finding.status === 'ignored'))
  const choice = { alerts: [one.id] }
  const reopen = { choice, how: { as: 'reopen' as const } }
  assert.equal((await call('handleAlerts', { body: reopen })).changed, 1)
  assert.match((await call('handleAlerts', { body: reopen })).items[0]?.refused ?? '', /open already/)
  const manual = { choice, how: { as: 'manual' as const } }
  assert.equal((await call('handleAlerts', { body: manual })).changed, 1)
  assert.match(
    (await call('previewHandling', { body: { choice: { alerts: [one.id] }, how: { as: 'in-depth' } } })).items[0]
      ?.refused ?? '',
    /handled already: reopen/,
  )
  assert.equal((await call('handleAlerts', { body: reopen })).changed, 1)
  const byRule = await call('previewHandling', {
    body: { choice: { sameAs: seen.findings[0]?.id ?? '', by: 'rule' }, how: { as: 'ignore' } },
  })
  assert.ok(byRule.items.length >= 1)
  await assert.rejects(
    call('previewHandling', { body: { choice: { sameAs: one.id, by: 'rule' }, how: { as: 'ignore' } } }),
    refused(400),
  )
})

test('blocks: hosts whose incident names the address take it at once, others wait for an approver', async () => {
  const one = await incident(1)
  // Nothing is blocked by a plan for a host that does not run, as the one in memory; this is what a running one reports.
  const block = { kind: 'block-address', address: '203.0.113.9', seconds: 86_400 }
  const blocking = JSON.stringify({ ...infected.plans[0]?.plan.actions[0], phase: 'contain', action: block })
  await store.store.tenant(store.tenant, db =>
    sql`UPDATE plan SET body = jsonb_set(body, '{actions,-1}', ${blocking}::jsonb, true)`.execute(db),
  )
  const preview = await call('previewHandling', {
    body: { choice: { alerts: [one.id] }, how: { as: 'block', seconds: 600 } },
  })
  const addresses = preview.items[0]?.addresses ?? []
  assert.ok(addresses.length > 0)
  const made = await hunt('createBlock', { body: { addresses, scope: {}, seconds: 600, reason: 'a pool' } })
  assert.equal(made.blocks.length, addresses.length)
  const orders = await store.store.tenant(store.tenant, db =>
    db.selectFrom('host_order').select(['host_id', 'state', 'action', 'task_id']).where('kind', '=', 'block').execute(),
  )
  assert.deepEqual([...new Set(orders.map(order => order.task_id))], [made.task], 'one task for all of them')
  const states = new Map(orders.map(order => [order.host_id, order.state]))
  assert.deepEqual(
    [states.get(host(0)), states.get(host(1)), states.get(host(2))],
    ['queued', 'queued', 'waiting-approval'],
  )
  const listed = await hunt('listBlocks', { query: { address: addresses[0] ?? '' } })
  assert.deepEqual([listed.items.length, listed.items[0]?.hosts], [1, 0])
  await hunt('removeBlock', { params: { block: made.blocks[0] ?? '' } })
  await assert.rejects(hunt('removeBlock', { params: { block: made.blocks[0] ?? '' } }), refused(404))
  await assert.rejects(
    hunt('createBlock', { body: { addresses, scope: { hosts: [nobody] }, seconds: 600, reason: 'x' } }),
    refused(400),
  )
})

test('an immediate scan is a task with an order for each host', async () => {
  const scans = handlerCaller(hostRoutes, scanHandlers, store, center)
  const started = await scans('startScan', { body: { scope: {} } })
  assert.deepEqual([started.hosts, started.refused], [3, []])
  const full = await scans('startScan', { body: { scope: {}, mode: 'full' } })
  assert.equal(full.hosts, 0)
  assert.match(full.refused[0]?.reason ?? '', /cannot do "scan:full"/)
  await assert.rejects(scans('startScan', { body: { scope: {}, mode: 'path' } }), refused(400))
})

test('indicators become alerts on hosts that have them, and a pack that hosts judge by', async () => {
  const there = await store.store.tenant(store.tenant, db =>
    db
      .selectFrom('hunt_term')
      .where('kind', 'in', ['domain', 'address', 'key', 'hash'])
      .select(['kind', 'term'])
      .groupBy(['kind', 'term'])
      .having(({ fn }) => fn.count('host_id').distinct(), '=', 2)
      .executeTakeFirstOrThrow(),
  )
  const known = { kind: indicatorObject.shape.kind.parse(there.kind), value: there.term }
  await hunt('addIndicators', {
    body: {
      items: [
        { ...known, level: 'high' },
        { kind: 'key', value: `SHA256:${'k'.repeat(43)}` },
        { kind: 'hash', value: 'a'.repeat(64) },
        { kind: 'address', value: '203.0.113.77' },
        { kind: 'domain', value: 'pool.example.net' },
        { kind: 'wallet', value: '4'.repeat(95) },
      ],
      source: 'a friend',
    },
  })
  await matchIndicators(center)
  await matchIndicators(center)
  const matched = await call('listAlerts', { query: { about: 'indicator' } })
  assert.deepEqual(new Set(matched.items.map(one => one.host.name)), new Set(['web-1', 'web-2']))
  assert.equal(matched.items.length, 2)
  const one = matched.items[0]
  assert.ok(one !== undefined)
  const preview = await call('previewHandling', { body: { choice: { alerts: [one.id] }, how: { as: 'in-depth' } } })
  assert.match(preview.items[0]?.refused ?? '', /only the center knows/)
  const pack = await hunt('publishIndicators')
  assert.deepEqual([pack.name, pack.version, pack.stage, pack.rules], ['indicators', 1, 'draft', 8])
  await assert.rejects(hunt('publishIndicators'), refused(409))
  const own = await hunt('listIndicators', { query: { text: known.value } })
  await hunt('removeIndicator', { params: { indicator: own.items[0]?.id ?? '' } })
  const after = await call('getAlert', { params: { alert: one.id } })
  assert.equal(after.status, 'handled')
  await matchIndicators(center)
  assert.equal((await call('listAlerts', { query: { about: 'indicator', status: 'open' } })).items.length, 0)
})
