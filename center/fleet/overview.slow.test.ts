import assert from 'node:assert/strict'
import { after, before, test } from 'node:test'
import { overviewRoutes } from '../../model/api/index.ts'
import { type TestCenter, testCenter } from '../ingest/testing/agents.ts'
import { callerOf, type HandlerCaller, handlerCaller, type May, requestOf } from '../testing/handler-caller.ts'
import { openTestStore, type TestStore } from '../testing/index.ts'
import { uuid7 } from '../uuid7.ts'
import { overviewHandlers } from './index.ts'

let store: TestStore
let center: TestCenter
let call: HandlerCaller<typeof overviewRoutes>
const [north, south, below] = [uuid7(), uuid7(), uuid7()]

before(async () => {
  store = await openTestStore()
  center = testCenter(store)
  call = handlerCaller(overviewRoutes, overviewHandlers, store, center)
  await insert('host_group', [
    { group_id: north, name: 'north', parent_id: store.group },
    { group_id: below, name: 'below', parent_id: north },
    { group_id: south, name: 'south', parent_id: store.group },
  ])
})
after(() => store.close())

type Row = Readonly<Record<string, unknown>>

async function insert(table: string, rows: readonly Row[]): Promise<void> {
  await store.store.tenant(store.tenant, async db => {
    for (const row of rows)
      await db
        .insertInto(table as 'host')
        .values({ tenant_id: store.tenant, ...row } as never)
        .execute()
  })
}

const ago = (hours: number) => new Date(center.clock().getTime() - hours * 3_600_000)

async function addHost(name: string, group_id: string, host: Row = {}, agent: Row = {}): Promise<string> {
  const [host_id, agent_id] = [uuid7(), uuid7()]
  await insert('host', [{ host_id, group_id, name, agent_id, last_scan_at: ago(1), ...host }])
  await insert('agent', [{ agent_id, host_id, state: 'active', online: true, ...agent }])
  return host_id
}

async function addAlert(host_id: string, group_id: string, alert: Row): Promise<string> {
  const at = (alert['first_seen'] as Date | undefined) ?? ago(1)
  const alert_id = uuid7(at)
  const row = {
    alert_id,
    host_id,
    group_id,
    about: 'incident',
    origin: alert_id,
    type: 'mining',
    level: 4,
    title: 'A miner',
  }
  await insert('alert', [{ ...row, body: '{}', status_at: at, first_seen: at, last_seen: at, ...alert }])
  if ((alert['status'] ?? 'open') === 'open' && alert['parent_id'] === undefined)
    await store.store.tenant(store.tenant, db =>
      db
        .updateTable('host')
        .set(eb => ({ open_alerts: eb('open_alerts', '+', 1) }))
        .where('host_id', '=', host_id)
        .execute(),
    )
  return alert_id
}

const stepsOf = async (may: May = 'all', group?: string) =>
  Object.fromEntries(
    (await call('overview', { query: group === undefined ? {} : { group } }, may)).next.map(one => [
      one.step,
      one.count,
    ]),
  )

test('where there is nothing: a first host, and somebody to tell', async () => {
  assert.deepEqual(await call('overview'), {
    next: [
      { step: 'add-channel', count: 1 },
      { step: 'add-host', count: 1 },
    ],
    suspects: [],
    offline: [],
  })
  assert.deepEqual((await call('overview', {}, { 'hosts:read': 'all' })).next, [])
})

test('open alerts by what is to be done, of all days, as far as the caller may', async () => {
  const [web, mail] = [await addHost('web', north), await addHost('mail', south)]
  const shop = await addHost('shop', below)
  await addAlert(web, north, { verdict: 'confirmed' })
  await addAlert(shop, below, { verdict: 'confirmed', first_seen: ago(24 * 200) })
  await addAlert(mail, south, { verdict: 'confirmed' })
  await addAlert(web, north, { verdict: 'confirmed', status: 'handling' })
  await addAlert(web, north, { verdict: 'confirmed', status: 'handled' })
  await addAlert(web, north, { verdict: 'suspected', first_seen: ago(24 * 40) })
  await addAlert(mail, south, { verdict: 'exposure', type: 'exposure' })
  await addAlert(mail, south, { about: 'agent', type: 'agent-tampering', level: 3 })
  const channel = { 'add-channel': 1 }
  assert.deepEqual(await stepsOf(), {
    'handle-confirmed': 3,
    'look-at-tampered': 1,
    'handle-suspected': 1,
    'close-exposure': 1,
    ...channel,
  })
  assert.deepEqual(await stepsOf('all', north), { 'handle-confirmed': 2, 'handle-suspected': 1, ...channel })
  assert.deepEqual(await stepsOf([south], north), channel)
  const looker: May = { 'hosts:read': 'all', 'alerts:read': 'all', 'alerts:triage': [below] }
  assert.deepEqual(await stepsOf(looker), { 'handle-confirmed': 1, 'look-at-tampered': 1 })
  assert.deepEqual(await stepsOf({ 'hosts:read': 'all', 'alerts:triage': 'all' }), {})
})

