import assert from 'node:assert/strict'
import { after, before, test } from 'node:test'
import { hostRoutes, type Permission } from '../../model/api/index.ts'
import type { Bus, BusMessage, Caller, Db, Request } from '../context.ts'
import { ProblemError } from '../problem-error.ts'
import { openTestStore, silentLog, type TestStore } from '../testing/index.ts'
import { uuid7 } from '../uuid7.ts'
import { groupHandlers, hostHandlers, hostsInScope, inventoryHandlers, scanHandlers, summaryHandlers } from './index.ts'

const handlers = { ...hostHandlers, ...groupHandlers, ...inventoryHandlers, ...scanHandlers, ...summaryHandlers }
let store: TestStore
let north = ''
let south = ''
const heard: BusMessage[] = []
const audited: string[] = []

const bus: Bus = {
  publish: async (_, message) => void heard.push(message),
  subscribe: () => () => {},
  close: async () => {},
}

before(async () => {
  store = await openTestStore()
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

type Routes = typeof hostRoutes
type Given = { params?: unknown; query?: unknown; body?: unknown }

/** Calls a handler as the server does: input through its schemas, one transaction. */
async function call<K extends keyof typeof handlers>(
  name: K,
  given: Given = {},
  may: 'all' | readonly string[] = 'all',
): Promise<Awaited<ReturnType<(typeof handlers)[K]>>> {
  const route: Routes[K] & { params?: unknown; query?: unknown; body?: unknown } = hostRoutes[name]
  const parsed = (schema: unknown, value: unknown) =>
    schema === undefined ? undefined : (schema as { parse(value: unknown): unknown }).parse(value ?? {})
  const input = {
    params: parsed(route.params, given.params),
    query: parsed(route.query, given.query),
    body: parsed(route.body, given.body),
  }
  const handler = handlers[name] as (input: unknown, request: Request) => Promise<unknown>
  const answer = await store.store.tenant(store.tenant, db => handler(input, requestOf(db, may)))
  if ('answer' in route) (route.answer as { parse(value: unknown): unknown }).parse(answer)
  return answer as Awaited<ReturnType<(typeof handlers)[K]>>
}

function callerOf(may: 'all' | readonly string[]): Caller {
  return {
    tenant: store.tenant,
    kind: 'user',
    id: uuid7(),
    name: 'mira',
    groupsFor: (_: Permission) => may,
    address: '127.0.0.1',
  }
}

function requestOf(db: Db, may: 'all' | readonly string[]): Request {
  const none = () => assert.fail('not for this part')
  return {
    caller: callerOf(may),
    db,
    center: {
      store: store.store,
      bus,
      log: silentLog,
      clock: () => new Date(),
      node: uuid7(),
      keys: { signOrder: none, seal: none, open: none },
      settings: { address: 'https://127.0.0.1', agentAddress: 'https://127.0.0.1', state: '/nowhere' },
    },
    audit: async action => void audited.push(action),
    reply: { header: none, status: none, send: none },
    signal: new AbortController().signal,
  }
}

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
        score_reasons: JSON.stringify(verdict === 'confirmed' ? [{ text: 'a miner runs', points: 90 }] : []),
      })
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
    await hostHandlers.listHosts({ params: undefined, query: { limit: 50 }, body: undefined }, requestOf(db, 'all')),
    await summaryHandlers.fleetSummary({ params: undefined, query: {}, body: undefined }, requestOf(db, 'all')),
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
      [{ text: 'a miner runs', hosts: 1, points: 90 }],
      ['alpha'],
    ],
  )
  assert.deepEqual((await call('hostFacets'))['tag']?.[0], { value: 'web', hosts: 3 })
})

test('a host that is moved takes another policy; a policy holds for the groups below', async () => {
  const [beta] = (await call('listHosts', { query: { tag: 'beta' } })).items
  assert.ok(beta !== undefined)
  heard.length = 0
  await call('updateHost', { params: { host: beta.id }, body: { group: store.group, region: 'cn-hangzhou' } })
  assert.ok(heard.some(one => one.what === 'agent'))
  await call('updateHost', { params: { host: beta.id }, body: { group: south } })
  heard.length = 0
  const policy = { ...(await import('../../model/wire/index.ts')).defaultPolicy, version: undefined, laterLooks: false }
  const changed = await call('updateGroup', { params: { group: north }, body: { policy } })
  assert.deepEqual([changed.policy?.laterLooks, changed.policyVersion], [false, 2])
  assert.deepEqual(new Set(heard.filter(one => one.what === 'group').map(one => one.id)), new Set([north, south]))
  assert.ok(audited.includes('group.changed'))
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
  const inventory = (text: string) => call('listInventory', { params: { host: alpha?.id }, query: { text } })
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
    (await store.store.tenant(store.tenant, db => hostsInScope(db, callerOf('all'), 'scans:start', scope))).map(
      one => one.name,
    )
  assert.deepEqual(await scoped({}), ['alpha', 'beta', 'gamma'])
  assert.deepEqual(await scoped({ groups: [north] }), ['alpha', 'beta'])
  assert.deepEqual(await scoped({ groups: [south], tags: ['gamma'] }), ['beta', 'gamma'])
  assert.deepEqual(await scoped({ hosts: [] }), [])
})

test('a removed host is gone from lists, and its agent is told', async () => {
  const [gamma] = (await call('listHosts', { query: { tag: 'gamma' } })).items
  heard.length = 0
  await call('removeHost', { params: { host: gamma?.id } })
  assert.ok(heard.some(one => one.what === 'revoked'))
  assert.deepEqual(names(await call('listHosts')), ['alpha', 'beta'])
  await assert.rejects(call('getHost', { params: { host: gamma?.id } }), refused(404))
})
