import assert from 'node:assert/strict'
import { randomUUID } from 'node:crypto'
import { once } from 'node:events'
import { after, afterEach, before, test } from 'node:test'
import { exchangeAnswer, largestFrame, type SignedOrder } from '../../model/wire/index.ts'
import { pgBus } from '../bus/index.ts'
import type { BusMessage } from '../context.ts'
import { silentLog } from '../testing/index.ts'
import type { Gateway } from './gateway.ts'
import { revokeAgent } from './revoke.ts'
import { arrive, ask, type Certified, connect, helloFrame, join, type TestAgent } from './testing/test-agent.ts'
import { openTestCenter, type TestCenter } from './testing/test-gateway.ts'

let center: TestCenter
let gateway: Gateway
let ca: string
const agents: TestAgent[] = []
before(async () => {
  center = await openTestCenter()
  gateway = await center.start()
  ca = center.keys.authority.certificate
})
after(() => center.close())
afterEach(async () => {
  await Promise.all(agents.splice(0).map(agent => agent.leave()))
})

async function joined(): Promise<Certified> {
  return join(gateway.port, ca, await center.token())
}

async function arrived(certified: Certified, more = {}, port = gateway.port): Promise<TestAgent> {
  const agent = await arrive(port, certified, more)
  agents.push(agent)
  return agent
}

async function connected(): Promise<TestAgent> {
  const agent = await connect(gateway.port, await joined())
  agents.push(agent)
  return agent
}

const reports = (...sequences: number[]) => ({
  type: 'reports',
  items: sequences.map(sequence => ({ sequence, at: new Date().toISOString(), report: { kind: 'x' } })),
})

async function agentRow(agent: string) {
  return center.database.store.system(db =>
    db
      .selectFrom('agent')
      .innerJoin('host', 'host.host_id', 'agent.host_id')
      .selectAll('agent')
      .select(['host.kernel', 'host.addresses'])
      .where('agent.agent_id', '=', agent)
      .executeTakeFirstOrThrow(),
  )
}

test('hello, reports, acknowledgement, and the spool goes on where it was', async () => {
  const certified = await joined()
  const spool = randomUUID()
  const agent = await connect(gateway.port, certified)
  agent.send(helloFrame({ spool, orderSequence: 7 }))
  const welcome = await agent.next('welcome')
  assert.deepEqual([welcome.acknowledged, welcome.pingSeconds, welcome.reconnectSpreadSeconds], [0, 20, 5])
  assert.equal((await agent.next('policy')).policy.version, 1)
  agent.send(reports(1, 2, 3))
  assert.equal((await agent.next('acknowledged')).through, 3)
  const row = await agentRow(certified.agent)
  assert.deepEqual(
    [row.online, row.program, row.kernel, row.addresses, row.order_sequence],
    [true, '0.1.0', '6.18.0', ['192.0.2.1'], 7],
  )
  await agent.leave()
  const again = await connect(gateway.port, certified)
  agents.push(again)
  again.send(helloFrame({ spool }))
  assert.equal((await again.next('welcome')).acknowledged, 3)
})

test('while the store is away the agent waits and nothing is acknowledged', async () => {
  const agent = await arrived(await joined())
  center.ledger.failure = new Error('the store is away')
  agent.send(reports(1))
  assert.ok((await agent.next('wait')).seconds > 0)
  center.ledger.failure = undefined
  agent.send(reports(1))
  assert.equal((await agent.next('acknowledged')).through, 1)
  assert.equal(agent.frames.filter(frame => frame.type === 'acknowledged').length, 1)
})

test('an order reaches its agent at connecting, and later over the bus', async () => {
  const certified = await joined()
  const order = (sequence: number): SignedOrder => ({
    order: {
      format: 'davylamp-order',
      version: 1,
      id: randomUUID(),
      agent: certified.agent,
      sequence,
      nonce: randomUUID(),
      issuedAt: new Date().toISOString(),
      expiresAt: new Date().toISOString(),
      action: { kind: 'scan', mode: 'quick' },
    },
    key: 'k',
    signature: 'AAAA',
    approvals: [],
  })
  center.ledger.orders.set(certified.agent, [order(1)])
  const agent = await arrived(certified)
  assert.equal((await agent.next('order')).order.order.sequence, 1)
  const bus = await pgBus(center.database.store, center.database.superuser, silentLog)
  center.ledger.orders.set(certified.agent, [order(2), order(3)])
  await bus.publish('orders', { tenant: center.database.tenant, what: 'agent', id: certified.agent })
  assert.equal((await agent.next('order')).order.order.sequence, 2)
  assert.equal((await agent.next('order')).order.order.sequence, 3)
  await bus.close()
})

