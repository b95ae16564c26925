import assert from 'node:assert/strict'
import { execFileSync } from 'node:child_process'
import { createHash, generateKeyPairSync, randomBytes, randomUUID, sign } from 'node:crypto'
import { readdirSync, readFileSync } from 'node:fs'
import { join } from 'node:path'
import { after, before, type TestContext, test } from 'node:test'
import { Agent } from '../../agent/agent.ts'
import { joinCenter } from '../../agent/join.ts'
import { ed25519Approver } from '../../agent/orders/testing/center-hand.ts'
import { infectedHost } from '../../agent/orders/testing/infected-host.ts'
import { until } from '../../agent/testing/stub-center.ts'
import { makeWorker } from '../../agent/work/index.ts'
import { arrive, join as joinAs } from '../../center/gateway/testing/test-agent.ts'
import { SealError, sealWith } from '../../center/keys/index.ts'
import { uuid7 } from '../../center/uuid7.ts'
import { canonicalHash, canonicalJson } from '../../engine/index.ts'
import {
  agentConfig,
  type Approval,
  defaultPolicy,
  type Order,
  type OrderAction,
  type SignedOrder,
} from '../../model/wire/index.ts'
import type { Browser } from './browser.ts'
import { adminPassword, type RealCenter, realCenter } from './real-center.ts'
import { allTables, ask } from './tables.ts'

/** Somebody who reads and writes the database of a center as its superuser, and has nothing of the center's machine. */
let center: RealCenter
let admin: Browser
let agent: Agent | undefined
let id: string
let hostId: string
/** What lies on the host before anybody did anything. */
let untouched: string

const ann = ed25519Approver('ann')
/** As the owner of a careful host writes it. */
const local = {
  orders: { approvers: [ann.pinned], needApproval: ['undo'] as const, neverTouch: ['/srv'] },
  scan: { cpuPercent: 90 },
  prevention: 'observe' as const,
}

after(async () => {
  await agent?.stop('shutdown')
  await center.close()
})
// Its folder goes when the agent has stopped.
const host = infectedHost({ after } as unknown as TestContext, local)

before(async () => {
  center = await realCenter()
  admin = await center.admin()
  // Scans need not be slow here.
  await sql(
    'UPDATE host_group SET policy = $1, policy_version = 2',
    JSON.stringify({ ...defaultPolicy, scan: { quick: { everyMinutes: 60 }, cpuPercent: 90 } }),
  )
  untouched = listing(host.root)
  const url = `https://127.0.0.1:${center.agentsPort}`
  const fingerprint = center.running.fingerprint
  const identity = await joinCenter({
    state: host.state,
    center: url,
    token: await center.token(),
    fingerprint,
    program: 'test',
  })
  id = identity.agent
  agent = await startAgent()
  hostId = String((await said(`SELECT host_id FROM agent WHERE agent_id = $1`, id))['host_id'])
  await patiently('the first scan', async () => (await sql('SELECT FROM scan WHERE host_id = $1', hostId)).length > 0)
})
function startAgent(): Promise<Agent> {
  return Agent.start({
    state: host.state,
    program: 'test',
    launcher: host.surroundings.launcher,
    readConfig: async () => agentConfig.parse({ ...local, center: `https://127.0.0.1:${center.agentsPort}` }),
    makeWorker: surroundings => makeWorker(surroundings, { root: host.root, watchedFiles: [] }),
    upgrade: async () => {
      throw new Error('no release is signed here')
    },
    log: line => void host.log.push(line),
    connection: { pauseFactor: 0.01 },
    tickMs: 200,
    random: () => 0,
  })
}

/** Names, content, owner and mode of all that is below a folder. */
function listing(folder: string): string {
  const names = execFileSync('find', ['.', '-printf', '%P\\0%y%m %U %G %s\\n'], { cwd: folder, encoding: 'latin1' })
  const sums = execFileSync('sh', ['-c', 'find . -type f -exec sha256sum {} +'], { cwd: folder, encoding: 'latin1' })
  return [...names.split('\n').filter(line => !/\0d/.test(line)), ...sums.split('\n')].sort().join('\n')
}

const sql = (text: string, ...values: unknown[]) => ask(center.running, text, values)

