import assert from 'node:assert/strict'
import { after, afterEach, before, test } from 'node:test'
import { uuid7 } from '../uuid7.ts'
import type { Gateway } from './gateway.ts'
import { arrive, type Certified, join, type TestAgent } from './testing/test-agent.ts'
import { openTestCenter, type TestCenter } from './testing/test-gateway.ts'

let center: TestCenter
const agents: TestAgent[] = []
before(async () => {
  center = await openTestCenter()
})
after(() => center.close())
afterEach(async () => {
  await Promise.all(agents.splice(0).map(agent => agent.leave()))
  await center.database.store.system(async db => {
    await db.updateTable('agent').set({ state: 'revoked', online: false }).execute()
    await db.deleteFrom('silent_agent').execute()
    await db.deleteFrom('alert').execute()
    await db.deleteFrom('center_node').execute()
  })
})

async function joinMany(gateway: Gateway, count: number, group?: string): Promise<Certified[]> {
  const token = await center.token({ uses: count, ...(group === undefined ? {} : { group }) })
  const ca = center.keys.authority.certificate
  return Promise.all(
    Array.from({ length: count }, (_, index) => join(gateway.port, ca, token, { hostname: `host-${index}` })),
  )
}

async function arriveAll(gateway: Gateway, certified: readonly Certified[]): Promise<TestAgent[]> {
  const arrived = await Promise.all(
    certified.map(one => arrive(gateway.port, one, { clock: center.now().toISOString() })),
  )
  agents.push(...arrived)
  return arrived
}

/** Steps of ten seconds, as the timers would do them; connected agents answer pings meanwhile. */
async function pass(seconds: number, ...gateways: readonly Gateway[]): Promise<void> {
  for (let left = seconds; left > 0; left -= 10) {
    center.pass(Math.min(10, left))
    for (const gateway of gateways) {
      const { presence } = gateway
      await presence.tickPing()
      await answered(gateway)
      await presence.tickFlush()
    }
    for (const { presence } of gateways) await presence.tickSweep()
  }
}

/** Until the pongs of all that are connected have come. */
async function answered(gateway: Gateway): Promise<void> {
  for (const { agent, socket } of agents)
    for (;;) {
      const session = gateway.session(agent)
      if (socket.readyState !== socket.OPEN || session === undefined || session.ended) break
      if (center.now().getTime() - session.heardAt < 20_000) break
      await new Promise(resolve => setTimeout(resolve, 5))
    }
}

async function alerts() {
  const rows = await center.database.store.system(db =>
    db
      .selectFrom('alert')
      .select(['title', 'status', 'level', 'handled_as'])
      .where('type', '=', 'agent-offline')
      .orderBy('alert_id')
      .execute(),
  )
  return rows.map(row => [row.title, row.status, row.level, row.handled_as] as const)
}

async function agentRow(agent: string) {
  return center.database.store.system(db =>
    db.selectFrom('agent').selectAll().where('agent_id', '=', agent).executeTakeFirstOrThrow(),
  )
}

async function newGroup(name: string): Promise<string> {
  const group_id = uuid7()
  const { tenant, group } = center.database
  await center.database.store.tenant(tenant, db =>
    db.insertInto('host_group').values({ tenant_id: tenant, group_id, name, parent_id: group }).execute(),
  )
  return group_id
}

async function away(agent: TestAgent | undefined): Promise<void> {
  assert.ok(agent)
  await agent.leave()
}

test('one that falls silent is offline after 50 s, then one alarm, which closes when it is back', async () => {
  const gateway = await center.start()
  const certified = await joinMany(gateway, 3)
  const arrived = await arriveAll(gateway, certified)
  await pass(60, gateway)
  const [lost] = certified
  assert.ok(lost)
  await away(arrived[0])
  await pass(20, gateway)
  assert.equal((await agentRow(lost.agent)).online, true, 'it may come back')
  await pass(40, gateway)
  const row = await agentRow(lost.agent)
  assert.deepEqual([row.online, row.offline_reason], [false, 'host-or-network'])
  await pass(60, gateway)
  assert.deepEqual(await alerts(), [
    ['The agent on host-0 is silent: the host is down, its network, or its agent was stopped', 'open', 2, null],
  ])
  await pass(60, gateway)
  assert.equal((await alerts()).length, 1, 'told once')
  await arriveAll(gateway, [lost])
  assert.deepEqual(
    (await alerts()).map(alert => alert.slice(1)),
    [['handled', 2, 'gone']],
  )
  const { rows } = await center.database.store.system(async db => ({
    rows: await db
      .selectFrom('host_event')
      .select('what')
      .where('host_id', '=', row.host_id)
      .orderBy('event_id')
      .execute(),
  }))
  assert.deepEqual(
    rows.map(event => event.what),
    ['enrolled', 'offline', 'back'],
  )
  for (const other of certified.slice(1)) assert.equal((await agentRow(other.agent)).online, true)
  await gateway.stop()
})

