import assert from 'node:assert/strict'
import { randomUUID } from 'node:crypto'
import { after, before, test } from 'node:test'
import { sql } from 'kysely'
import { openTestStore, type TestStore } from '../testing/index.ts'
import { joinCampaigns } from './campaigns.ts'
import { type TestCenter, testCenter } from './testing/agents.ts'
import { type ReportingAgent, reportingAgent, type Traces } from './testing/intrusions.ts'

let opened: TestStore
let center: TestCenter

before(async () => {
  opened = await openTestStore()
  center = testCenter(opened)
})
after(() => opened.close())

let number = 0
/** Traces that nothing else has, but for those that are given. */
function traces(given: Partial<Traces> = {}): Traces {
  number++
  const own = `own${number}`
  return { drop: 100 + number, pool: `pool${number}`, own, ...given }
}

async function infect(name: string, given: Partial<Traces> = {}, addresses: string[] = []) {
  const agent = await reportingAgent(opened, center, name, { addresses })
  await agent.report(traces(given))
  center.later(1)
  return agent
}

async function joinAll(): Promise<void> {
  while ((await joinCampaigns(center)) > 0);
}

test('intrusions that share nothing are no campaign', async () => {
  const [one, other] = [await infect('alone-1'), await infect('alone-2')]
  await joinAll()
  assert.deepEqual([await campaignOf(one), await campaignOf(other)], [null, null])
})

for (const [what, shared] of [
  ['the address that it came from', { drop: 11 }],
  ['the pool', { pool: 'same' }],
  ['the wallet, of which evidence has 80 characters', { wallet: true }],
] as const)
  test(`two intrusions are one campaign by ${what}`, async () => {
    const [one, other] = [await infect(`${what}-1`, shared), await infect(`${what}-2`, shared)]
    await joinAll()
    const campaign = await campaignOf(one)
    assert.ok(campaign !== null)
    assert.equal(await campaignOf(other), campaign)
  })

test('an intrusion that has something of two campaigns makes them one, the older', async () => {
  const first = [await infect('a-1', { drop: 21 }), await infect('a-2', { drop: 21 })]
  await joinAll()
  const second = [await infect('b-1', { pool: 'bridge' }), await infect('b-2', { pool: 'bridge' })]
  await joinAll()
  const [older, younger] = [await campaignOf(first[0]), await campaignOf(second[0])]
  assert.ok(older !== null && younger !== null && older < younger)
  const bridge = await infect('c', { drop: 21, pool: 'bridge' })
  await joinAll()
  for (const one of [...first, ...second, bridge]) assert.equal(await campaignOf(one), older, one.name)
  const { rows } = await query<{ campaign_id: string; hosts: number; first_host_id: string; shared: object[] }>(
    sql`SELECT campaign_id, hosts, first_host_id, shared FROM campaign WHERE campaign_id IN (${older}, ${younger})`,
  )
  assert.deepEqual(
    rows.map(one => [one.campaign_id, one.hosts, one.first_host_id]),
    [[older, 5, first[0]?.host]],
  )
  const terms = (rows[0]?.shared ?? []) as { kind: string; term: string }[]
  const shared = new Set(terms.map(one => `${one.kind} ${one.term}`))
  assert.ok(shared.has('address 198.51.100.21') && shared.has('domain bridge.example'))
  assert.deepEqual(await historyOf(second[0]), [younger, older])
})

test('centers that look at the same moment make one campaign of it', async () => {
  const agents: ReportingAgent[] = []
  for (let index = 0; index < 8; index++) agents.push(await infect(`outbreak-${index}`, { drop: 31 + (index % 2) }))
  const nodes = [center, testCenter(opened), testCenter(opened)]
  let left = 1
  while (left > 0) {
    await Promise.all(nodes.map(node => joinCampaigns(node)))
    left = (await query(sql`SELECT FROM campaign_todo`)).rows.length
  }
  const campaigns = await Promise.all(agents.map(campaignOf))
  assert.deepEqual(
    campaigns,
    campaigns.map((_, index) => campaigns[index % 2]),
  )
  assert.notEqual(campaigns[0], campaigns[1])
  assert.ok(campaigns[0] !== null && campaigns[1] !== null)
  const { rows } = await query<{ hosts: number }>(
    sql`SELECT hosts FROM campaign WHERE campaign_id IN (${campaigns[0]}, ${campaigns[1]})`,
  )
  assert.deepEqual(
    rows.map(one => one.hosts),
    [4, 4],
  )
  for (const agent of agents) assert.equal((await historyOf(agent)).length, 1, 'told once')
})

