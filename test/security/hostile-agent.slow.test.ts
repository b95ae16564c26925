import assert from 'node:assert/strict'
import { randomUUID, sign } from 'node:crypto'
import { once } from 'node:events'
import { after, before, test } from 'node:test'
import {
  arrive,
  ask as askPort,
  type Certified,
  connect,
  helloFrame,
  join,
  newIdentity,
  type TestAgent,
} from '../../center/gateway/testing/test-agent.ts'
import { cleanHost, infectedHost, type RealScan, realScan } from '../../center/ingest/testing/real-scan.ts'
import { lineLog } from '../../cli/center/line-log.ts'
import { renewAnswer } from '../../model/wire/index.ts'
import { freeTexts, hostileTexts, marker, withText } from './hostile-texts.ts'
import { type RealCenter, realCenter } from './real-center.ts'
import { allTables, ask, difference, rowsAbout } from './tables.ts'
import type { Answer, Browser } from './browser.ts'

/** A host of a center: the certificate that it has, its connection, and how far its spool is. */
interface Host {
  readonly id: string
  readonly certified: Certified
  readonly spool: string
  agent: TestAgent
  sent: number
}

let center: RealCenter
let admin: Browser
let honest: Host
let rogue: Host
let infected: RealScan
let honestOrder: string
let earlier: ReturnType<typeof rowsAbout>

before(async () => {
  center = await realCenter()
  admin = await center.admin()
  infected = await realScan(infectedHost())
  honest = await newHost('honest')
  rogue = await newHost('rogue')
  await send(honest, ...ordinaryReports())
  const { order } = await center.running.orderScan(honest.id, 'test')
  honestOrder = order ?? ''
  assert.equal((await honest.agent.next('order')).order.order.id, honestOrder)
  earlier = await honestRows()
  assert.ok(Object.keys(earlier).length >= 10, Object.keys(earlier).join())
})
after(() => center.close())

async function newHost(hostname: string): Promise<Host> {
  const machine = hostname
  const certified = await join(center.agentsPort, center.ca, await center.token(), { hostname, machine })
  const spool = randomUUID()
  const agent = await arrive(center.agentsPort, certified, { hostname, machine, spool })
  const [row] = await ask(center.running, 'SELECT host_id FROM agent WHERE agent_id = $1', [certified.agent])
  return { id: String(row?.['host_id']), certified, spool, agent, sent: 0 }
}

const at = '2026-11-20T12:00:00Z'
const runId = '2026-11-20-1200-ab12'
const entry = {
  id: 'entry-1',
  sha256: 'a'.repeat(64),
  path: '/var/tmp/.x/xm',
  size: 1,
  at,
  run: runId,
  reason: 'a miner',
}
const running = {
  pid: 4_242,
  startTime: 7,
  parent: 1,
  user: 'root',
  command: '/var/tmp/.x/xm',
  cpuPercent: 99,
  residentBytes: 1,
  executable: '/var/tmp/.x/xm',
  trust: 'unowned',
}
const step = {
  number: 1,
  phase: 'remove',
  action: { kind: 'quarantine-file', path: '/var/tmp/.x/xm' },
  reason: 'it is a miner',
  outcome: 'done',
  undoable: true,
}

function runOf(plan: string, incidents: readonly string[]) {
  const head = { format: 'davylamp-run', version: 1, id: runId, at, plan, root: '/', live: true }
  return { ...head, state: 'complete', incidents, actions: [step] }
}

/** One of each kind that an infected host sends. */
function ordinaryReports(): Record<string, unknown>[] {
  const { scan, plans, facts } = infected
  return [
    { kind: 'scan', id: 'scan-1', scan },
    { kind: 'plans', scan: 'scan-1', plans },
    { kind: 'inventory', snapshot: 's1', last: true, present: facts.filter(isInventory), gone: [] },
    { kind: 'run', run: runOf(plans[0]?.plan.id ?? '', [scan.incidents[0]?.id ?? '']) },
    { kind: 'processes', total: 1, items: [running] },
    { kind: 'quarantine', entries: [entry] },
    { kind: 'blocks', way: 'nftables', blocked: [{ address: '198.51.100.7', expiresAt: '2027-01-01T00:00:00Z' }] },
    { kind: 'tampering', what: 'unit', detail: 'the unit file is another' },
  ]
}

