import assert from 'node:assert/strict'
import { test } from 'node:test'
import { type OrderAction, report as reportSchema } from '../../model/wire/index.ts'
import { type InfectedHost, infectedHost } from '../orders/testing/infected-host.ts'
import type { Worker } from '../ports.ts'
import { makeWorker } from './index.ts'

const never = new AbortController().signal
const action: OrderAction = { kind: 'report-processes' }

async function ordered(host: InfectedHost, worker: Worker): Promise<string[]> {
  const id = await worker.take(host.center.order(action))
  if (id !== undefined) await worker.carryOut(id, never)
  return host.reports.flatMap(one =>
    one.kind === 'order' ? [[one.state, one.refusal, one.reason].filter(Boolean).join(' ')] : [],
  )
}

test('the processes of this machine, by order: told once, before the end of the order', async t => {
  const host = infectedHost(t)
  // Not started: only looks happen here, on the machine that runs this test.
  const worker = makeWorker(host.surroundings, { watchedFiles: [] })
  t.after(() => worker.stop())
  assert.deepEqual(await ordered(host, worker), ['accepted', 'running', 'done'])
  assert.deepEqual(
    host.reports.map(one => one.kind),
    ['order', 'order', 'processes', 'order'],
  )
  const [told] = host.reports.filter(one => one.kind === 'processes')
  assert.deepEqual(reportSchema.safeParse(told).error?.issues, undefined)
  const own = told?.items.find(one => one.pid === process.pid)
  assert.equal(own?.parent, process.ppid)
  assert.ok(own?.command.startsWith(process.execPath))
  assert.ok((own?.residentBytes ?? 0) > 1_048_576)
})

test('a tree in a folder has none, and an agent.yml that takes no such order refuses it', async t => {
  const tree = infectedHost(t)
  const ofTree = makeWorker(tree.surroundings, { root: tree.root, watchedFiles: [] })
  t.after(() => ofTree.stop())
  assert.match((await ordered(tree, ofTree)).at(-1) ?? '', /^failed .*no processes can be seen/)
  const closed = infectedHost(t, { orders: { accept: ['scan'] } })
  const ofClosed = makeWorker(closed.surroundings, { watchedFiles: [] })
  t.after(() => ofClosed.stop())
  assert.match((await ordered(closed, ofClosed)).join(), /^refused local-policy .*report-processes \(orders\.accept\)/)
})
