import assert from 'node:assert/strict'
import { generateKeyPairSync, randomUUID, sign, verify } from 'node:crypto'
import { after, before, test } from 'node:test'
import { canonicalJson } from '../../engine/index.ts'
import type { Permission } from '../../model/api/index.ts'
import type { Approval, OrderAction, OrderState, SignedOrder } from '../../model/wire/index.ts'
import type { Caller, Request } from '../context.ts'
import type { AgentIdentity } from '../gateway/ports.ts'
import { createIngest } from '../ingest/index.ts'
import { addAgent, spooledFrom, type TestCenter, testCenter } from '../ingest/testing/agents.ts'
import { infectedHost, type RealScan, realScan } from '../ingest/testing/real-scan.ts'
import { openTestStore, type TestStore } from '../testing/index.ts'
import { orderApi } from './api.ts'
import { approveOrders, refuseOrders } from './approve-orders.ts'
import { createOrders, type NewTask } from './create-orders.ts'
import { orderDigest } from './digest.ts'
import { createOrderDesk } from './order-desk.ts'
import { writeSetting } from './settings.ts'
import { startWork } from './start-work.ts'
import { sweepOrders } from './sweep-orders.ts'
import { approvalText } from './verify-approval.ts'

const orderKey = generateKeyPairSync('ed25519')
const approverKey = generateKeyPairSync('ed25519')

let opened: TestStore
let center: TestCenter
let infected: RealScan

before(async () => {
  opened = await openTestStore()
  const signOrder = async (bytes: Uint8Array) => ({
    key: 'k1',
    signature: sign(null, bytes, orderKey.privateKey).toString('base64'),
  })
  const keys = { signOrder, seal: () => Buffer.alloc(0), open: () => Buffer.alloc(0) }
  center = testCenter(opened, { keys })
  infected = await realScan(infectedHost())
})
after(async () => await opened.close())

test('an order is signed once, with the next sequence, and sent again as it was', async () => {
  const { agent, incident, alert } = await infectedAgent('desk')
  const { orders } = await create({
    orders: [clean(agent, incident, alert), { host: agent.host, action: { kind: 'scan', mode: 'quick' } }],
  })
  assert.deepEqual(
    orders.map(one => one.state),
    ['queued', 'queued'],
  )
  const first = await waiting(agent, false)
  assert.deepEqual(
    first.map(one => one.order.sequence),
    [1, 2],
  )
  for (const { order, signature } of first) {
    assert.ok(verify(null, Buffer.from(canonicalJson(order)), orderKey.publicKey, Buffer.from(signature, 'base64')))
    assert.equal(order.agent, agent.agent)
  }
  assert.deepEqual(await waiting(agent, false), [])
  assert.deepEqual(await waiting(agent, true), first)
  assert.equal((await alertRow(alert)).status, 'handling')
  await create({ orders: [{ host: agent.host, action: { kind: 'report-inventory' } }] })
  assert.deepEqual(
    (await waiting(agent, true)).map(one => one.order.sequence),
    [1, 2, 3],
  )
})

test('two nodes that look at the same moment give each order once', async () => {
  const { agent } = await infectedAgent('nodes')
  await create({
    orders: Array.from({ length: 60 }, () => ({ host: agent.host, action: { kind: 'scan', mode: 'quick' } as const })),
  })
  const both = await Promise.all([waiting(agent, false), waiting(agent, false), waiting(agent, false)])
  const sequences = both
    .flat()
    .map(one => one.order.sequence)
    .sort((a, b) => a - b)
  assert.deepEqual(
    sequences,
    Array.from({ length: 60 }, (_, index) => index + 1),
  )
  assert.equal(new Set(both.flat().map(one => one.order.id)).size, 60)
})