function isInventory({ kind }: { kind: string }): boolean {
  return ['autostart', 'login-key', 'account', 'package'].includes(kind)
}

async function send(host: Host, ...reports: readonly unknown[]): Promise<readonly { sequence: number }[]> {
  const items = reports.map((report, index) => ({ sequence: host.sent + index + 1, at, report }))
  host.sent += items.length
  return (await sendRaw(host, JSON.stringify({ type: 'reports', items }))).rejected
}

/** As an agent that keeps to the pace which the center sets: what was to wait is sent again. */
async function sendRaw({ agent }: Host, text: string) {
  for (;;) {
    const before = agent.frames.length
    agent.socket.send(text)
    const answer = await answerAfter(agent, before)
    if (answer.type === 'acknowledged') return answer
    await new Promise(resolve => setTimeout(resolve, 1_000))
  }
}

/** The answer to a batch; policies and orders may come in between. */
async function answerAfter(agent: TestAgent, before: number) {
  for (;;) {
    for (const frame of agent.frames.slice(before))
      if (frame.type === 'acknowledged' || frame.type === 'wait') return frame
    const closed = await Promise.race([once(agent.socket, 'message').then(() => false), agent.closed.then(() => true)])
    assert.ok(!closed, 'the connection ended without an answer')
  }
}

async function honestRows() {
  return rowsAbout(await allTables(center), honest.id, honest.certified.agent)
}

async function nothingHappenedToOthers(): Promise<void> {
  assert.deepEqual(difference(earlier, await honestRows()), [])
  assert.equal(honest.agent.socket.readyState, honest.agent.socket.OPEN)
}

/** Whoever was sent away comes back with the same identity. */
async function back(host: Host): Promise<void> {
  host.agent.socket.terminate()
  await host.agent.closed
  host.agent = await arrive(center.agentsPort, host.certified, {
    hostname: 'rogue',
    machine: 'rogue',
    spool: host.spool,
  })
}

test('reports that name what belongs to another host change nothing there', async () => {
  const { scan, plans } = infected
  const incidents = scan.incidents.map(one => one.id)
  const rejected = await send(
    rogue,
    ...ordinaryReports(),
    { kind: 'scan', id: 'scan-1', scan: { ...(await realScan(cleanHost)).scan } },
    { kind: 'order', order: honestOrder, state: 'refused', refusal: 'local-policy', reason: marker },
    { kind: 'order', order: honestOrder, state: 'done', run: runId, scan: 'scan-1' },
    { kind: 'run', order: honestOrder, run: { ...runOf(plans[0]?.plan.id ?? '', incidents), state: 'undone' } },
    { kind: 'run-step', order: honestOrder, run: runId, plan: 'p', of: 1, state: { ...step, outcome: 'failed' } },
    { kind: 'quarantine', entries: [] },
    { kind: 'blocks', way: 'none', blocked: [] },
    { kind: 'inventory', snapshot: 's1', last: true, present: [], gone: [] },
  )
  assert.deepEqual(rejected, [])
  const [order] = await ask(center.running, 'SELECT state FROM host_order WHERE order_id = $1', [honestOrder])
  assert.equal(order?.['state'], 'sent')
  const runs = await ask(center.running, 'SELECT host_id, order_id, state FROM run WHERE run_id = $1 ORDER BY state', [
    runId,
  ])
  assert.deepEqual(
    runs.map(one => [one['host_id'], one['order_id'], one['state']]),
    [
      [honest.id, null, 'complete'],
      [rogue.id, null, 'undone'],
    ],
  )
  await nothingHappenedToOthers()
})