async function said(text: string, ...values: unknown[]) {
  const [row] = await sql(text, ...values)
  assert.ok(row !== undefined, text)
  return row
}

/** Looks again and again; the limit only ends a test that would wait for ever. */
async function patiently<T>(what: string, look: () => Promise<T | false | undefined>): Promise<T> {
  const end = Date.now() + 90_000
  for (;;) {
    const found = await look()
    if (found !== undefined && found !== false) return found
    if (Date.now() > end) {
      const orders = await sql(
        'SELECT kind, state, sequence, sent_at, now() FROM host_order ORDER BY order_id DESC LIMIT 3',
      )
      throw new Error(
        `waited in vain: ${what}; the agent says ${host.log.slice(-5).join(' | ')}; orders: ${JSON.stringify(orders)}`,
      )
    }
    await new Promise(resolve => setTimeout(resolve, 200))
  }
}

interface Written {
  readonly state?: 'queued' | 'sent'
  readonly envelope?: SignedOrder
  readonly approvals?: readonly Approval[]
}

/** A row such as the center writes for an order of a person; the center then signs and sends it. */
async function writeOrder(
  action: OrderAction,
  { state = 'queued', envelope, approvals = [] }: Written = {},
): Promise<string> {
  const { tenant } = center.running
  const [task, order] = [uuid7(), envelope?.order.id ?? uuid7()]
  await sql(
    `INSERT INTO task (tenant_id, task_id, kind, title, created_by) VALUES ($1, $2, $3, 'x', 'admin')`,
    tenant,
    task,
    action.kind,
  )
  // First: the center may find the order at any time.
  for (const one of approvals)
    await sql(
      'INSERT INTO order_approval (tenant_id, order_id, approver, document) VALUES ($1, $2, $3, $4)',
      ...[tenant, order, one.approver, JSON.stringify(one)],
    )
  await sql(
    `INSERT INTO host_order (tenant_id, order_id, task_id, host_id, agent_id, kind, action, state, digest, created_by, expires_at, sequence, envelope)
     VALUES ($1, $2, $3, $4, $5, $6, $7, $8, $9, 'admin', now() + interval '1 hour', $10, $11)`,
    ...[tenant, order, task, hostId, id, action.kind, JSON.stringify(action), state],
    ...[
      canonicalHash({ agent: id, action }),
      envelope?.order.sequence ?? null,
      envelope === undefined ? null : JSON.stringify(envelope),
    ],
  )
  return order
}

/** Wakes the center up, as its own NOTIFY does, and waits for what the host says. */
async function answerTo(order: string): Promise<string> {
  await center.running.center.bus.publish('orders', { tenant: center.running.tenant, what: 'agent', id })
  const row = await patiently(`an answer to ${order}`, async () => {
    const one = await said('SELECT state, refusal, ended_at FROM host_order WHERE order_id = $1', order)
    return one['ended_at'] === null ? undefined : one
  })
  return [row['state'], row['refusal']].filter(one => one !== null).join(' ')
}

async function newestIncident(): Promise<string> {
  const row = await said(
    `SELECT origin FROM alert WHERE host_id = $1 AND about = 'incident' AND verdict = 'confirmed'`,
    hostId,
  )
  return String(row['origin'])
}

const sha256 = 'a'.repeat(64)