test('a log-in from one host to the other joins them; one that comes from nowhere known does not', async () => {
  const from = await infect('ssh-from', {}, ['192.0.2.41'])
  const to = await infect('ssh-to', { logins: ['192.0.2.41', '192.0.2.99'] })
  const third = await infect('ssh-third', { logins: ['192.0.2.99'] })
  await joinAll()
  const campaign = await campaignOf(from)
  assert.ok(campaign !== null)
  assert.equal(await campaignOf(to), campaign)
  assert.equal(await campaignOf(third), null, 'the same administrator is on every host')
  // The other way round: the host that it came from shows its intrusion last.
  const late = await infect('ssh-late-to', { logins: ['192.0.2.42'] })
  await joinAll()
  assert.equal(await campaignOf(late), null)
  const source = await infect('ssh-late-from', {}, ['192.0.2.42'])
  await joinAll()
  assert.ok((await campaignOf(source)) !== null)
  assert.equal(await campaignOf(late), await campaignOf(source))
})

test('what more than a fifth of the sound hosts have too joins nothing', async () => {
  const sound: ReportingAgent[] = []
  for (let index = 0; index < 20; index++) {
    const agent = await reportingAgent(opened, center, `sound-${index}`)
    sound.push(agent)
  }
  await have(sound.slice(0, 4), 'domain', 'some.example')
  await have(sound.slice(0, 5), 'domain', 'many.example')
  const few = [await infect('few-1', { pool: 'some' }), await infect('few-2', { pool: 'some' })]
  const many = [await infect('many-1', { pool: 'many' }), await infect('many-2', { pool: 'many' })]
  await joinAll()
  assert.ok((await campaignOf(few[0])) !== null)
  assert.equal(await campaignOf(few[0]), await campaignOf(few[1]))
  assert.deepEqual([await campaignOf(many[0]), await campaignOf(many[1])], [null, null])
  // With fewer sound hosts a share says nothing.
  await query(sql`UPDATE host SET removed_at = now() WHERE host_id = ${sound.at(-1)?.host}`)
  const again = [await infect('again-1', { pool: 'many' }), await infect('again-2', { pool: 'many' })]
  await joinAll()
  assert.equal(await campaignOf(again[0]), await campaignOf(again[1]))
  assert.ok((await campaignOf(again[0])) !== null)
})

async function have(agents: readonly ReportingAgent[], kind: string, term: string): Promise<void> {
  const now = center.clock()
  for (const { host } of agents)
    await opened.store.tenant(opened.tenant, db =>
      db
        .insertInto('hunt_term')
        .values({
          tenant_id: opened.tenant,
          kind,
          term,
          host_id: host,
          source: 'inventory',
          source_id: randomUUID(),
          first_seen: now,
          last_seen: now,
        })
        .execute(),
    )
}

const query = <T>(text: ReturnType<typeof sql<T>>) => opened.store.tenant(opened.tenant, db => text.execute(db))

async function incidentOf(agent: ReportingAgent | undefined) {
  assert.ok(agent !== undefined)
  const { rows } = await query<{ alert_id: string; campaign_id: string | null }>(
    sql`SELECT alert_id, campaign_id FROM alert WHERE host_id = ${agent.host} AND verdict = 'confirmed'`,
  )
  const [one] = rows
  assert.ok(one !== undefined && rows.length === 1, `${agent.name} has ${rows.length} confirmed incidents`)
  return one
}

async function campaignOf(agent: ReportingAgent | undefined): Promise<string | null> {
  return (await incidentOf(agent)).campaign_id
}

/** The campaigns that its incident was put into, in that order. */
async function historyOf(agent: ReportingAgent | undefined): Promise<string[]> {
  const { alert_id } = await incidentOf(agent)
  const { rows } = await query<{ campaign: string }>(
    sql`SELECT detail->>'campaign' AS campaign FROM alert_event WHERE alert_id = ${alert_id} AND what = 'campaign' ORDER BY event_id`,
  )
  return rows.map(one => one.campaign)
}
