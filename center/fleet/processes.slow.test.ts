import assert from 'node:assert/strict'
import { randomUUID } from 'node:crypto'
import { after, before, test } from 'node:test'
import { hostRoutes, processRoutes } from '../../model/api/index.ts'
import type { Report, ReportedProcess } from '../../model/wire/index.ts'
import type { AgentIdentity } from '../gateway/ports.ts'
import { createIngest } from '../ingest/index.ts'
import { addAgent, spooledFrom, type TestCenter, testCenter } from '../ingest/testing/agents.ts'
import { type HandlerCaller, handlerCaller, type May } from '../testing/handler-caller.ts'
import { openTestStore, type TestStore } from '../testing/index.ts'
import { uuid7 } from '../uuid7.ts'
import { hostHandlers, processHandlers } from './index.ts'

let store: TestStore
let center: TestCenter
let call: HandlerCaller<typeof processRoutes>
let callHost: HandlerCaller<typeof hostRoutes>

before(async () => {
  store = await openTestStore()
  center = testCenter(store)
  call = handlerCaller(processRoutes, processHandlers, store, center)
  callHost = handlerCaller(hostRoutes, hostHandlers, store, center)
})
after(() => store.close())

const capabilities = ['scan', 'scan:quick', 'report-processes', 'cancel']

async function agentWith(name: string, can = capabilities) {
  const agent = await addAgent(store, name, { capabilities: can })
  const ingest = createIngest(center)
  const spool = randomUUID()
  await ingest.hello(agent, spool)
  let next = 1
  const send = async (...reports: Report[]) => {
    const { rejected } = await ingest.reports(agent, spool, spooledFrom(next, reports))
    next += reports.length
    return rejected
  }
  return { agent, send, of: { params: { host: agent.host } } }
}

function seen(pid: number, more: Partial<ReportedProcess> = {}): ReportedProcess {
  return {
    pid,
    startTime: pid * 10,
    parent: 1,
    user: 'root',
    command: `p${pid}`,
    cpuPercent: 1,
    residentBytes: 1,
    ...more,
  }
}

async function addAlert(
  { host, group, tenant }: AgentIdentity,
  body: object,
  more: { about?: string; parent_id?: string | null; status?: string; gone_at?: Date } = {},
): Promise<string> {
  const now = center.clock()
  const alert_id = uuid7(now)
  const fixed = { tenant_id: tenant, alert_id, host_id: host, group_id: group, origin: alert_id, parent_id: null }
  const times = { status_at: now, first_seen: now, last_seen: now }
  const row = {
    ...fixed,
    ...times,
    about: 'incident',
    type: 'mining',
    level: 4,
    title: 'x',
    body: JSON.stringify(body),
  }
  await store.store.tenant(tenant, db =>
    db
      .insertInto('alert')
      .values({ ...row, ...more })
      .execute(),
  )
  return alert_id
}

test('nobody asked: no time and no processes; then the last answer, and no other', async () => {
  const { send, of } = await agentWith('web-1')
  assert.deepEqual(await call('listProcesses', of), { total: 0, items: [] })
  assert.deepEqual(await send({ kind: 'processes', total: 2, items: [seen(1), seen(2)] }), [])
  const { startTime: _, ...shown } = seen(8, { trust: 'unowned', hiddenFrom: ['readdir'] })
  await send({ kind: 'processes', total: 1_700, items: [seen(8, { trust: 'unowned', hiddenFrom: ['readdir'] })] })
  assert.deepEqual(await call('listProcesses', of), { at: '2026-11-20T12:00:00.000Z', total: 1_700, items: [shown] })
  assert.ok(center.said.some(one => one.what === 'host' && one.id === of.params.host))
})

test('a list that is longer than the contract is put aside, and the one before stays', async () => {
  const { send, of } = await agentWith('web-many')
  await send({ kind: 'processes', total: 1, items: [seen(1)] })
  const items = Array.from({ length: 1_001 }, (_, at) => seen(at + 1))
  const [rejected] = await send({ kind: 'processes', total: 1_001, items })
  assert.match(rejected?.reason ?? '', /items/)
  assert.equal((await call('listProcesses', of)).total, 1)
})

