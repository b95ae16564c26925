import assert from 'node:assert/strict'
import { execFileSync } from 'node:child_process'
import { appendFileSync, existsSync, readFileSync, readdirSync, statSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { type TestContext, test } from 'node:test'
import { type OrderAction, type Report, report as reportSchema, type ReportKind } from '../../model/wire/index.ts'
import { type InfectedHost, infectedHost } from '../orders/testing/infected-host.ts'
import { makeWorker } from './index.ts'

const never = new AbortController().signal

function at(test: TestContext, config: object = {}) {
  const host = infectedHost(test, config)
  const worker = makeWorker(host.surroundings, { root: host.root, watchedFiles: [] })
  test.after(() => worker.stop())
  return { host, worker }
}

const of = <K extends ReportKind>(host: InfectedHost, kind: K) =>
  host.reports.filter((one): one is Extract<Report, { kind: K }> => one.kind === kind)

function states(host: InfectedHost, order: string): string[] {
  return of(host, 'order')
    .filter(one => one.order === order)
    .map(one => (one.refusal === undefined ? one.state : `${one.state} ${one.refusal}`))
}

/** Names, content, owner and mode of all that is below a folder. */
function listing(folder: string): string {
  const names = execFileSync('find', ['.', '-printf', '%P\\0%y%m %U %G %s\\n'], { cwd: folder, encoding: 'latin1' })
  const sums = execFileSync('sh', ['-c', 'find . -type f -exec sha256sum {} +'], { cwd: folder, encoding: 'latin1' })
  return [...names.split('\n').filter(line => !/\0d/.test(line)), ...sums.split('\n')].sort().join('\n')
}

async function order(host: InfectedHost, worker: ReturnType<typeof makeWorker>, action: OrderAction): Promise<string> {
  const signed = host.center.order(action)
  const id = await worker.take(signed)
  if (id !== undefined) await worker.carryOut(id, never)
  return signed.order.id
}

test('look, terminate and quarantine, undo, in depth, restore: everything is told, everything comes back', async t => {
  const { host, worker } = at(t)
  const before = listing(host.root)
  assert.deepEqual(await worker.start(), [])
  const result = await worker.look('quick', never)
  assert.equal(result.verdict, 'confirmed')
  const incident = result.incidents[0]?.id ?? ''
  const plans = of(host, 'plans').flatMap(one => one.plans)
  const whole = plans.find(one => one.handling === 'in-depth' && one.finding === undefined)
  assert.deepEqual([whole?.incident, (whole?.plan.actions.length ?? 0) > 3], [incident, true])
  assert.equal(of(host, 'inventory').at(-1)?.last, true)
  assert.ok(of(host, 'inventory').every(one => one.snapshot !== undefined))
  assert.equal(existsSync(join(host.state, 'agent', 'plans', `${whole?.plan.id}.json`)), true)
  assert.equal(listing(host.root), before)

  const first = await order(host, worker, {
    kind: 'clean',
    incident,
    handling: 'in-depth',
    plan: whole?.plan.id ?? '',
    watchSeconds: 0,
  })
  assert.deepEqual(states(host, first), ['accepted', 'running', 'done'])
  const run = of(host, 'run').at(-1)?.run
  assert.deepEqual([run?.state, run?.proof?.result, run?.plan], ['complete', 'clean', whole?.plan.id])
  const steps = of(host, 'run-step').filter(one => one.order === first)
  assert.deepEqual(
    steps.map(one => [one.state.number, one.state.outcome]),
    run?.actions.map(one => [one.number, one.outcome]),
  )
  assert.equal(of(host, 'run')[0]?.run.state, 'running')
  const entries = of(host, 'quarantine').at(-1)?.entries ?? []
  assert.ok(entries.some(one => one.path === '/tmp/.x/xm'))
  assert.equal(existsSync(join(host.root, '/tmp/.x/xm')), false)

  const entry = entries.find(one => one.path === '/tmp/.x/xm')
  const restored = await order(host, worker, { kind: 'restore', entry: entry?.id ?? '', sha256: entry?.sha256 ?? '' })
  assert.deepEqual(states(host, restored), ['accepted', 'running', 'done'])
  assert.equal(existsSync(join(host.root, '/tmp/.x/xm')), true)
  // The folder that the file lay in came back with it.
  assert.deepEqual(
    of(host, 'quarantine').at(-1)?.entries,
    entries.filter(one => one.path !== '/tmp/.x/xm' && one.path !== '/tmp/.x'),
  )

  const undone = await order(host, worker, { kind: 'undo', run: run?.id ?? '' })
  assert.deepEqual(states(host, undone), ['accepted', 'running', 'done'])
  assert.equal(listing(host.root), before)

  const second = await order(host, worker, {
    kind: 'clean',
    incident,
    handling: 'terminate-and-quarantine',
    watchSeconds: 0,
  })
  assert.ok(['done', 'partial'].includes(states(host, second).at(-1) ?? ''))
  assert.equal(worker.orderSequence(), 4)
  for (const one of host.reports) assert.deepEqual(reportSchema.safeParse(one).error?.issues, undefined)
})

test('only what changed of the inventory is told; what a child could not hand over is told again', async t => {
  const { host, worker } = at(t)
  await worker.inventory(false, never)
  const told = of(host, 'inventory').length
  assert.ok(told > 0)
  await worker.inventory(false, never)
  assert.equal(of(host, 'inventory').length, told)
  appendFileSync(join(host.root, '/etc/passwd'), 'eve:x:1001:1001::/home/eve:/bin/sh\n')
  await worker.inventory(false, never)
  const change = of(host, 'inventory').at(-1)
  assert.deepEqual([change?.snapshot, change?.last], [undefined, true])
  assert.ok(change?.present.some(one => one.kind === 'account' && one.name === 'eve'))
  assert.ok((change?.present.length ?? 0) < 5)
  writeFileSync(join(host.root, '/etc/passwd'), 'root:x:0:0:root:/root:/bin/bash\n')
  await worker.inventory(false, never)
  assert.ok((of(host, 'inventory').at(-1)?.gone ?? []).filter(one => one.kind === 'account').length >= 2)
  await worker.inventory(true, never)
  assert.ok(of(host, 'inventory').at(-1)?.snapshot !== undefined)
})

test('a hostile center: whatever it sends, the tree stays as it is, and each refusal is told', async t => {
  const { host, worker } = at(t, { orders: { neverTouch: ['/etc'] } })
  await worker.look('quick', never)
  const before = listing(host.root)
  const incident = of(host, 'scan')[0]?.scan.incidents[0]?.id ?? ''
  const plan = of(host, 'plans')[0]?.plans.find(one => one.handling === 'in-depth')?.plan.id ?? ''
  const hostile: OrderAction[] = [
    { kind: 'clean', incident: '$(touch /tmp/x)', handling: 'in-depth' },
    { kind: 'clean', incident: '--root=/', handling: 'in-depth' },
    { kind: 'clean', incident: incident.slice(0, 4), handling: 'in-depth' },
    { kind: 'clean', incident, handling: 'in-depth', plan: '../config' },
    { kind: 'clean', incident, handling: 'terminate', plan },
    { kind: 'clean', incident, handling: 'in-depth', plan },
    { kind: 'clean', incident, handling: 'in-depth', finding: '*' },
    { kind: 'undo', run: '../../etc' },
    { kind: 'prove', run: '--state=/tmp' },
    { kind: 'restore', entry: '../../../etc/passwd', sha256: 'a'.repeat(64) },
    { kind: 'send-quarantined', entry: '../../../etc/shadow', sha256: 'a'.repeat(64) },
    { kind: 'block', addresses: ['127.0.0.1'], seconds: 600 },
    { kind: 'block', addresses: ['192.0.2.1'], seconds: 600, incident },
    { kind: 'unblock', addresses: ['192.0.2.1'] },
    { kind: 'upgrade', version: '99', sha256: 'a'.repeat(64) },
    { kind: 'scan', mode: 'path' },
    { kind: 'scan', mode: 'path', path: '../../etc' },
    { kind: 'scan', mode: 'path', path: '--state=/tmp' },
    { kind: 'scan', mode: 'full', path: '/' },
    { kind: 'cancel', order: '../x' },
  ]
  for (const action of hostile) {
    const id = await order(host, worker, action)
    assert.match(states(host, id).join(), /^refused /, JSON.stringify(action))
  }
  // The plan of that moment is checked where it is carried out: it would edit /etc.
  const late = await order(host, worker, { kind: 'clean', incident, handling: 'in-depth' })
  assert.deepEqual(states(host, late), ['accepted', 'running', 'refused protected'])
  const edited = join(host.state, 'agent', 'plans', `${plan}.json`)
  writeFileSync(edited, readFileSync(edited, 'utf8').replaceAll('/tmp/.x', '/srv/data'))
  const swapped = await order(host, worker, { kind: 'clean', incident, handling: 'in-depth', plan })
  assert.deepEqual(states(host, swapped), ['refused plan-differs'])
  assert.equal(await worker.take({ hello: 'world' }), undefined)
  assert.equal(await worker.take('x'.repeat(100_000)), undefined)
  assert.equal(listing(host.root), before)
  assert.deepEqual(existsSync(join(host.state, 'runs')) ? readdirSync(join(host.state, 'runs')) : [], [])
})

test('the same order again gets the same answer and is not done again; a replay under a new id is refused', async t => {
  const { host, worker } = at(t)
  await worker.look('quick', never)
  const incident = of(host, 'scan')[0]?.scan.incidents[0]?.id ?? ''
  const signed = host.center.order({ kind: 'clean', incident, handling: 'in-depth', watchSeconds: 0 })
  const id = await worker.take(signed)
  assert.equal(id, signed.order.id)
  assert.equal(await worker.take(signed), undefined)
  await worker.carryOut(signed.order.id, never)
  await worker.carryOut(signed.order.id, never)
  assert.equal(await worker.take(signed), undefined)
  assert.deepEqual(states(host, signed.order.id), ['accepted', 'accepted', 'running', 'done', 'done'])
  assert.equal(readdirSync(join(host.state, 'runs')).length, 1)
  const old = host.center.order({ kind: 'scan', mode: 'quick' }, { sequence: 1 })
  assert.equal(await worker.take(old), undefined)
  assert.deepEqual(states(host, old.order.id), ['refused replayed'])
})

test('cancel: what waits never begins, what looks is stopped, what changes the host is not', async t => {
  const { host, worker } = at(t)
  const waiting = host.center.order({ kind: 'report-inventory' })
  await worker.take(waiting)
  await order(host, worker, { kind: 'cancel', order: waiting.order.id })
  await worker.carryOut(waiting.order.id, never)
  assert.deepEqual(states(host, waiting.order.id), ['accepted', 'cancelled'])
  const running = host.center.order({ kind: 'scan', mode: 'quick' })
  await worker.take(running)
  const cancel = host.center.order({ kind: 'cancel', order: running.order.id })
  const done = worker.carryOut(running.order.id, never)
  await worker.take(cancel)
  await done
  const ended = states(host, running.order.id).at(-1)
  // On a fast machine the scan may have ended before the cancel was judged.
  assert.match(ended ?? '', /^(cancelled|done)$/)
  if (ended === 'cancelled') assert.equal(states(host, cancel.order.id).at(-1), 'done')
})

test('after a crash: what never began begins, what was cut off is said, what has a run goes on', async t => {
  const { host, worker } = at(t)
  await worker.look('quick', never)
  const incident = of(host, 'scan')[0]?.scan.incidents[0]?.id ?? ''
  const accepted = host.center.order({ kind: 'scan', mode: 'quick' })
  const cut = host.center.order({ kind: 'clean', incident, handling: 'terminate' })
  const half = host.center.order({ kind: 'clean', incident, handling: 'in-depth', watchSeconds: 0 })
  for (const one of [accepted, cut, half]) assert.equal(await worker.take(one), one.order.id)
  await worker.carryOut(half.order.id, never)
  const { OrderLedger } = await import('../orders/ledger.ts')
  const ledger = new OrderLedger(join(host.state, 'agent', 'orders.db'))
  assert.equal(ledger.begin(cut.order.id, new Date().toISOString()), true)
  ledger.progress(half.order.id, { state: 'running' })
  ledger.close()
  // As a crash leaves it: the last lines of the journal were never written.
  const [run = ''] = readdirSync(join(host.state, 'runs'))
  const journal = join(host.state, 'runs', run, 'journal.jsonl')
  const lines = readFileSync(journal, 'utf8').split('\n')
  writeFileSync(journal, `${lines.slice(0, 5).join('\n')}\n{"entry":"prep`)

  const next = makeWorker(host.surroundings, { root: host.root, watchedFiles: [] })
  t.after(() => next.stop())
  const told = host.reports.length
  assert.deepEqual(await next.start(), [accepted.order.id, half.order.id])
  assert.deepEqual(states(host, cut.order.id).at(-1), 'failed')
  assert.match(of(host, 'order').at(-1)?.reason ?? '', /cut off before it began/)
  await next.carryOut(half.order.id, never)
  assert.equal(readdirSync(join(host.state, 'runs')).length, 1)
  assert.equal(existsSync(join(host.root, '/tmp/.x/xm')), false)
  assert.equal(readFileSync(journal, 'utf8').includes('"ended"'), true)
  assert.ok(['done', 'partial'].includes(states(host, half.order.id).at(-1) ?? ''))
  assert.ok(host.reports.slice(told).some(one => one.kind === 'run' && one.run.id === run))
})

test('tampering: changed files, modes and a silent end are told once; own changes are not', async t => {
  const host = infectedHost(t)
  const config = join(host.root, 'agent.yml')
  writeFileSync(config, 'orders: {}\n')
  const begin = () => makeWorker(host.surroundings, { root: host.root, watchedFiles: [config] })
  const killed = begin()
  await killed.start()
  await killed.checkTampering()
  assert.deepEqual(of(host, 'tampering'), [])
  writeFileSync(config, 'upgrade: true\n')
  await killed.checkTampering()
  await killed.checkTampering()
  assert.deepEqual(
    of(host, 'tampering').map(one => one.what),
    ['configuration-changed'],
  )
  writeFileSync(config, 'upgrade: false\n')
  await killed.rememberOwnFiles()
  await killed.checkTampering()
  assert.equal(of(host, 'tampering').length, 1)
  execFileSync('chmod', ['0755', host.state])
  await killed.checkTampering()
  assert.match(of(host, 'tampering').at(-1)?.detail ?? '', /had mode 40700 .* and has mode 40755/)
  assert.equal(statSync(host.state).isDirectory(), true)
  // Nobody stopped it: the next one finds its mark.
  const next = begin()
  t.after(() => next.stop())
  await next.start()
  assert.equal(of(host, 'tampering').at(-1)?.what, 'stopped-without-goodbye')
})

/** The program, with something else around it where it judges an order. */
function judgedBy(host: InfectedHost, script: string): string {
  const path = join(host.state, 'launcher')
  const judges = `case "$*" in *"agent judge"*) ${script};; *) exec ${host.surroundings.launcher} "$@";; esac`
  writeFileSync(path, `#!/bin/sh\n${judges}\n`, { mode: 0o755 })
  return path
}

test('an order whose judge dies after it wrote it down is carried out all the same', async t => {
  const host = infectedHost(t)
  const died = join(host.state, 'died')
  const launcher = judgedBy(
    host,
    `if [ -e ${died} ]; then exec ${host.surroundings.launcher} "$@"; fi; ${host.surroundings.launcher} "$@" >/dev/null; touch ${died}; kill -9 $$`,
  )
  const worker = makeWorker({ ...host.surroundings, launcher }, { root: host.root, watchedFiles: [] })
  t.after(() => worker.stop())
  const id = await order(host, worker, { kind: 'report-inventory' })
  assert.equal(existsSync(died), true)
  assert.deepEqual(states(host, id), ['accepted', 'running', 'done'])
})

test('a judge that gave its answer and does not end keeps no order', async t => {
  const host = infectedHost(t)
  const launcher = judgedBy(host, `${host.surroundings.launcher} "$@"; exec sleep 300`)
  const worker = makeWorker({ ...host.surroundings, launcher }, { root: host.root, watchedFiles: [] })
  t.after(() => worker.stop())
  const id = await order(host, worker, { kind: 'report-inventory' })
  assert.deepEqual(states(host, id), ['accepted', 'running', 'done'])
  assert.ok(host.log.some(line => line.includes('gave its answer and did not end')))
})