test('a restart of the center alarms nobody; who does not come back is told of later', async () => {
  const first = await center.start()
  const certified = await joinMany(first, 12)
  await arriveAll(first, certified)
  await pass(60, first)
  await first.stop()
  await Promise.all(agents.splice(0).map(agent => agent.leave()))
  center.pass(600)
  const second = await center.start()
  await pass(40, second)
  const rows = await Promise.all(certified.map(one => agentRow(one.agent)))
  assert.ok(
    rows.every(row => row.online),
    'the center was away, not they',
  )
  await arriveAll(second, certified.slice(0, 11))
  await pass(200, second)
  assert.deepEqual(
    (await alerts()).map(([title]) => title),
    ['The agent on host-11 is silent: the center that it was connected to is gone'],
  )
  await second.stop()
})

test('a store that was away alarms nobody', async () => {
  const gateway = await center.start()
  await arriveAll(gateway, await joinMany(gateway, 3))
  await pass(60, gateway)
  // Nothing could be written meanwhile.
  center.pass(300)
  await gateway.presence.tickSweep()
  await pass(40, gateway)
  assert.deepEqual(await alerts(), [])
  await gateway.stop()
})

test('many at once are one alarm; those soon after join it; the last that is back closes it', async () => {
  const gateway = await center.start()
  const certified = await joinMany(gateway, 30)
  const arrived = await arriveAll(gateway, certified)
  await pass(60, gateway)
  for (const agent of arrived.slice(0, 10)) await away(agent)
  await pass(10, gateway)
  for (const agent of arrived.slice(10, 12)) await away(agent)
  await pass(120, gateway)
  await away(arrived[12])
  await pass(60, gateway)
  const told = await alerts()
  assert.equal(told.length, 1, JSON.stringify(told))
  assert.match(told[0]?.[0] ?? '', /^1[23] agents fell silent at the same time$/)
  await arriveAll(gateway, certified.slice(0, 12))
  await pass(60, gateway)
  await arriveAll(gateway, certified.slice(12, 13))
  await pass(10, gateway)
  assert.ok((await alerts()).every(([, status]) => status === 'handled'))
  await gateway.stop()
})

test('a whole group is one alarm with its name', async () => {
  const gateway = await center.start()
  const group = await newGroup('Rack 7')
  const there = await joinMany(gateway, 3, group)
  await arriveAll(gateway, await joinMany(gateway, 5))
  const arrived = await arriveAll(gateway, there)
  await pass(60, gateway)
  for (const agent of arrived) await away(agent)
  await pass(120, gateway)
  assert.deepEqual(await alerts(), [['All 3 agents of the group Rack 7 fell silent', 'open', 3, null]])
  const [first] = there
  assert.equal((await agentRow(first?.agent ?? '')).offline_reason, 'group-network')
  await gateway.stop()
})

test('who takes leave is offline at once, with its reason; an upgrade is no alarm for ten minutes', async () => {
  const gateway = await center.start()
  const certified = await joinMany(gateway, 6)
  const arrived = await arriveAll(gateway, certified)
  await pass(60, gateway)
  for (const [index, reason] of (['shutdown', 'restart', 'uninstall', 'upgrade'] as const).entries()) {
    arrived[index]?.send({ type: 'goodbye', reason })
    await arrived[index]?.closed
    const row = await agentRow(certified[index]?.agent ?? '')
    assert.deepEqual([row.online, row.offline_reason], [false, reason])
  }
  await pass(120, gateway)
  assert.deepEqual((await alerts()).map(alert => alert.slice(0, 3)).sort(), [
    ['The agent on host-0 is silent: the host was shut down', 'open', 1],
    ['The agent on host-1 is silent: its agent was stopped, or restarted and did not come back', 'open', 2],
    ['The agent on host-2 is silent: its agent was uninstalled', 'open', 3],
  ])
  await pass(600, gateway)
  assert.equal((await alerts()).length, 4)
  await gateway.stop()
})

test('the agents of a center that died are looked after by the other', async () => {
  const one = await center.start()
  const two = await center.start()
  const certified = await joinMany(one, 4)
  const arrived = await arriveAll(one, certified)
  await pass(60, one, two)
  // It dies: no goodbye, no flush.
  for (const agent of arrived) await away(agent)
  await pass(50, two)
  await arriveAll(two, certified.slice(0, 3))
  await pass(100, two)
  assert.deepEqual(
    (await alerts()).map(([title]) => title),
    ['The agent on host-3 is silent: the center that it was connected to is gone'],
  )
  for (const back of certified.slice(0, 3)) assert.equal((await agentRow(back.agent)).online, true)
  await one.stop()
  await two.stop()
})

test('a revocation that no message told of is seen at the next flush', async () => {
  const gateway = await center.start()
  const [certified] = await joinMany(gateway, 1)
  assert.ok(certified)
  const [agent] = await arriveAll(gateway, [certified])
  await center.database.store.system(db =>
    db.updateTable('agent').set({ state: 'revoked' }).where('agent_id', '=', certified.agent).execute(),
  )
  await pass(30, gateway)
  assert.equal((await agent?.next('goodbye'))?.reason, 'revoked')
  await gateway.stop()
})