test('what a host cannot do or does not have is refused at once, and kept', async () => {
  const { agent, incident, alert } = await infectedAgent('refused')
  const other = await infectedAgent('other')
  const host = agent.host
  const plan = infected.plans[0]?.plan.id ?? ''
  const table: [OrderAction, string | undefined][] = [
    [{ kind: 'scan', mode: 'full' }, 'not-capable'],
    [{ kind: 'upgrade', version: '9', sha256: 'a'.repeat(64) }, 'not-capable'],
    [{ kind: 'clean', incident: 'unheard-of', handling: 'terminate' }, 'no-such-incident'],
    [{ kind: 'clean', incident, handling: 'in-depth', plan: 'f'.repeat(64) }, 'no-such-plan'],
    [{ kind: 'clean', incident, handling: 'in-depth', plan }, undefined],
    [{ kind: 'undo', run: 'r' }, 'no-such-run'],
    [{ kind: 'restore', entry: 'e', sha256: 'a'.repeat(64) }, 'no-such-entry'],
    [{ kind: 'unblock', addresses: ['203.0.113.9'] }, undefined],
  ]
  const { task, orders } = await create({ orders: table.map(([action]) => ({ host, action, alert })) })
  assert.deepEqual(
    orders.map(one => one.refusal),
    table.map(([, refusal]) => refusal),
  )
  assert.ok(orders.every(one => one.refusal === undefined || (one.reason ?? '').length > 10))
  const again = await create({ orders: [{ host, action: { kind: 'clean', incident, handling: 'in-depth', plan } }] })
  assert.equal(again.orders[0]?.refusal, 'busy')
  const nobody = await create({ orders: [{ host: randomUUID(), action: { kind: 'scan', mode: 'quick' } }] })
  assert.match(nobody.orders[0]?.reason ?? '', /no agent/)
  // Digests bind to the agent.
  assert.notEqual(
    orderDigest(agent.agent, { kind: 'scan', mode: 'quick' }),
    orderDigest(other.agent.agent, { kind: 'scan', mode: 'quick' }),
  )
  const shown = await call('getTask', { params: { task } }, caller('ada'))
  assert.deepEqual(shown.states, { refused: 6, queued: 2 })
})

test('a second person approves, and the signature goes to the host', async () => {
  const { agent, incident, alert } = await infectedAgent('approve')
  await inTenant(async db => {
    await writeSetting(db, opened.tenant, 'second-approver', { kinds: ['clean'], approvals: 2 }, 'root')
  })
  const bobs = await registerKey('bob', 'key-of-bob')
  const { orders } = await create({ orders: [clean(agent, incident, alert)] })
  const id = orders[0]?.order ?? ''
  assert.equal(orders[0]?.state, 'waiting-approval')
  assert.deepEqual(await waiting(agent, true), [])
  const asked = await call('approvalRequest', { body: { orders: [id], minutes: 60 } }, caller('bob'))
  assert.equal(asked.text, approvalText(asked.approved))
  assert.equal(asked.orders[0]?.alert?.id, alert)
  const own = await approve('ada', [id])
  assert.match(own.refused[0]?.reason ?? '', /somebody else/)
  const signature = sign(null, Buffer.from(asked.text), approverKey.privateKey).toString('base64')
  const document: Approval = { approved: asked.approved, approver: 'key-of-bob', proof: { kind: 'ed25519', signature } }
  const forged = { ...document, approved: { ...document.approved, expiresAt: '2027-01-01T00:00:00.000Z' } }
  await assert.rejects(approve('bob', [id], forged), /not of that approver/)
  await assert.rejects(approve('bob', [id], document, randomUUID()), /key of somebody else/)
  assert.deepEqual(await approve('bob', [id], document, bobs), { approved: [id], queued: [], refused: [] })
  assert.match((await approve('bob', [id], document)).refused[0]?.reason ?? '', /already/)
  assert.deepEqual(await approve('carol', [id]), { approved: [id], queued: [id], refused: [] })
  const [sent] = await waiting(agent, false)
  assert.deepEqual(sent?.approvals, [document])
  const { approvals } = await call('getOrder', { params: { order: id } }, caller('ada'))
  assert.deepEqual(
    approvals.map(one => [one.approver, one.signed]),
    [
      ['bob', true],
      ['carol', false],
    ],
  )
  const refusing = await create({
    orders: [{ ...clean(agent, incident, alert), action: { kind: 'clean', incident, handling: 'terminate' } }],
  })
  const { refused } = await inTenant(db =>
    refuseOrders(db, center, approver('bob'), [refusing.orders[0]?.order ?? ''], 'not now'),
  )
  assert.equal(refused.length, 1)
  await inTenant(db => writeSetting(db, opened.tenant, 'second-approver', {}, 'root'))
})