test('hostile texts in every place that takes a text are stored as text', async () => {
  let stored = 0
  for (const text of hostileTexts) {
    const reports = ordinaryReports().map(one => withText(one, freeTexts(one), text))
    // Plans are named by their own hash, so any other text in them is refused, and nothing else is.
    const rejected = await send(rogue, ...reports)
    stored += reports.length - rejected.length
  }
  assert.ok(stored >= hostileTexts.length * 2, `${stored} stored`)
  const rows = rowsAbout(await allTables(center), rogue.id, rogue.certified.agent)
  for (const table of ['alert', 'alert_event', 'scan', 'host_event', 'quarantined', 'host_processes'])
    assert.ok(rows[table]?.some(line => line.includes(marker)) === true, `${table} has none`)
  await nothingHappenedToOthers()
})

test('values that are no such values are put aside, and nothing waits for them', async () => {
  const { scan } = infected
  const deep = (depth: number) => `${'{"a":'.repeat(depth)}1${'}'.repeat(depth)}`
  const raw = (report: string) => `{"sequence":${++rogue.sent},"at":"${at}","report":${report}}`
  const tampering = (detail: string) => raw(`{"kind":"tampering","what":"x","detail":${detail}}`)
  const scanWith = (more: object) => raw(JSON.stringify({ kind: 'scan', id: randomUUID(), scan: { ...scan, ...more } }))
  const items = [
    raw('{"kind":"run-command","command":"id"}'),
    raw('null'),
    raw('[]'),
    tampering(`"${'x'.repeat(10_001)}"`),
    tampering(deep(90)),
    raw(
      `{"kind":"tampering","what":"x","detail":"d","__proto__":{"polluted":true},"constructor":{"prototype":{"polluted":true}}}`,
    ),
    scanWith({ durationMs: -1e308 }),
    scanWith({ startedAt: '-271821-04-20T00:00:00Z' }),
    scanWith({ startedAt: 'yesterday' }),
    scanWith({ facts: { ['__proto__']: -1, constructor: 1e308 } }),
    scanWith({ findings: Array.from({ length: 6_000 }, () => scan.findings[0]) }),
    raw(
      JSON.stringify({
        kind: 'quarantine',
        entries: [
          { ...entry, size: -1e308 },
          { ...entry, id: 'b', size: 1e308 },
        ],
      }),
    ),
    raw(JSON.stringify({ kind: 'health', health: { periodSeconds: -1 } })),
    raw(JSON.stringify({ kind: 'order', order: '../../x', state: 'done' })),
    raw(JSON.stringify({ kind: 'run', run: { ...runOf('p', []), id: '../../../etc' } })),
    `{"sequence":-5,"at":"${at}","report":null}`,
    `{"sequence":1e308,"at":"${at}","report":null}`,
    `{"sequence":"7; DROP TABLE host","at":"${at}","report":null}`,
    '{}',
    'null',
  ]
  const { through } = await sendRaw(rogue, `{"type":"reports","items":[${items.join()}]}`)
  assert.equal(through, rogue.sent)
  assert.equal(Reflect.get({}, 'polluted'), undefined)
  const letters = await ask(center.running, 'SELECT octet_length(content) AS bytes, reason FROM dead_letter')
  assert.ok(letters.length >= 10)
  for (const { bytes, reason } of letters) {
    assert.ok(Number(bytes) <= 65_536)
    assert.ok(String(reason).length > 5)
  }
  await nothingHappenedToOthers()
})

