import assert from 'node:assert/strict'
import { after, before, test } from 'node:test'
import { hostRoutes } from '../../model/api/index.ts'
import { defaultPolicy } from '../../model/wire/index.ts'
import { type TestCenter, testCenter } from '../ingest/testing/agents.ts'
import { openAlerts } from '../notify/testing/alerts.ts'
import { ProblemError } from '../problem-error.ts'
import { callerOf, type HandlerCaller, handlerCaller, requestOf } from '../testing/handler-caller.ts'
import { openTestStore, type TestStore } from '../testing/index.ts'
import { uuid7 } from '../uuid7.ts'
import { hostHandlers, hostsHandlers, hostsInScope, summaryHandlers } from './index.ts'

let store: TestStore
let center: TestCenter
let call: HandlerCaller<typeof hostRoutes>
let north = ''
let south = ''

before(async () => {
  store = await openTestStore()
  center = testCenter(store)
  call = handlerCaller(hostRoutes, hostsHandlers, store, center)
  north = (await call('createGroup', { body: { name: 'north' } })).id
  south = (await call('createGroup', { body: { name: 'south', parent: north } })).id
  for (const [name, group, verdict] of [
    ['alpha', north, 'confirmed'],
    ['beta', south, 'nothing'],
    ['gamma', store.group, 'unknown'],
  ] as const)
    await addHost(name, group, verdict)
})
after(() => store.close())

async function addHost(name: string, group: string, verdict: string): Promise<string> {
  const host = uuid7()
  const agent = uuid7()
  await store.store.tenant(store.tenant, async db => {
    const row = { tenant_id: store.tenant, host_id: host }
    await db
      .insertInto('host')
      .values({
        ...row,
        group_id: group,
        name,
        hostname: `${name}.example`,
        agent_id: agent,
        verdict,
        tags: ['web', name],
        score: verdict === 'confirmed' ? 10 : verdict === 'nothing' ? 100 : null,
      })
      .execute()
    const reasons = verdict === 'confirmed' ? [{ what: 'alerts', text: 'a miner runs', points: 90 }] : []
    await db
      .insertInto('host_score')
      .values({ ...row, score: 100, reasons: JSON.stringify(reasons), at: new Date() })
      .execute()
    await db
      .insertInto('agent')
      .values({ ...row, agent_id: agent, state: 'active', online: name !== 'gamma', program: '0.2.0' })
      .execute()
    await db
      .insertInto('inventory_item')
      .values({
        ...row,
        fact_id: `fact-${name}`,
        kind: 'autostart',
        body: JSON.stringify({ kind: 'autostart', path: `/etc/cron.d/100%_${name}` }),
        body_hash: Buffer.alloc(32),
        first_seen: new Date(),
        changed_at: new Date(),
      })
      .execute()
    await db
      .insertInto('inventory_change')
      .values({
        ...row,
        change_id: uuid7(),
        fact_id: `fact-${name}`,
        kind: 'autostart',
        change: 'appeared',
        after: JSON.stringify({ path: name }),
        at: new Date(),
      })
      .execute()
  })
  return host
}

const refused = (status: number) => (error: unknown) => error instanceof ProblemError && error.status === status
const names = (page: { items: readonly { name: string }[] }) => page.items.map(one => one.name)

test('hosts are listed by name, page by page, each once', async () => {
  const first = await call('listHosts', { query: { limit: 2 } })
  assert.deepEqual(names(first), ['alpha', 'beta'])
  const rest = await call('listHosts', { query: { limit: 2, after: first.next } })
  assert.deepEqual([names(rest), rest.next], [['gamma'], undefined])
  await assert.rejects(call('listHosts', { query: { after: 'bm9uc2Vuc2U' } }), refused(400))
})

for (const [query, expected] of [
  [{ verdict: 'confirmed' }, ['alpha']],
  [{ online: 'false' }, ['gamma']],
  [{ online: 'true' }, ['alpha', 'beta']],
  [{ tag: 'beta' }, ['beta']],
  [{ text: 'ALPHA.EX' }, ['alpha']],
  [{ text: '%' }, []],
] as const)
  test(`hosts narrowed by ${JSON.stringify(query)}`, async () =>
    assert.deepEqual(names(await call('listHosts', { query })), expected))