test('keys that are revoked, or of accounts that are gone, approve nothing; those that only hosts know go to the host', async () => {
  const { agent } = await infectedAgent('keys')
  const wait = async () => {
    const action: OrderAction = { kind: 'scan', mode: 'quick' }
    const { orders } = await create({ orders: [{ host: agent.host, action, approvals: 1 }] })
    const id = orders[0]?.order ?? ''
    const { approved, text } = await call('approvalRequest', { body: { orders: [id], minutes: 60 } }, caller('dan'))
    const signature = sign(null, Buffer.from(text), approverKey.privateKey).toString('base64')
    return { id, document: { approved, approver: 'key-of-dan', proof: { kind: 'ed25519' as const, signature } } }
  }
  const unknown = await wait()
  assert.deepEqual((await approve('dan', [unknown.id], unknown.document)).queued, [unknown.id])
  assert.deepEqual((await waiting(agent, false))[0]?.approvals, [unknown.document])
  const dan = await registerKey('dan', 'key-of-dan')
  const known = await wait()
  await inTenant(db => db.updateTable('user_account').set({ state: 'removed' }).where('user_id', '=', dan).execute())
  await assert.rejects(approve('dan', [known.id], known.document), /was revoked/)
  await inTenant(db => db.updateTable('user_account').set({ state: 'active' }).where('user_id', '=', dan).execute())
  await inTenant(db =>
    db.updateTable('approver_key').set({ revoked_at: center.clock() }).where('name', '=', 'key-of-dan').execute(),
  )
  await assert.rejects(approve('dan', [known.id], known.document), /was revoked/)
  assert.equal((await orderRow(known.id)).state, 'waiting-approval')
})

test('each order of a task waits for its own number of approvals', async () => {
  const { agent, incident, alert } = await infectedAgent('each')
  const other = await infectedAgent('each-other')
  const block = { kind: 'block' as const, addresses: ['198.51.100.9'], seconds: 600 }
  const { task, orders } = await create({
    orders: [
      { host: agent.host, action: { ...block, incident }, alert },
      { host: other.agent.host, action: block, approvals: 2 },
      { host: other.agent.host, action: { kind: 'scan', mode: 'quick' }, approvals: 0 },
    ],
  })
  assert.deepEqual(
    orders.map(one => one.state),
    ['queued', 'waiting-approval', 'queued'],
  )
  const id = orders[1]?.order ?? ''
  assert.deepEqual(await approve('bob', [id]), { approved: [id], queued: [], refused: [] })
  assert.deepEqual(await approve('carol', [id]), { approved: [id], queued: [id], refused: [] })
  assert.deepEqual((await call('getTask', { params: { task } }, caller('ada'))).states, { queued: 3 })
})