test('progress is shown live; too much of it is dropped', async () => {
  const certified = await joined()
  const bus = await pgBus(center.database.store, center.database.superuser, silentLog)
  const { host_id } = await agentRow(certified.agent)
  const heard: BusMessage[] = []
  bus.subscribe('live', message => {
    if (message.what === 'progress' && message.id === host_id) heard.push(message)
  })
  const agent = await arrived(certified)
  for (let done = 0; done < 100; done++) agent.send({ type: 'progress', what: 'scan', done, total: 100 })
  agent.send(reports(1))
  await agent.next('acknowledged')
  await bus.publish('live', { tenant: center.database.tenant, what: 'progress', id: host_id, detail: 'last' })
  while (heard.at(-1)?.detail !== 'last') await new Promise(resolve => setTimeout(resolve, 10))
  assert.deepEqual(heard[0]?.detail, { what: 'scan', done: 0, total: 100 })
  assert.ok(heard.length <= 40, `${heard.length} were published`)
  await bus.close()
})

for (const [name, send] of [
  ['reports before the hello', agent => agent.send(reports(1))],
  ['no JSON', agent => agent.socket.send('hello')],
  ['binary', agent => agent.socket.send(Buffer.from(JSON.stringify(helloFrame())))],
  ['deep nesting', agent => agent.socket.send('['.repeat(1_000_000))],
  ['a hello that lacks half', agent => agent.send({ type: 'hello', protocol: 1 })],
  ['prototype keys', agent => agent.socket.send('{"__proto__":{"type":"hello"},"constructor":1}')],
  ['two hellos', agent => [agent.send(helloFrame()), agent.send(helloFrame())]],
  [
    'wrong frames, again and again',
    agent => [agent.send(helloFrame()), ...Array.from({ length: 5 }, () => agent.send({ type: 'x' }))],
  ],
] as readonly (readonly [string, (agent: TestAgent) => unknown])[])
  test(`hostile: ${name} ends in a goodbye`, async () => {
    const agent = await connected()
    send(agent)
    assert.equal((await agent.next('goodbye')).reason, 'misbehaved')
    await agent.closed
  })

test('hostile: an oversized frame ends the connection', async () => {
  const agent = await connected()
  agent.socket.send(`"${'x'.repeat(largestFrame)}"`)
  assert.equal(await agent.closed, 1009)
})

test('hostile: a flood is told to wait, then shown out; others are served meanwhile', async () => {
  const other = await arrived(await joined())
  const agent = await arrived(await joined())
  for (let sequence = 1; sequence <= 1_000; sequence++) agent.send(reports(sequence))
  assert.ok((await agent.next('wait')).seconds > 0)
  other.send(reports(1))
  assert.equal((await other.next('acknowledged')).through, 1)
  assert.equal((await agent.next('goodbye')).reason, 'misbehaved')
})

test('an honest agent that sends while its batch is in work loses nothing', async () => {
  const agent = await arrived(await joined())
  let release = () => {}
  center.ledger.hold = new Promise(resolve => {
    release = resolve
  })
  agent.send(reports(1))
  for (let done = 0; done < 60; done++) agent.send({ type: 'progress', what: 'scan', done, total: 60 })
  agent.send(reports(2))
  release()
  center.ledger.hold = undefined
  assert.equal((await agent.next('acknowledged')).through, 1)
  assert.equal((await agent.next('acknowledged')).through, 2)
})

test('an unknown protocol is refused with words', async () => {
  const agent = await connected()
  agent.send(helloFrame({ protocol: 99 }))
  const goodbye = await agent.next('goodbye')
  assert.equal(goodbye.reason, 'unknown-protocol')
  assert.match(goodbye.detail ?? '', /1 to 1, the agent 99/)
})

test('a second connection replaces the first, here and on another center', async () => {
  const certified = await joined()
  const first = await arrived(certified)
  const second = await arrived(certified)
  assert.equal((await first.next('goodbye')).reason, 'replaced')
  const other = await center.start()
  const third = await arrived(certified, {}, other.port)
  assert.equal((await second.next('goodbye')).reason, 'replaced')
  third.send(reports(1))
  assert.equal((await third.next('acknowledged')).through, 1)
  assert.equal(gateway.session(certified.agent), undefined)
  await third.leave()
  await other.stop()
})