test('a group means the groups below it too', async () => {
  assert.deepEqual(names(await call('listHosts', { query: { group: north } })), ['alpha', 'beta'])
  assert.deepEqual(names(await call('listHosts', { query: { group: south } })), ['beta'])
})

test('what lies in groups of others does not exist', async () => {
  const all = await call('listHosts')
  const gamma = all.items.find(one => one.name === 'gamma')?.id ?? ''
  assert.deepEqual(names(await call('listHosts', {}, [south])), ['beta'])
  await assert.rejects(call('getHost', { params: { host: gamma } }, [south]), refused(404))
  await assert.rejects(call('updateHost', { params: { host: gamma }, body: { name: 'x' } }, [south]), refused(404))
  await assert.rejects(call('removeHost', { params: { host: gamma } }, [south]), refused(404))
  await assert.rejects(call('listInventory', { params: { host: gamma } }, [south]), refused(404))
  await assert.rejects(call('listHostEvents', { params: { host: gamma } }, [south]), refused(404))
  assert.deepEqual(
    (await call('listInventoryChanges', {}, [south])).items.map(one => one.host.name),
    ['beta'],
  )
  assert.deepEqual(
    (await call('listGroups', {}, [south])).items.map(one => one.name),
    ['south'],
  )
  assert.equal((await call('fleetSummary', {}, [south])).hosts.total, 1)
})

test('another tenant sees nothing of this one', async () => {
  const other = uuid7()
  const found = await store.store.tenant(other, async db => [
    await hostHandlers.listHosts(
      { params: undefined, query: { limit: 50 }, body: undefined },
      requestOf(db, center, callerOf(other, 'all')),
    ),
    await summaryHandlers.fleetSummary(
      { params: undefined, query: {}, body: undefined },
      requestOf(db, center, callerOf(other, 'all')),
    ),
  ])
  assert.deepEqual(found[0], { items: [] })
})

test('the summary counts, and says what takes points away', async () => {
  const summary = await call('fleetSummary')
  assert.deepEqual(
    [summary.hosts, summary.score, summary.reasons, summary.riskiest.map(one => one.name)],
    [
      { total: 3, online: 2, offline: 1, neverScanned: 1, byVerdict: { confirmed: 1, nothing: 1, unknown: 1 } },
      55,
      [{ what: 'alerts', text: 'a miner runs', hosts: 1, points: 90 }],
      ['alpha'],
    ],
  )
  assert.deepEqual((await call('hostFacets'))['tag']?.[0], { value: 'web', hosts: 3 })
})

test('a host that is moved takes another policy; a policy holds for the groups below', async () => {
  const [beta] = (await call('listHosts', { query: { tag: 'beta' } })).items
  assert.ok(beta !== undefined)
  center.said.length = 0
  await call('updateHost', { params: { host: beta.id }, body: { group: store.group, region: 'cn-hangzhou' } })
  assert.ok(center.said.some(one => one.what === 'agent'))
  await call('updateHost', { params: { host: beta.id }, body: { group: south } })
  center.said.length = 0
  const { version: _, ...policy } = { ...defaultPolicy, laterLooks: false }
  const changed = await call('updateGroup', { params: { group: north }, body: { policy } })
  assert.deepEqual([changed.policy?.laterLooks, changed.policyVersion], [false, 2])
  assert.deepEqual(new Set(center.said.filter(one => one.what === 'group').map(one => one.id)), new Set([north, south]))
  assert.ok(call.audited.includes('group.changed'))
})