test("states follow the host's word, never backwards, and only of its own orders", async () => {
  const { agent, incident, alert, send } = await infectedAgent('states')
  const other = await infectedAgent('liar')
  const { task, orders } = await create({ orders: [clean(agent, incident, alert)] })
  const id = orders[0]?.order ?? ''
  await waiting(agent, false)
  const say = (state: OrderState, reason?: string) => ({
    kind: 'order' as const,
    order: id,
    state,
    ...(reason === undefined ? {} : { reason }),
  })
  await other.send(say('done'))
  assert.equal((await orderRow(id)).state, 'sent')
  await send(say('accepted'), say('running'), say('accepted'))
  assert.equal((await orderRow(id)).state, 'running')
  const under = {
    number: 1,
    phase: 'remove' as const,
    action: { kind: 'quarantine-file' as const, path: '/var/tmp/.x/xm' },
    reason: 'it is a miner',
    outcome: 'done' as const,
    undoable: true,
  }
  await other.send({ kind: 'run-step', order: id, run: 'not-its-own', plan: 'p', of: 1, state: under })
  await send({ kind: 'run-step', order: id, run: 'under-way', plan: 'p', of: 1, state: under })
  const live = await call('getOrder', { params: { order: id } }, caller('ada'))
  assert.deepEqual([live.state, live.run, live.steps.map(one => one.outcome)], ['running', 'under-way', ['done']])
  await send(say('refused', 'local policy: no cleaning at night'), say('done'))
  assert.deepEqual(
    [(await orderRow(id)).state, (await orderRow(id)).reason],
    ['refused', 'local policy: no cleaning at night'],
  )
  assert.equal((await alertRow(alert)).status, 'open')
  assert.ok((await call('getTask', { params: { task } }, caller('ada'))).endedAt !== undefined)
})

test('a block that is done handles its alert; one that expired opens it', async () => {
  const { agent, incident, alert, send } = await infectedAgent('block')
  const action: OrderAction = { kind: 'block', addresses: ['198.51.100.7'], seconds: 600, incident }
  const blocked = await create({
    orders: [{ host: agent.host, action, alert }],
    expiresAt: new Date(center.clock().getTime() + 60_000),
  })
  center.later(61)
  await sweepOrders(center)
  assert.equal((await orderRow(blocked.orders[0]?.order ?? '')).state, 'expired')
  assert.equal((await alertRow(alert)).status, 'open')
  assert.deepEqual(await waiting(agent, true), [])
  const again = await create({ orders: [{ host: agent.host, action, alert }] })
  await waiting(agent, false)
  await send({ kind: 'order', order: again.orders[0]?.order ?? '', state: 'done' })
  const row = await alertRow(alert)
  assert.deepEqual([row.status, row.handled_as, row.handled_by], ['handled', 'block', 'ada'])
  const expiresAt = new Date(center.clock().getTime() + 60_000).toISOString()
  await send({ kind: 'blocks', way: 'nftables', blocked: [{ address: '198.51.100.7', expiresAt }] })
  const shown = async () =>
    (await call('listBlocked', { query: { host: agent.host, limit: 10 } }, caller('ada'))).items.map(one => one.address)
  assert.deepEqual(await shown(), ['198.51.100.7'])
  center.later(61)
  assert.deepEqual(await shown(), [])
})

test('cancelling: what has not begun ends, scans are asked to stop, changes go on', async () => {
  const { agent, incident, alert } = await infectedAgent('cancel')
  const early = await create({ orders: [{ host: agent.host, action: { kind: 'scan', mode: 'quick' } }] })
  assert.deepEqual(await call('cancelTask', { params: { task: early.task } }, caller('ada')), {
    cancelled: 1,
    asked: 0,
    left: 0,
  })
  const sent = await create({
    orders: [{ host: agent.host, action: { kind: 'scan', mode: 'quick' } }, clean(agent, incident, alert)],
  })
  await waiting(agent, false)
  assert.deepEqual(await call('cancelTask', { params: { task: sent.task } }, caller('ada')), {
    cancelled: 0,
    asked: 1,
    left: 1,
  })
  const [stop] = await waiting(agent, false)
  assert.deepEqual(stop?.order.action, { kind: 'cancel', order: sent.orders[0]?.order })
})