test('orders that are written into the table reach the host signed, and the host refuses what is beyond its bounds', async () => {
  const incident = await newestIncident()
  for (const [action, expected] of [
    [{ kind: 'clean', incident: 'made-up', handling: 'in-depth' }, 'refused no-such-incident'],
    [{ kind: 'clean', incident: '$(touch /tmp/x)', handling: 'in-depth' }, 'refused no-such-incident'],
    [{ kind: 'clean', incident, handling: 'in-depth', plan: 'e'.repeat(64) }, 'refused no-such-plan'],
    [{ kind: 'clean', incident, handling: 'in-depth', plan: '../../../../etc/shadow' }, 'refused no-such-plan'],
    [{ kind: 'clean', incident, handling: 'in-depth', finding: '*' }, 'refused no-such-incident'],
    [{ kind: 'block', addresses: ['192.0.2.1'], seconds: 600 }, 'refused needs-approval'],
    [{ kind: 'block', addresses: ['192.0.2.1'], seconds: 600, incident }, 'refused needs-approval'],
    [{ kind: 'unblock', addresses: ['192.0.2.1'] }, 'refused needs-approval'],
    [{ kind: 'undo', run: '../../etc' }, 'refused no-such-run'],
    [{ kind: 'restore', entry: '../../../etc/passwd', sha256 }, 'refused no-such-entry'],
    [{ kind: 'send-quarantined', entry: '../../../etc/shadow', sha256 }, 'refused no-such-entry'],
    [{ kind: 'upgrade', version: '99.0.0', sha256 }, 'refused local-policy'],
    [{ kind: 'scan', mode: 'quick', path: '/' }, 'refused not-capable'],
    [{ kind: 'scan', mode: 'path', path: '--state=/tmp' }, 'refused not-capable'],
  ] as const satisfies readonly (readonly [OrderAction, string])[])
    assert.equal(await answerTo(await writeOrder(action)), expected, JSON.stringify(action))
  assert.equal(listing(host.root), untouched)
  assert.deepEqual(readdirSync(host.state).includes('runs') ? readdirSync(join(host.state, 'runs')) : [], [])
})

test('an order that nobody can read ends as failed and keeps no other waiting', async () => {
  const before = await writeOrder({ kind: 'scan', mode: 'quick', path: '/' })
  await sql(
    `INSERT INTO host_order (tenant_id, order_id, task_id, host_id, agent_id, kind, action, state, digest, created_by, expires_at)
     SELECT tenant_id, gen_random_uuid(), task_id, host_id, agent_id, 'run', '{"kind":"run","command":"id"}', 'queued', digest, created_by, expires_at
     FROM host_order WHERE order_id = $1`,
    before,
  )
  assert.equal(await answerTo(await writeOrder({ kind: 'scan', mode: 'full', path: '/' })), 'refused not-capable')
  const made = await said(`SELECT order_id, state, reason FROM host_order WHERE kind = 'run'`)
  assert.equal(made['state'], 'failed')
  assert.match(String(made['reason']), /cannot read the order/)
  assert.match(JSON.stringify(await admin.call('GET', `/orders/${made['order_id']}`)), /404/)
  const listed = await admin.call('GET', '/orders')
  assert.ok(JSON.stringify(listed).includes(before))
})

test('a plan that was rewritten in the database, under its old name or a new one, is not carried out', async () => {
  const incident = await newestIncident()
  const { tenant } = center.running
  const folder = join(host.state, 'agent', 'plans')
  const plans = readdirSync(folder).map(name => readFileSync(join(folder, name), 'utf8'))
  const plan = plans.find(text => text.includes(incident) && text.includes('/tmp/.x/xm'))
  assert.ok(plan !== undefined)
  const { id: _, ...body } = JSON.parse(plan.replaceAll('/tmp/.x', '/srv/data'))
  const renamed = canonicalHash(body)
  await sql(
    `INSERT INTO plan (tenant_id, host_id, plan_id, incident, handling, actions, body) VALUES ($1, $2, $3, $4, 'in-depth', 1, $5)`,
    ...[tenant, hostId, renamed, incident, JSON.stringify({ ...body, id: renamed })],
  )
  const clean = { kind: 'clean', incident, handling: 'in-depth', plan: renamed } as const
  assert.equal(await answerTo(await writeOrder(clean)), 'refused no-such-plan')
  assert.equal(listing(host.root), untouched)
})