const frames: readonly (readonly [string, () => (string | Buffer)[]])[] = [
  ['bytes', () => [Buffer.from([0, 1, 2])]],
  ['no JSON, again and again', () => Array.from({ length: 6 }, () => '{')],
  ['JSON that is nested 200,000 times', () => Array.from({ length: 6 }, () => '['.repeat(200_000))],
  ['a frame of 9 MiB', () => [`"${'x'.repeat(9 * 1_048_576)}"`]],
  ['a second hello', () => [JSON.stringify(helloFrame())]],
  ['frames of another protocol', () => Array.from({ length: 6 }, () => '{"type":"order","order":{}}')],
  [
    'inherited names as types',
    () => ['__proto__', 'constructor', 'toString'].flatMap(type => [JSON.stringify({ type }), '{"type":{}}']),
  ],
  [
    'batches of 201 reports',
    () =>
      Array.from({ length: 6 }, () => JSON.stringify({ type: 'reports', items: Array.from({ length: 201 }, () => 0) })),
  ],
  [
    '6,000 frames at once',
    () => Array.from({ length: 6_000 }, () => '{"type":"progress","what":"x","done":0,"total":1}'),
  ],
]
for (const [name, make] of frames)
  test(`the connection ends, and only that: ${name}`, async () => {
    for (const frame of make()) {
      if (rogue.agent.socket.readyState !== rogue.agent.socket.OPEN) break
      rogue.agent.socket.send(frame)
    }
    await rogue.agent.closed
    await back(rogue)
    assert.equal(honest.agent.socket.readyState, honest.agent.socket.OPEN)
  })

test('an identity cannot be widened: not by renewing, not by enrolling again, not by a hello', async () => {
  const { agent, key } = rogue.certified
  const renewal = await askPort(center.agentsPort, center.ca, {
    method: 'POST',
    path: '/agent/v1/renew',
    body: { csr: await csrOf(`CN=${honest.certified.agent}`) },
    certified: rogue.certified,
  })
  const renewed = renewAnswer.parse(JSON.parse(renewal.body.toString()))
  const { X509Certificate } = await import('node:crypto')
  const subject = new X509Certificate(renewed.certificate)
  assert.equal(subject.subject, `CN=${agent}`)
  assert.match(subject.subjectAltName ?? '', new RegExp(`agent:${agent}$`))
  // "I was that host": without its old key this makes another host.
  const identity = await newIdentity()
  const der = Buffer.from(identity.csr.replace(/-----[^-]+-----/g, ''), 'base64')
  const body = {
    token: await center.token(),
    csr: identity.csr,
    hostname: 'honest',
    machine: 'honest',
    program: '0.1.0',
    previous: honest.certified.agent,
    previousProof: sign('sha256', der, key).toString('base64'),
  }
  const again = await askPort(center.agentsPort, center.ca, { method: 'POST', path: '/agent/v1/enrol', body })
  assert.equal(again.status, 200)
  assert.notEqual(JSON.parse(again.body.toString()).agent, honest.certified.agent)
  // The number of the highest order is the host's own business.
  await back(rogue)
  rogue.agent.socket.terminate()
  await rogue.agent.closed
  const spoofed = await connect(center.agentsPort, rogue.certified)
  spoofed.send(helloFrame({ spool: honest.spool, orderSequence: Number.MAX_SAFE_INTEGER, hostname: marker }))
  assert.equal((await spoofed.next('welcome')).acknowledged, 0)
  await spoofed.leave()
  await back(rogue)
  // People are told that a second host calls itself the same machine; besides that nothing happened.
  const now = await honestRows()
  const told = difference(earlier, now)
  assert.equal(told.length, 1)
  assert.match(told.join(), /^host_event got .*"what":"same-machine"/)
  earlier = now
})

async function csrOf(name: string): Promise<string> {
  const { Pkcs10CertificateRequestGenerator } = await import('../../center/keys/x509.ts')
  const parameters = { name: 'ECDSA', namedCurve: 'P-256', hash: 'SHA-256' }
  const keys = await crypto.subtle.generateKey(parameters, true, ['sign', 'verify'])
  return (await Pkcs10CertificateRequestGenerator.create({ name, keys, signingAlgorithm: parameters })).toString('pem')
}