test('clean-ups that left something, until somebody handles the alert; hosts that must be rebuilt', async () => {
  const [host, other] = [await addHost('half-clean', south), await addHost('hopeless', south)]
  const run = { plan_id: 'p', state: 'complete', started_at: ago(2), body: '{}' }
  for (const [name, status] of [
    ['left', 'open'],
    ['done', 'handled'],
  ] as const) {
    const alert_id = await addAlert(host, south, { verdict: 'suspected', origin: name, status })
    await insert('alert_key', [{ host_id: host, about: 'incident', origin: name, alert_id }])
    const own = { run_id: name, incidents: [name], proof_result: 'left' }
    await insert('run', [{ host_id: host, ...run, ...own }])
  }
  await insert('host_score', [
    {
      host_id: other,
      score: 20,
      reasons: JSON.stringify([{ what: 'rebuild-advised', points: 20, text: 'x' }]),
      at: ago(1),
    },
  ])
  const score = async (value: number) =>
    store.store.tenant(store.tenant, db =>
      db.updateTable('host').set({ score: value }).where('host_id', '=', other).execute(),
    )
  await score(20)
  const steps = await stepsOf([south])
  assert.deepEqual([steps['finish-cleanup'], steps['rebuild-host'], steps['handle-suspected']], [1, 1, 1])
  assert.equal(
    (await stepsOf({ 'hosts:read': 'all', 'alerts:read': 'all', 'alerts:triage': 'all' }))['rebuild-host'],
    undefined,
  )
  assert.equal((await stepsOf([north]))['finish-cleanup'], undefined)
})

test('hosts that are away, the longest first; those that were not scanned', async () => {
  await addHost('gone-long', north, {}, { online: false, offline_since: ago(50), offline_reason: 'shutdown' })
  await addHost('gone-short', north, {}, { online: false, offline_since: ago(2) })
  await addHost('never-came', south, { last_scan_at: null }, { online: false, enrolled_at: ago(9) })
  await addHost('revoked', north, {}, { online: false, offline_since: ago(90), state: 'revoked' })
  await addHost('removed', north, { removed_at: ago(1) }, { online: false, offline_since: ago(90) })
  await addHost('not-scanned', north, { last_scan_at: null })
  await addHost('long-not-scanned', south, { last_scan_at: ago(24 * 8) })
  const { offline } = await call('overview')
  assert.deepEqual(
    offline.map(({ name, since, reason }) => [name, since, reason]),
    [
      ['gone-long', ago(50).toISOString(), 'shutdown'],
      ['never-came', undefined, undefined],
      ['gone-short', ago(2).toISOString(), undefined],
    ],
  )
  const [all, own] = [await stepsOf(), await stepsOf([south])]
  assert.deepEqual([all['look-at-offline'], all['scan-hosts']], [3, 2])
  assert.deepEqual([own['look-at-offline'], own['scan-hosts']], [1, 1])
  assert.deepEqual(
    (await call('overview', {}, [south])).offline.map(one => one.name),
    ['never-came'],
  )
})