test('rules of the database that accuse what is harmless make a suspicion at most, and nothing that can be ordered', async () => {
  const content = `title: The timetable of this host
id: 11111111-2222-4333-8444-555555555555
logsource: { category: autostart }
detection:
  here: { path: /etc/crontab }
  condition: here
level: critical
custom: { class: execution, conclusive: true, specific: mining }
`
  const { tenant } = center.running
  const hash = createHash('sha256').update(content).digest('hex')
  await sql(
    `INSERT INTO rule_pack (tenant_id, pack_id, name, version, sha256, content, rules, stage, created_by)
     VALUES ($1, $2, 'stolen', 1, $3, $4, 1, 'all', 'admin')`,
    ...[tenant, uuid7(), hash, Buffer.from(content)],
  )
  await center.running.center.bus.publish('policy', { tenant, what: 'tenant', id: tenant })
  await until(
    'the pack on the host',
    () => readdirSync(join(host.state, 'agent', 'packs')).includes(`${hash}.yml`),
    60_000,
  )
  assert.equal(await answerTo(await writeOrder({ kind: 'scan', mode: 'quick' })), 'done')
  const finding = await patiently('the finding of that rule', async () => {
    const [row] = await sql(
      `SELECT level, origin, body->'conclusive' AS conclusive, parent_id FROM alert WHERE host_id = $1 AND about = 'finding' AND rule_id = $2`,
      ...[hostId, '11111111-2222-4333-8444-555555555555'],
    )
    return row
  })
  assert.deepEqual([finding['level'], finding['conclusive']], [2, false])
  // What the center shows may hold the accused file; what the host would do about anything does not.
  const incidents = await sql(`SELECT origin FROM alert WHERE host_id = $1 AND about = 'incident'`, hostId)
  for (const { origin } of incidents) {
    const clean = {
      kind: 'clean',
      incident: String(origin),
      handling: 'in-depth',
      finding: String(finding['origin']),
    } as const
    assert.equal(await answerTo(await writeOrder(clean)), 'refused no-such-incident')
  }
  const folder = join(host.state, 'agent', 'plans')
  for (const name of readdirSync(folder))
    assert.doesNotMatch(readFileSync(join(folder, name), 'utf8'), /etc\/crontab/, name)
  assert.equal(listing(host.root), untouched)
})

test('a policy that was loosened changes nothing that agent.yml holds', async () => {
  const policy = {
    version: 7,
    scan: { quick: { everyMinutes: 10_080 }, cpuPercent: 100 },
    inventoryEveryMinutes: 10_080,
    reportCostEveryMinutes: 1_440,
    laterLooks: false,
    prevention: 'block',
    autoResponse: 'confirmed',
  }
  const { tenant } = center.running
  await sql('UPDATE host_group SET policy = $1, policy_version = 7', JSON.stringify(policy))
  await center.running.center.bus.publish('policy', { tenant, what: 'tenant', id: tenant })
  const line = await patiently('the policy on the host', async () => host.log.find(one => one.startsWith('policy 7 ')))
  assert.match(line, /scans take at most 90 % of a core, not 100 %; prevention is observe, not block/)
  assert.equal(listing(host.root), untouched)
})

test('approvals that were forged, moved or made with a key that only the database knows do not count', async () => {
  const mallory = ed25519Approver('mallory')
  const asAnn = ed25519Approver('ann')
  const { tenant } = center.running
  // What the center believes when somebody approves there; the host has a list of its own.
  for (const { pinned } of [asAnn, mallory])
    if (pinned.kind === 'ed25519')
      await sql(
        `INSERT INTO approver_key (tenant_id, key_id, user_id, name, kind, public_key)
         SELECT $1, $2, user_id, $3, 'ed25519', $4 FROM user_account WHERE name = 'admin'`,
        ...[tenant, uuid7(), pinned.name, Buffer.from(pinned.key, 'base64')],
      )
  const action: OrderAction = { kind: 'block', addresses: ['192.0.2.1'], seconds: 600 }
  const other: OrderAction = { ...action, addresses: ['192.0.2.2'] }
  for (const [name, approval] of [
    ['by somebody whom the host does not pin', mallory.approve({ agent: id, action })],
    ['by another key under the name that it pins', asAnn.approve({ agent: id, action })],
    ['that ann gave for something else', ann.approve({ agent: id, action: other })],
    ['that ann gave for another host', ann.approve({ agent: randomUUID(), action })],
    ['that has run out', ann.approve({ agent: id, action }, { expiresAt: '2026-01-01T00:00:00Z' })],
    ['with another text than was signed', altered(ann.approve({ agent: id, action: other }), action)],
  ] as const)
    assert.equal(await answerTo(await writeOrder(action, { approvals: [approval] })), 'refused approval-invalid', name)
  assert.equal(listing(host.root), untouched)
})

function altered(approval: Approval, action: OrderAction): Approval {
  return { ...approval, approved: { ...approval.approved, digests: [canonicalHash({ agent: id, action })] } }
}