for (const path of [
  '/agent/v1/packs/../../../center/master.key',
  `/agent/v1/packs/${'0'.repeat(64)}`,
  '/agent/v1/packs/%2e%2e%2f%2e%2e%2fmaster.key',
  '/agent/v1/package/..%2f..%2fcenter%2fmaster.key',
  '/agent/v1/package/1.0.0/../../../etc/passwd',
  '/join/../center/master.key',
  '/join/%2e%2e/center/master.key',
  '/join/..\\center\\master.key',
  '//etc/passwd',
  '/agent/v1/exchange%00',
  '/api/v1/hosts',
  '/metrics',
])
  test(`the port for agents gives no file and no function of people: ${path}`, async () => {
    const { status, body } = await askPort(center.agentsPort, center.ca, { path, certified: rogue.certified })
    assert.ok(status === 404 || status === 400 || status === 401, String(status))
    assert.doesNotMatch(body.toString(), /davylamp-master-key|root:x:0|"items"/)
  })

test('what people see of it is text: JSON that no browser takes for a page', async () => {
  const alerts = (await listed('/alerts?limit=100')).map(one => String(one['id']))
  const shown = alerts.slice(0, 5)
  let withMarker = 0
  for (const path of [
    '/hosts',
    `/hosts/${rogue.id}`,
    `/hosts/${rogue.id}/agent`,
    `/hosts/${rogue.id}/inventory`,
    `/hosts/${rogue.id}/events`,
    `/hosts/${rogue.id}/runs/${encodeURIComponent('../../../etc')}`,
    '/alerts?limit=100',
    ...shown.flatMap(id => [`/alerts/${id}`, `/alerts/${id}/events`, `/alerts/${id}/related`]),
    '/inventory/changes',
    '/scans',
    '/runs',
    '/quarantine',
    '/blocked',
    '/orders',
    '/tasks',
    '/campaigns',
    '/summary',
    '/agents',
    `/hunt?term=${encodeURIComponent(hostileTexts[0] ?? '')}`,
    `/hosts?search=${encodeURIComponent("' OR 1=1 --<script>")}`,
    `/alerts/${encodeURIComponent('<script>alert(1)</script>')}`,
  ]) {
    const answer = await admin.call('GET', path)
    assert.ok(answer.status < 500, `${path}: ${answer.status} ${answer.text.slice(0, 300)}`)
    assertInert(answer, path)
    if (JSON.stringify(answer.json).includes(marker)) withMarker++
  }
  assert.ok(withMarker >= 8, `${withMarker} answers show it`)
  const metrics = await admin.ask('GET', '/metrics')
  assert.match(String(metrics.headers['content-type']), /^text\/plain/)
  assert.ok(!metrics.text.includes(marker))
})

function assertInert({ headers, json }: Answer, path: string): void {
  assert.match(String(headers['content-type']), /^application\/(?:problem\+)?json/, path)
  assert.equal(headers['x-content-type-options'], 'nosniff', path)
  assert.match(String(headers['content-security-policy']), /default-src 'none'/, path)
  assert.doesNotMatch(String(headers['content-security-policy']), /unsafe/, path)
  assert.equal(headers['cache-control'], 'no-store', path)
  assert.notEqual(json, undefined, path)
}

async function listed(path: string): Promise<Readonly<Record<string, unknown>>[]> {
  const { json } = await admin.call('GET', path)
  return (json as { items: Readonly<Record<string, unknown>>[] }).items
}

test('afterwards the center works as before, for all others', async () => {
  await nothingHappenedToOthers()
  const ready = await admin.ask('GET', '/readyz')
  assert.deepEqual([ready.status, ready.json], [200, { ready: true, store: 'ok', migrations: 'ok', bus: 'ok' }])
  assert.deepEqual(await send(honest, { kind: 'tampering', what: 'clock', detail: 'set back' }), [])
  const another = await newHost('another')
  assert.deepEqual(await send(another, ...ordinaryReports()), [])
})

test("the center's own log stays one line for each event, without control characters", () => {
  assert.ok(center.log.some(one => one.what === 'report put aside'))
  const events = center.log.slice(-5_000)
  for (const format of ['text', 'json']) {
    let written = ''
    const log = lineLog(format, text => {
      written += text
    })
    for (const { level, what, fields } of events) log[level](what, fields)
    assert.equal(written.split('\n').length, events.length + 1, format)
    assert.doesNotMatch(written, /[\u0000-\u0009\u000b-\u001f\u007f]/, format)
  }
})