test('processes of open alerts, those that use most first, each once; never of what is gone or of others', async () => {
  const [one, two] = [await addHost('busy', north), await addHost('busier', south)]
  const process = (pid: number, cpuPercent: unknown, command = `/tmp/x ${pid}`) => ({
    kind: 'process',
    pid,
    command,
    cpuPercent,
  })
  const body = (...members: readonly object[]) =>
    JSON.stringify({ members: [...members, { kind: 'file', path: '/x' }] })
  await addAlert(one, north, { verdict: 'confirmed', body: body(process(7, 90.5), process(8, 5), process(9, 'much')) })
  await addAlert(one, north, { verdict: 'suspected', title: 'Again', body: body(process(7, 91)) })
  await addAlert(one, north, { verdict: 'confirmed', gone_at: ago(1), body: body(process(10, 99)) })
  await addAlert(one, north, { verdict: 'confirmed', status: 'handled', body: body(process(11, 99)) })
  const fact = { ...process(3, 150, ''), name: 'kworkerds' }
  await addAlert(two, south, {
    about: 'finding',
    type: 'suspicious-process',
    title: 'Odd',
    body: JSON.stringify({ fact }),
  })
  const shown = async (may: May = 'all') =>
    (await call('overview', {}, may)).suspects.map(({ host, title, command, cpuPercent }) => [
      host.name,
      title,
      command,
      cpuPercent,
    ])
  assert.deepEqual(await shown(), [
    ['busier', 'Odd', 'kworkerds', 150],
    ['busy', 'Again', '/tmp/x 7', 91],
    ['busy', 'A miner', '/tmp/x 8', 5],
  ])
  assert.deepEqual(await shown([south]), [['busier', 'Odd', 'kworkerds', 150]])
  assert.deepEqual(await shown({ 'hosts:read': 'all' }), [])
})

test('orders of others that wait; hosts that want in; a second factor; a channel', async () => {
  const host_id = await addHost('ordered', south)
  const [task_id, token_id, agent_id] = [uuid7(), uuid7(), uuid7()]
  await insert('task', [{ task_id, kind: 'scan', title: 't', created_by: 'tom' }])
  const order = { task_id, host_id, agent_id, kind: 'undo', action: '{}', digest: 'd', state: 'waiting-approval' }
  const waiting = { ...order, order_id: uuid7(), created_by: 'tom', expires_at: ago(-1), approvals_needed: 2 }
  const approved = { ...waiting, order_id: uuid7() }
  await insert('host_order', [
    waiting,
    approved,
    { ...waiting, order_id: uuid7(), created_by: 'mira' },
    { ...waiting, order_id: uuid7(), expires_at: ago(1) },
    { ...waiting, order_id: uuid7(), state: 'queued' },
  ])
  await insert('order_approval', [{ order_id: approved.order_id, approver: 'mira' }])
  await insert('enrolment_token', [
    { token_id, hash: Buffer.alloc(4), group_id: south, created_by: 'tom', expires_at: ago(-1) },
  ])
  for (const [number, state] of (['pending', 'pending', 'refused'] as const).entries()) {
    const asked = { csr: '', hostname: 'x', machine: 'm', address: '', program: '' }
    await insert('enrolment', [{ enrolment_id: uuid7(), token_id, csr_hash: Buffer.from([number]), state, ...asked }])
  }
  const steps = await stepsOf()
  assert.deepEqual([steps['approve-orders'], steps['let-hosts-in'], steps['add-channel']], [1, 2, 1])
  const others = await stepsOf([north])
  assert.deepEqual([others['approve-orders'], others['let-hosts-in']], [undefined, undefined])
  assert.equal((await stepsOf({ 'hosts:read': 'all', 'orders:approve': [south] }))['approve-orders'], 1)

  await insert('channel', [{ channel_id: uuid7(), name: 'c', kind: 'webhook', settings: '{}', created_by: 'tom' }])
  assert.equal((await stepsOf())['add-channel'], undefined)
})

test('a second factor is asked of whoever signs in with a password alone', async () => {
  const user = uuid7()
  await insert('user_account', [
    { user_id: user, name: 'mira', state: 'active', password_hash: 'x', created_by: 'tom' },
  ])
  const asked = async () => (await call('overview', {}, 'all', user)).next.some(one => one.step === 'add-second-factor')
  assert.equal(await asked(), true)
  const key = { credential_id: 'k', user_id: user, name: 'key', public_key: Buffer.alloc(1) }
  await insert('webauthn_credential', [key])
  assert.equal(await asked(), false)
})

test('another tenant: nothing of this one', async () => {
  const tenant = uuid7()
  const found = await store.store.tenant(tenant, db =>
    overviewHandlers.overview(
      { params: undefined, query: {}, body: undefined },
      requestOf(db, center, callerOf(tenant, 'all')),
    ),
  )
  assert.deepEqual([found.suspects, found.offline], [[], []])
  assert.deepEqual(
    found.next.map(one => one.step),
    ['add-channel', 'add-host'],
  )
})