test('envelopes that were forged, altered, moved from another host or brought back are refused', async () => {
  const action = { kind: 'scan', mode: 'quick' } as const
  const thief = generateKeyPairSync('ed25519')
  const real = (await said(`SELECT key_id FROM center_key WHERE kind = 'order'`))['key_id']
  const spki = thief.publicKey.export({ format: 'der', type: 'spki' })
  // Signs from far away on: otherwise the center would try to open it and say that it cannot.
  await sql(
    `INSERT INTO center_key (key_id, kind, sealed, public_key, active_from) VALUES ('order-stolen', 'order', $1, $2, now() + interval '1 year')`,
    ...[Buffer.alloc(64), spki],
  )
  const orderOf = (sequence: number, more: Partial<Order> = {}): Order => ({
    format: 'davylamp-order',
    version: 1,
    id: uuid7(),
    agent: id,
    sequence,
    nonce: randomBytes(18).toString('base64url'),
    issuedAt: new Date().toISOString(),
    expiresAt: new Date(Date.now() + 3_600_000).toISOString(),
    action,
    ...more,
  })
  const signedByThief = (order: Order, key: string): SignedOrder => ({
    order,
    key,
    signature: sign(null, Buffer.from(canonicalJson(order)), thief.privateKey).toString('base64'),
    approvals: [],
  })
  const done = await said(`SELECT order_id, envelope FROM host_order WHERE agent_id = $1 AND state = 'done'`, id)
  const earlier = done['envelope'] as SignedOrder
  const foreign = await orderOfAnotherHost()
  const planted: (readonly [string, SignedOrder, string])[] = [
    ['signed by the thief', signedByThief(orderOf(9_001), String(real)), 'refused bad-signature'],
    [
      'signed by a key that the thief put into the table',
      signedByThief(orderOf(9_002), 'order-stolen'),
      'refused bad-signature',
    ],
    [
      'a real one with another action',
      { ...earlier, order: { ...earlier.order, id: uuid7(), action: { kind: 'report-inventory' } } },
      'refused bad-signature',
    ],
    ['a real one of another host', { ...foreign, order: { ...foreign.order } }, 'refused wrong-agent'],
  ]
  await agent?.stop('shutdown')
  for (const [, envelope] of planted) {
    await sql('DELETE FROM host_order WHERE order_id = $1', envelope.order.id)
    await writeOrder(envelope.order.action, { state: 'sent', envelope })
  }
  const scans = (await sql('SELECT FROM scan WHERE host_id = $1', hostId)).length
  await sql(`UPDATE host_order SET state = 'sent', ended_at = NULL WHERE order_id = $1`, done['order_id'])
  agent = await startAgent()
  for (const [name, envelope, expected] of planted) assert.equal(await answerTo(envelope.order.id), expected, name)
  assert.equal(await answerTo(String(done['order_id'])), 'done')
  const again = await sql('SELECT FROM scan WHERE host_id = $1 AND order_id = $2', hostId, done['order_id'])
  assert.equal(again.length, 1, 'it was told again, not done again')
  assert.ok((await sql('SELECT FROM scan WHERE host_id = $1', hostId)).length - scans <= 1)
  assert.equal(listing(host.root), untouched)
})

/** What the center signed for somebody else. */
async function orderOfAnotherHost(): Promise<SignedOrder> {
  const certified = await joinAs(center.agentsPort, center.ca, await center.token(), {
    hostname: 'other',
    machine: 'other',
  })
  const other = await arrive(center.agentsPort, certified, { hostname: 'other', machine: 'other' })
  const row = await said('SELECT host_id FROM agent WHERE agent_id = $1', certified.agent)
  await center.running.orderScan(String(row['host_id']), 'test')
  const { order } = await other.next('order')
  await other.leave()
  return order
}

