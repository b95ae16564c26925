import assert from 'node:assert/strict'
import { randomUUID } from 'node:crypto'
import { after, before, test } from 'node:test'
import { groupObject, hostRoutes, huntRoutes } from '../../model/api/index.ts'
import { groupHandlers, hostHandlers } from '../fleet/index.ts'
import { joinCampaigns } from '../ingest/index.ts'
import { type TestCenter, testCenter } from '../ingest/testing/agents.ts'
import { type ReportingAgent, reportingAgent } from '../ingest/testing/intrusions.ts'
import { ProblemError } from '../problem-error.ts'
import { type HandlerCaller, handlerCaller } from '../testing/handler-caller.ts'
import { openTestStore, type TestStore } from '../testing/index.ts'
import { allHuntHandlers, matchIndicators } from './index.ts'

let store: TestStore
let center: TestCenter
let hunt: HandlerCaller<typeof huntRoutes>
let north = ''
const agents = new Map<string, ReportingAgent>()

before(async () => {
  store = await openTestStore()
  center = testCenter(store)
  hunt = handlerCaller(huntRoutes, allHuntHandlers, store, center)
  const hosts = handlerCaller(hostRoutes, { ...hostHandlers, ...groupHandlers }, store, center)
  north = groupObject.parse(await hosts('createGroup', { body: { name: 'north' } })).id
  for (const name of ['secret-1', 'secret-2', 'north-1', 'north-risk', 'secret-risk'])
    agents.set(name, await reportingAgent(store, center, name, { addresses: name === 'secret-1' ? ['192.0.2.7'] : [] }))
  for (const name of ['north-1', 'north-risk'])
    await hosts('updateHost', { params: { host: hostOf(name) }, body: { group: north } })
  // The first two share a pool, the last two a wallet; the middle one has both.
  await agents.get('secret-1')?.report({ drop: 1, pool: 'hidden', own: 'one' })
  center.later(1)
  await agents.get('secret-2')?.report({ drop: 2, pool: 'hidden', wallet: true, own: 'two' })
  center.later(1)
  await agents.get('north-1')?.report({ drop: 3, pool: 'open', wallet: true, own: 'three' })
  for (const name of ['north-risk', 'secret-risk']) await reached(name, '192.0.2.7')
  while ((await joinCampaigns(center)) > 0);
})
after(() => store.close())

test('whoever sees all sees all of a campaign', async () => {
  const [campaign] = (await hunt('listCampaigns')).items
  assert.ok(campaign !== undefined)
  assert.deepEqual([campaign.hosts, campaign.firstHost?.name], [3, 'secret-1'])
  assert.match(campaign.name, /, first on secret-1$/)
  assert.deepEqual(termsOf(campaign.shared), ['domain hidden.example', 'wallet'])
  const detail = await hunt('getCampaign', { params: { campaign: campaign.id } })
  assert.deepEqual(
    detail.members.map(one => one.host.name),
    ['secret-1', 'secret-2', 'north-1'],
  )
  assert.deepEqual(
    detail.atRisk.map(one => one.host.name),
    ['north-risk', 'secret-risk'],
  )
})

test('whoever sees one group sees of it what that group has, and no name of another host', async () => {
  const may = [north]
  const { items } = await hunt('listCampaigns', {}, may)
  const [campaign] = items
  assert.ok(campaign !== undefined && items.length === 1)
  assert.equal(campaign.firstHost, undefined)
  assert.deepEqual(termsOf(campaign.shared), ['wallet'])
  const detail = await hunt('getCampaign', { params: { campaign: campaign.id } }, may)
  assert.deepEqual(
    [detail.members.map(one => one.host.name), detail.atRisk.map(one => one.host.name)],
    [['north-1'], ['north-risk']],
  )
  const said = JSON.stringify([items, detail])
  for (const hidden of ['secret', 'hidden.example', hostOf('secret-1'), hostOf('secret-2')])
    assert.ok(!said.includes(hidden), `says ${hidden}`)
})

test('whoever sees none of its hosts does not see it', async () => {
  const { items } = await hunt('listCampaigns')
  const may = [randomUUID()]
  assert.deepEqual((await hunt('listCampaigns', {}, may)).items, [])
  await assert.rejects(
    hunt('getCampaign', { params: { campaign: items[0]?.id ?? '' } }, may),
    (error: unknown) => error instanceof ProblemError && error.status === 404,
  )
})

test('a wallet is found by all of its characters, by those that evidence has, and as an indicator', async () => {
  const [campaign] = (await hunt('listCampaigns')).items
  const cut = campaign?.shared.find(one => one.kind === 'wallet')?.term ?? ''
  assert.equal(cut.length, 80)
  const whole = `${cut}AAAAAAAAAAAAAAA`
  for (const term of [cut, whole])
    assert.deepEqual(
      (await hunt('hunt', { query: { term } })).items.map(one => one.host.name).sort(),
      ['north-1', 'secret-2'],
      term,
    )
  assert.equal((await hunt('hunt', { query: { term: whole, prefix: 'true' } })).items.length, 2)
  const item = { kind: 'wallet', value: whole, level: 'high' } as const
  await hunt('addIndicators', { body: { items: [item], source: 'test' } })
  await matchIndicators(center)
  await matchIndicators(center)
  const rows = await store.store.tenant(store.tenant, db =>
    db.selectFrom('alert').select(['host_id', 'gone_at']).where('about', '=', 'indicator').execute(),
  )
  assert.deepEqual(new Set(rows.map(one => one.host_id)), new Set([hostOf('north-1'), hostOf('secret-2')]))
  assert.ok(rows.every(one => one.gone_at === null))
})

function hostOf(name: string): string {
  return agents.get(name)?.host ?? ''
}

/** The wallet by its kind only: it is long. Hashes and lines are of no matter here. */
function termsOf(shared: readonly { kind: string; term: string }[]): string[] {
  const told = shared.filter(one => one.kind === 'domain' || one.kind === 'wallet')
  return told.map(one => (one.kind === 'wallet' ? 'wallet' : `${one.kind} ${one.term}`)).sort()
}

async function reached(name: string, address: string): Promise<void> {
  const now = center.clock()
  const row = { tenant_id: store.tenant, host_id: hostOf(name), address, account: 'root' }
  await store.store.tenant(store.tenant, db =>
    db
      .insertInto('login_seen')
      .values({ ...row, first_seen: now, last_seen: now })
      .execute(),
  )
}