test('several hosts are moved in one call, with their alerts; all of them or none', async () => {
  const { items } = await call('listHosts')
  const [alpha, beta, gamma] = ['alpha', 'beta', 'gamma'].map(name => items.find(one => one.name === name)?.id ?? '')
  const ids = [alpha ?? '', beta ?? '']
  const [alert] = await openAlerts(store, center.clock(), [{ host: alpha ?? '', group: north }])
  const where = async () => (await call('listHosts')).items.map(one => [one.name, one.group.id])
  const before = await where()
  const both = [...ids, gamma ?? '']
  await assert.rejects(call('moveHosts', { body: { hosts: both, group: south } }, [north, south]), refused(404))
  const some = { 'hosts:read': 'all', 'hosts:write': [north, south] } as const
  await assert.rejects(call('moveHosts', { body: { hosts: both, group: south } }, some), refused(403))
  await assert.rejects(call('moveHosts', { body: { hosts: ids, group: store.group } }, some), refused(403))
  await assert.rejects(call('moveHosts', { body: { hosts: ids, group: uuid7() } }), refused(400))
  assert.deepEqual(await where(), before)
  center.said.length = 0
  assert.deepEqual(await call('moveHosts', { body: { hosts: [...ids, ...ids], group: south } }, some), { moved: 1 })
  assert.deepEqual(await where(), [
    ['alpha', south],
    ['beta', south],
    ['gamma', store.group],
  ])
  assert.deepEqual(
    center.said.map(one => one.what),
    ['host', 'agent'],
    'beta was there already',
  )
  assert.deepEqual(center.said[0]?.id, alpha)
  const groupOf = (id: string) =>
    store.store.tenant(store.tenant, db =>
      db.selectFrom('alert').select('group_id').where('alert_id', '=', id).executeTakeFirstOrThrow(),
    )
  assert.equal((await groupOf(alert ?? '')).group_id, south)
  assert.ok(call.audited.includes('hosts.moved'))
  await call('moveHosts', { body: { hosts: [alpha ?? ''], group: north } })
})

test('groups stay a tree, and only empty ones go', async () => {
  await assert.rejects(call('updateGroup', { params: { group: north }, body: { parent: south } }), refused(400))
  await assert.rejects(call('updateGroup', { params: { group: store.group }, body: { parent: south } }), refused(409))
  await assert.rejects(call('deleteGroup', { params: { group: south } }), refused(409))
  await assert.rejects(call('deleteGroup', { params: { group: store.group } }), refused(409))
  await assert.rejects(call('createGroup', { body: { name: 'north' } }), refused(409))
  const extra = await call('createGroup', { body: { name: 'extra' } })
  await call('deleteGroup', { params: { group: extra.id } })
})

test('the inventory is searched as text, not as a pattern', async () => {
  const [alpha] = (await call('listHosts', { query: { tag: 'alpha' } })).items
  const inventory = (text: string) => call('listInventory', { params: { host: alpha?.id ?? '' }, query: { text } })
  assert.equal((await inventory('100%_alpha')).items.length, 1)
  assert.equal((await inventory('100%%alpha')).items.length, 0)
})

test('changes are narrowed by time', async () => {
  const later = new Date(Date.now() + 60_000).toISOString()
  assert.equal((await call('listInventoryChanges', { query: { since: later } })).items.length, 0)
  assert.equal((await call('listInventoryChanges', { query: { until: later } })).items.length, 3)
  assert.deepEqual((await call('listScans')).items, [])
})

test('a scope joins hosts, groups and tags; none at all is everybody', async () => {
  const scoped = async (scope: object) =>
    (
      await store.store.tenant(store.tenant, db =>
        hostsInScope(db, callerOf(store.tenant, 'all'), 'scans:start', scope),
      )
    ).map(one => one.name)
  assert.deepEqual(await scoped({}), ['alpha', 'beta', 'gamma'])
  assert.deepEqual(await scoped({ groups: [north] }), ['alpha', 'beta'])
  assert.deepEqual(await scoped({ groups: [south], tags: ['gamma'] }), ['beta', 'gamma'])
  assert.deepEqual(await scoped({ hosts: [] }), [])
})

test('a removed host is gone from lists, and its agent is told', async () => {
  const [gamma] = (await call('listHosts', { query: { tag: 'gamma' } })).items
  center.said.length = 0
  await call('removeHost', { params: { host: gamma?.id ?? '' } })
  assert.ok(center.said.some(one => one.what === 'revoked'))
  assert.deepEqual(names(await call('listHosts')), ['alpha', 'beta'])
  await assert.rejects(call('getHost', { params: { host: gamma?.id ?? '' } }), refused(404))
})