test('what lies in the database opens no door: no session, token, password, code or key can be read from it', async () => {
  const secrets = await makeSecrets()
  const tables = await allTables(center)
  const dump = JSON.stringify([...tables])
  for (const [name, secret] of secrets)
    for (const encoded of [
      secret,
      Buffer.from(secret).toString('hex'),
      Buffer.from(secret).toString('base64').replace(/=+$/, ''),
    ])
      assert.ok(!dump.includes(encoded), `${name} lies in the database`)
  assert.doesNotMatch(dump, /PRIVATE KEY/)
  const column = (table: string, name: string) =>
    (tables.get(table) ?? []).flatMap(row => (typeof row[name] === 'string' ? [bytesOf(row[name])] : []))
  const sealed = [
    ...column('center_key', 'sealed'),
    ...column('user_account', 'totp_pending'),
    ...column('channel', 'secrets'),
  ]
  assert.ok(sealed.length >= 4)
  for (const one of sealed) assert.throws(() => sealWith(randomBytes(32)).open(one, 'center_key:x'), SealError)
  // A secret that is put into another row does not open there either.
  const [own] = column('user_account', 'totp_pending')
  assert.ok(own !== undefined)
  assert.throws(() => center.running.keys.open(own, 'channel:x'), SealError)
  const stranger = center.browser()
  for (const hash of [...column('session', 'hash'), ...column('api_token', 'hash')])
    for (const text of [hash.toString('base64url'), hash.toString('hex')]) {
      const asCookie = await stranger.call('GET', '/hosts', undefined, { cookie: `__Host-davylamp=${text}` })
      assert.equal(asCookie.status, 401)
      const asToken = await stranger.call('GET', '/hosts', undefined, { authorization: `Bearer davylamp_${text}` })
      assert.equal(asToken.status, 401)
    }
  for (const { name, password_hash } of tables.get('user_account') ?? [])
    if (typeof password_hash === 'string')
      assert.notEqual((await stranger.call('POST', '/login', { name, password: password_hash })).status, 200)
  for (const hash of column('enrolment_token', 'hash'))
    await assert.rejects(joinAs(center.agentsPort, center.ca, `dl-${hash.toString('base64url')}`))
})

/** One of each that opens something, made as people make them. */
async function makeSecrets(): Promise<ReadonlyMap<string, string>> {
  const token = await admin.call('POST', '/tokens', { name: 'ci', permissions: ['hosts:read'], days: 1 })
  assert.equal(token.status, 201, token.text)
  const codes = await admin.call('POST', '/profile/codes')
  assert.equal(codes.status, 200, codes.text)
  const channel = await admin.call('POST', '/channels', {
    name: 'hook',
    kind: 'webhook',
    settings: { url: 'https://127.0.0.1:9/hook', secret: `whsec_${Buffer.alloc(32, 7).toString('base64')}` },
  })
  assert.equal(channel.status, 201, channel.text)
  const identity = JSON.parse(readFileSync(join(host.state, 'agent', 'identity.json'), 'utf8')) as {
    privateKey: string
  }
  return new Map([
    ['the password', adminPassword],
    ['the session', [...admin.cookies.values()].join()],
    ['the CSRF token', admin.csrf],
    ['the API token', String(Reflect.get(Object(token.json), 'token'))],
    ['the seed of the codes', String(Reflect.get(Object(codes.json), 'secret'))],
    ['the secret of the webhook', Buffer.alloc(32, 7).toString('base64').replace(/=+$/, '')],
    ['the enrolment token', await center.token()],
    [
      'the master key',
      readFileSync(join(center.state, 'center', 'master.key'), 'utf8')
        .trim()
        .split(':')[1] ?? '',
    ],
    ['the key of the agent', (identity.privateKey.split('\n')[1] ?? '').trim()],
  ])
}

/** bytea as PostgreSQL shows it. */
function bytesOf(text: string): Buffer {
  return Buffer.from(text.replace(/^\\x/, ''), 'hex')
}

test('the most that he can have: what the host itself found is cleaned, and nothing beside it', async () => {
  const incident = await newestIncident()
  const order = { kind: 'clean', incident, handling: 'in-depth' } as const
  assert.match(await answerTo(await writeOrder(order)), /^(?:done|partial)$/)
  const now = listing(host.root).split('\n')
  const gone = untouched.split('\n').filter(line => !now.includes(line))
  assert.ok(gone.length > 0)
  for (const line of gone) assert.match(line, /tmp\/\.x|xm\.service|crontabs/)
  const { run_id } = await said(
    `SELECT run_id FROM host_order WHERE agent_id = $1 AND kind = 'clean' AND run_id IS NOT NULL`,
    id,
  )
  // This host wants an approver for taking back, and the thief has none.
  assert.equal(await answerTo(await writeOrder({ kind: 'undo', run: String(run_id) })), 'refused needs-approval')
})
