import assert from 'node:assert/strict'
import { globSync, mkdirSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { type TestContext, test } from 'node:test'
import { defaultPolicy, type OrderAction, type Report } from '../../model/wire/index.ts'
import { OrderLedger } from '../orders/ledger.ts'
import { type InfectedHost, infectedHost } from '../orders/testing/infected-host.ts'
import { readJson } from '../own-files.ts'
import { JobStopped } from '../ports.ts'
import { makeWorker } from './index.ts'
import { processorSecondsOf } from './process-stat.ts'

const never = new AbortController().signal

/** The infected host, with so many files more. */
function hostWith(test: TestContext, files: number): InfectedHost {
  const host = infectedHost(test)
  for (let number = 0; number < files; number++) {
    if (number % 500 === 0) mkdirSync(join(host.root, `srv/many/${number / 500}`), { recursive: true })
    writeFileSync(join(host.root, `srv/many/${Math.floor(number / 500)}/${number}`), `${number}\n`)
  }
  return host
}

function workerOf(test: TestContext, host: InfectedHost) {
  const worker = makeWorker(host.surroundings, { root: host.root, watchedFiles: [] })
  test.after(() => worker.stop())
  return worker
}

const ofOrder = (host: InfectedHost, order: string) =>
  host.reports.filter((one): one is Extract<Report, { kind: 'order' }> => one.kind === 'order' && one.order === order)
const states = (host: InfectedHost, order: string) => ofOrder(host, order).map(one => one.state)
const lastScan = (host: InfectedHost) =>
  host.reports.findLast((one): one is Extract<Report, { kind: 'scan' }> => one.kind === 'scan')
const temporaries = (host: InfectedHost) => globSync('**/*.tmp', { cwd: host.state })
const full: OrderAction = { kind: 'scan', mode: 'full', cpuPercent: 5 }

async function taken(host: InfectedHost, worker: ReturnType<typeof makeWorker>, action: OrderAction): Promise<string> {
  const signed = host.center.order(action)
  assert.equal(await worker.take(signed), signed.order.id)
  return signed.order.id
}

test('a full scan that is stopped in the middle puts away what it has read, and goes on there', async t => {
  const host = hostWith(t, 1_500)
  // What changed within the last seconds is read again in any case.
  await new Promise(done => setTimeout(done, 2_200))
  const stopped = new AbortController()
  let progressed = 0
  const surroundings = {
    ...host.surroundings,
    progress(step: (typeof host.progress)[number]) {
      host.progress.push(step)
      if (step.bytes === undefined) return
      progressed = step.done
      if (step.done > 200) stopped.abort()
    },
  }
  const worker = makeWorker(surroundings, { root: host.root, watchedFiles: [] })
  t.after(() => worker.stop())
  const id = await taken(host, worker, full)
  assert.equal(worker.takesLong(id), true)
  await assert.rejects(worker.carryOut(id, stopped.signal), JobStopped)
  assert.ok(progressed > 200 && progressed < 1_500, String(progressed))
  assert.deepEqual(states(host, id), ['accepted', 'running'])
  assert.deepEqual(temporaries(host), [])
  assert.equal(lastScan(host), undefined)
  await worker.carryOut(id, never)
  assert.deepEqual(states(host, id), ['accepted', 'running', 'done'])
  const scan = lastScan(host)?.scan
  assert.equal(scan?.mode, 'full')
  assert.ok((scan?.contents?.files ?? 0) > 1_500)
  assert.ok((scan?.contents?.cached ?? 0) >= 200, String(scan?.contents?.cached))
  const reading = host.progress.findLast(one => one.bytes !== undefined)
  assert.deepEqual([reading?.order, reading?.what], [id, 'reading contents'])
  assert.ok((reading?.perSecond ?? 0) > 0 && (reading?.total ?? 0) >= (reading?.done ?? 0))
})

test('an order for a whole core stays below what the owner of the host allows', async t => {
  const host = hostWith(t, 500)
  const begun = performance.now()
  const shares: string[] = []
  const surroundings: typeof host.surroundings = {
    ...host.surroundings,
    policy: () => ({ ...defaultPolicy, scan: { ...defaultPolicy.scan, cpuPercent: 20 } }),
    progress() {
      const seconds = (performance.now() - begun) / 1_000
      const used = processorSecondsOf(Number(readJson(join(host.state, 'agent', 'child.json'))?.['pid']))
      shares.push(`${used} of ${seconds} s`)
      assert.ok(used <= 0.2 * seconds + 0.5, shares.join(', '))
    },
  }
  const worker = makeWorker(surroundings, { root: host.root, watchedFiles: [] })
  t.after(() => worker.stop())
  const id = await taken(host, worker, { kind: 'scan', mode: 'full', cpuPercent: 100 })
  await worker.carryOut(id, never)
  assert.deepEqual([states(host, id).at(-1), ofOrder(host, id).at(-1)?.reason], ['done', undefined])
  assert.ok(shares.length > 0)
})

test('a scan that the end of the agent cut off is begun again, but not for ever', async t => {
  const host = infectedHost(t)
  const first = workerOf(t, host)
  const id = await taken(host, first, { kind: 'scan', mode: 'path', path: '/tmp' })
  const ledger = new OrderLedger(join(host.state, 'agent', 'orders.db'))
  t.after(() => ledger.close())
  assert.equal(ledger.begin(id, new Date().toISOString()), true)
  const next = workerOf(t, host)
  assert.deepEqual(await next.start(), [id])
  await next.carryOut(id, never)
  assert.deepEqual(states(host, id).at(-1), 'done')
  assert.equal(lastScan(host)?.scan.mode, 'custom')
  const other = await taken(host, next, full)
  assert.equal(ledger.begin(other, new Date().toISOString()), true)
  for (let start = 0; start < 5; start++) assert.deepEqual(await workerOf(t, host).start(), [other])
  assert.deepEqual(await workerOf(t, host).start(), [])
  assert.match(ofOrder(host, other).at(-1)?.reason ?? '', /cut off 6 times/)
  const old = await taken(host, next, full)
  assert.equal(ledger.begin(old, '2026-01-01T00:00:00Z'), true)
  assert.deepEqual(await workerOf(t, host).start(), [])
  assert.deepEqual(states(host, old), ['accepted', 'failed'])
})

test('a scan that gave way and waits can be cancelled; one of nothing that is there says so', async t => {
  const host = infectedHost(t)
  const worker = workerOf(t, host)
  const id = await taken(host, worker, full)
  await assert.rejects(worker.carryOut(id, AbortSignal.abort(new JobStopped('it gives way'))), JobStopped)
  assert.deepEqual(states(host, id), ['accepted', 'running'])
  const cancel = host.center.order({ kind: 'cancel', order: id })
  await worker.take(cancel)
  await worker.carryOut(id, never)
  assert.deepEqual([states(host, id).at(-1), states(host, cancel.order.id).at(-1)], ['cancelled', 'done'])
  const wrong = await taken(host, worker, { kind: 'scan', mode: 'path', path: '/no/such' })
  await worker.carryOut(wrong, never)
  assert.deepEqual(states(host, wrong).at(-1), 'failed')
  assert.match(ofOrder(host, wrong).at(-1)?.reason ?? '', /there is no file or folder \/no\/such/)
})