test('texts that grow when they are made fit for the store are cut, and can be read', async () => {
  const { send, of } = await agentWith('web-nul')
  const [nul, half] = ['\0'.repeat(1_000), '\ud800'.repeat(100)]
  const hostile = { command: nul, executable: nul, user: half, trust: '\0'.repeat(40), container: '\0'.repeat(100) }
  assert.deepEqual(
    await send({ kind: 'processes', total: 1, items: [seen(1, { ...hostile, hiddenFrom: ['\0'.repeat(60)] })] }),
    [],
  )
  const [one] = (await call('listProcesses', of)).items
  assert.equal(one?.command, '\\x00'.repeat(250))
  assert.equal(one?.user, '\ufffd'.repeat(100))
  assert.deepEqual(one?.hiddenFrom, ['\\x00'.repeat(15)])
})

test('a process that an open alert is about bears it: by pid and start, the incident before its findings', async () => {
  const { agent, send, of } = await agentWith('web-2')
  const fact = (pid: number, startTime = pid * 10) => ({ kind: 'process', pid, startTime })
  const incident = await addAlert(agent, { members: [fact(1), { kind: 'file', pid: 9 }, fact(2, 5)] })
  await addAlert(agent, { fact: fact(1) }, { about: 'finding', parent_id: incident })
  const finding = await addAlert(agent, { fact: fact(3) }, { about: 'finding' })
  await addAlert(agent, { members: [fact(4)] }, { status: 'handled' })
  await addAlert(agent, { members: [fact(5)] }, { gone_at: center.clock() })
  await addAlert((await agentWith('web-3')).agent, { members: [fact(6)] })
  await send({ kind: 'processes', total: 9, items: [1, 2, 3, 4, 5, 6, 9].map(pid => seen(pid)) })
  const marked = async (may: May = 'all') =>
    (await call('listProcesses', of, may)).items.flatMap(one => (one.alert === undefined ? [] : [[one.pid, one.alert]]))
  assert.deepEqual(await marked(), [
    [1, incident],
    [3, finding],
  ])
  assert.deepEqual(await marked({ 'hosts:read': 'all' }), [], 'who may read no alerts learns of none')
})

test('who asks for those of now makes one order, that waits a quarter of an hour', async () => {
  const { agent, of } = await agentWith('web-4')
  const asked = await call('refreshProcesses', of)
  assert.equal(asked.state, 'queued')
  assert.deepEqual(await call('refreshProcesses', of, 'all', 'bob'), asked)
  const [row] = await store.store.tenant(store.tenant, db =>
    db.selectFrom('host_order').selectAll().where('host_id', '=', agent.host).execute(),
  )
  assert.deepEqual([row?.kind, row?.action], ['report-processes', { kind: 'report-processes' }])
  assert.equal((row?.expires_at.getTime() ?? 0) - center.clock().getTime(), 15 * 60_000)
  assert.ok(call.audited.includes('order.created'))
})

test('an agent of before is not asked, and the answer says what to do', async () => {
  const { of } = await agentWith('old', ['scan', 'scan:quick'])
  const { state, reason } = await call('refreshProcesses', of)
  assert.deepEqual([state, reason], ['refused', 'its agent cannot do "report-processes": upgrade Davylamp there'])
})

test('hosts of other groups are not there; to see is not to ask', async () => {
  const { of } = await agentWith('web-5')
  await assert.rejects(call('listProcesses', of, []), /no such host/)
  await assert.rejects(call('refreshProcesses', of, []), /no such host/)
  await assert.rejects(call('refreshProcesses', of, { 'hosts:read': 'all' }), /no such host/)
})

test('with the host its processes go', async () => {
  const { agent, send, of } = await agentWith('web-6')
  await send({ kind: 'processes', total: 1, items: [seen(1)] })
  await callHost('removeHost', of)
  const rows = await store.store.tenant(store.tenant, db =>
    db.selectFrom('host_processes').select('host_id').where('host_id', '=', agent.host).execute(),
  )
  assert.deepEqual(rows, [])
})