test('revocation closes the connection at once, from another center too', async () => {
  const certified = await joined()
  const agent = await arrived(certified)
  const bus = await pgBus(center.database.store, center.database.superuser, silentLog)
  const { tenant } = center.database
  const revoke = () =>
    center.database.store.tenant(tenant, db =>
      revokeAgent(db, bus, { tenant, agent: certified.agent, because: 'lost', by: 'admin', at: center.now() }),
    )
  assert.equal(await revoke(), true)
  assert.equal((await agent.next('goodbye')).reason, 'revoked')
  await agent.closed
  await assert.rejects(connect(gateway.port, certified), /401 revoked/)
  assert.equal(await revoke(), false)
  await bus.close()
})

test('the same frames by POST', async () => {
  const certified = await joined()
  const exchange = async (...frames: unknown[]) => {
    const { status, body } = await ask(gateway.port, ca, {
      method: 'POST',
      path: '/agent/v1/exchange',
      body: { frames },
      certified,
    })
    assert.equal(status, 200, body.toString())
    return exchangeAnswer.parse(JSON.parse(body.toString())).frames as {
      type: string
      through?: number
      reason?: string
    }[]
  }
  assert.deepEqual(
    (await exchange()).map(frame => frame.reason),
    ['restart'],
    'without a hello there is no session',
  )
  const first = await exchange(helloFrame(), reports(1, 2))
  assert.deepEqual(
    first.map(frame => frame.type),
    ['welcome', 'policy', 'rules', 'acknowledged'],
  )
  assert.deepEqual(
    (await exchange(reports(3))).map(frame => frame.through),
    [3],
  )
  assert.deepEqual(await exchange(), [])
  assert.equal((await agentRow(certified.agent)).online, true)
  const socket = await arrived(certified)
  assert.deepEqual(
    (await exchange(reports(4))).map(frame => frame.reason),
    ['replaced'],
  )
  await socket.leave()
  await exchange(helloFrame(), { type: 'goodbye', reason: 'shutdown' })
  const row = await agentRow(certified.agent)
  assert.deepEqual([row.online, row.offline_reason], [false, 'shutdown'])
})

test('a center that stops says so, and spreads the return', async () => {
  const other = await center.start()
  const agent = await arrived(await joined(), {}, other.port)
  const ended = once(agent.socket, 'close')
  await other.stop()
  const goodbye = await agent.next('goodbye')
  assert.equal(goodbye.reason, 'restart')
  assert.ok(goodbye.reconnectAfterSeconds !== undefined && goodbye.reconnectAfterSeconds <= 5)
  await ended
})

test('an agent that has connected and said nothing yet does not keep a center from stopping', async () => {
  const other = await center.start()
  const silent = await connect(other.port, await joined())
  await other.stop()
  await silent.closed
})

test('a copy of a machine that joined is noticed, a reboot is not', async () => {
  const certified = await joined()
  const { host_id } = await agentRow(certified.agent)
  const told = async () =>
    (
      await center.database.store.system(db =>
        db.selectFrom('host_event').select('what').where('host_id', '=', host_id).orderBy('event_id').execute(),
      )
    ).map(row => row.what)
  const minutesAgo = (minutes: number) => new Date(Date.now() - minutes * 60_000).toISOString()
  await arrived(certified, { boot: 'one', startedAt: minutesAgo(10) })
  await arrived(certified, { boot: 'two' })
  assert.deepEqual(await told(), ['enrolled', 'rebooted'])
  await arrived(certified, { boot: 'one', startedAt: minutesAgo(10) })
  await arrived(certified, { boot: 'two', startedAt: minutesAgo(10) })
  assert.equal((await told()).filter(what => what === 'two-machines').length, 1)
})

test('an agent that connects or renews without end is refused for a while', async () => {
  const certified = await joined()
  const attempts = Array.from({ length: 70 }, () => connect(gateway.port, certified))
  const results = await Promise.allSettled(attempts)
  for (const result of results) if (result.status === 'fulfilled') agents.push(result.value)
  const refused = results.filter(result => result.status === 'rejected').length
  assert.ok(refused > 0 && refused <= 10, `${refused} were refused`)
  const renewals = Array.from({ length: 11 }, () =>
    ask(gateway.port, ca, { method: 'POST', path: '/agent/v1/renew', body: { csr: 'x' }, certified }),
  )
  const statuses = (await Promise.all(renewals)).map(answer => answer.status)
  assert.equal(statuses.filter(status => status === 429).length, 1)
})