test('who may not see a host sees none of its orders, runs and boxes, and orders nothing', async () => {
  const { agent, incident, alert, send } = await infectedAgent('hidden')
  await send(
    {
      kind: 'quarantine',
      entries: [{ id: 'e1', sha256: 'a'.repeat(64), path: '/tmp/x', size: 3, at: '2026-11-20T11:00:00Z', reason: 'r' }],
    },
    { kind: 'blocks', way: 'nftables', blocked: [{ address: '203.0.113.77', expiresAt: '2026-11-21T12:00:00Z' }] },
    {
      kind: 'run-step',
      run: 'run-1',
      plan: 'p',
      of: 1,
      state: {
        number: 1,
        phase: 'remove',
        action: { kind: 'quarantine-file', path: '/tmp/x' },
        reason: 'r',
        outcome: 'done',
        undoable: true,
      },
    },
  )
  const { task, orders } = await create({ orders: [clean(agent, incident, alert)] })
  const id = orders[0]?.order ?? ''
  const host = agent.host
  const none = caller('eve', [randomUUID()])
  for (const [name, input] of [
    ['getTask', { params: { task } }],
    ['cancelTask', { params: { task } }],
    ['getOrder', { params: { order: id } }],
    ['getRun', { params: { host, run: 'run-1' } }],
    ['undoRun', { params: { host, run: 'run-1' }, body: {} }],
    ['restoreQuarantined', { params: { host, entry: 'e1' } }],
    ['approveOrders', { body: { orders: [id] } }],
  ] as const)
    await assert.rejects(call(name, input as never, none), { status: 404 }, name)
  const query = { limit: 50, host }
  for (const name of ['listOrders', 'listRuns', 'listQuarantine', 'listBlocked'] as const) {
    assert.deepEqual((await call(name, { query } as never, none)).items, [], name)
    assert.equal((await call(name, { query } as never, caller('ada'))).items.length, 1, name)
  }
  assert.deepEqual((await call('listTasks', { query: { limit: 50 } }, none)).items, [])
  const restored = await call('restoreQuarantined', { params: { host, entry: 'e1' } }, caller('ada'))
  assert.equal(restored.state, 'queued')
  const undone = await call('undoRun', { params: { host, run: 'run-1' }, body: { action: 1 } }, caller('ada'))
  assert.equal(undone.state, 'queued')
  const run = await call('getRun', { params: { host, run: 'run-1' } }, caller('ada'))
  assert.equal(run.actions.length, 1)
})

test('what a run proved is told until something of it was taken back', async () => {
  const { agent, send } = await infectedAgent('proven')
  const action = { kind: 'quarantine-file' as const, path: '/tmp/x' }
  const state = { number: 1, phase: 'remove' as const, action, reason: 'r', outcome: 'done' as const, undoable: true }
  await send({ kind: 'run-step', run: 'run-2', plan: 'p', of: 1, state })
  for (const [state, proof] of [
    ['complete', 'clean'],
    ['partly-undone', undefined],
    ['undone', undefined],
  ] as const) {
    await inTenant(db =>
      db.updateTable('run').set({ state, proof_result: 'clean' }).where('host_id', '=', agent.host).execute(),
    )
    const run = await call('getRun', { params: { host: agent.host, run: 'run-2' } }, caller('ada'))
    assert.deepEqual([run.state, run.proof], [state, proof])
  }
})

test('the background work does what waits, and ends when told', async () => {
  const { agent } = await infectedAgent('work')
  const { orders } = await create({
    orders: [{ host: agent.host, action: { kind: 'report-inventory' } }],
    expiresAt: new Date(center.clock().getTime() - 1),
  })
  const work = startWork(center, 0.05)
  const id = orders[0]?.order ?? ''
  while ((await orderRow(id)).state !== 'expired') await new Promise(resolve => setTimeout(resolve, 20))
  await work.stop()
  const left = await inTenant(db => db.selectFrom('alert_count').select('count_id').execute())
  assert.deepEqual(left, [])
})

test('lists come in pages without a hole', async () => {
  const seen: string[] = []
  let after: string | undefined
  do {
    const page = await call(
      'listOrders',
      { query: { limit: 7, ...(after === undefined ? {} : { after }) } },
      caller('ada'),
    )
    seen.push(...page.items.map(one => one.id))
    after = page.next
  } while (after !== undefined)
  const all = await inTenant(db => db.selectFrom('host_order').select('order_id').orderBy('order_id', 'desc').execute())
  assert.deepEqual(
    seen,
    all.map(one => one.order_id),
  )
})

async function infectedAgent(name: string) {
  const agent = await addAgent(opened, name)
  const ingest = createIngest(center)
  const spool = randomUUID()
  await ingest.hello(agent, spool)
  let sent = 0
  const send = async (...reports: Parameters<typeof spooledFrom>[1][number][]) => {
    const { rejected } = await ingest.reports(agent, spool, spooledFrom(sent + 1, reports))
    sent += reports.length
    assert.deepEqual(rejected, [])
  }
  await send(
    { kind: 'scan', id: randomUUID(), scan: infected.scan },
    { kind: 'plans', scan: 's', plans: infected.plans },
  )
  const row = await inTenant(db =>
    db
      .selectFrom('alert')
      .select(['alert_id', 'origin'])
      .where('host_id', '=', agent.host)
      .where('about', '=', 'incident')
      .where('verdict', '=', 'confirmed')
      .executeTakeFirstOrThrow(),
  )
  return { agent, incident: row.origin, alert: row.alert_id, send }
}

function clean(agent: AgentIdentity, incident: string, alert: string) {
  return { host: agent.host, alert, action: { kind: 'clean', incident, handling: 'in-depth' } as OrderAction }
}

const inTenant = <T>(work: Parameters<typeof opened.store.tenant<T>>[1]) => opened.store.tenant(opened.tenant, work)

const create = (task: Pick<NewTask, 'orders' | 'expiresAt'>) =>
  inTenant(db => createOrders(db, center, { tenant: opened.tenant, title: 'test', by: 'ada', ...task }))

async function waiting(agent: AgentIdentity, again: boolean): Promise<SignedOrder[]> {
  const orders: SignedOrder[] = []
  for await (const one of createOrderDesk(center).waiting(agent, again)) orders.push(one)
  return orders
}

const approver = (name: string, user?: string) => ({ tenant: opened.tenant, name, user })
const approve = (name: string, orders: string[], document?: Approval, user?: string) =>
  inTenant(db => approveOrders(db, center, approver(name, user), orders, document))

/** As people register it; gives the id of the user. */
async function registerKey(user: string, name: string): Promise<string> {
  const tenant_id = opened.tenant
  const user_id = randomUUID()
  const public_key = approverKey.publicKey.export({ format: 'der', type: 'spki' })
  await inTenant(async db => {
    const account = { tenant_id, user_id, name: user, state: 'active', created_by: 'root' }
    await db.insertInto('user_account').values(account).execute()
    const key = { tenant_id, key_id: randomUUID(), user_id, name, kind: 'ed25519', public_key }
    await db.insertInto('approver_key').values(key).execute()
  })
  return user_id
}

function caller(name: string, groups: 'all' | string[] = 'all'): Caller {
  const groupsFor = (_: Permission) => groups
  return { tenant: opened.tenant, kind: 'token', id: randomUUID(), name, groupsFor, address: '127.0.0.1' }
}

type Api = typeof orderApi
type Given<N extends keyof Api> = Partial<Parameters<Api[N]>[0]>

async function call<N extends keyof Api>(name: N, input: Given<N>, who: Caller): Promise<Awaited<ReturnType<Api[N]>>> {
  const work = orderApi[name] as (input: unknown, request: Request) => Promise<unknown>
  return (await inTenant(db =>
    work({ params: undefined, query: undefined, body: undefined, ...input }, {
      caller: who,
      db,
      center,
      audit: async () => {},
    } as unknown as Request),
  )) as Awaited<ReturnType<Api[N]>>
}

const orderRow = (id: string) =>
  inTenant(db => db.selectFrom('host_order').selectAll().where('order_id', '=', id).executeTakeFirstOrThrow())
const alertRow = (id: string) =>
  inTenant(db => db.selectFrom('alert').selectAll().where('alert_id', '=', id).executeTakeFirstOrThrow())
