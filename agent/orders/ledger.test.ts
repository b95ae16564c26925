import assert from 'node:assert/strict'
import { join } from 'node:path'
import { test } from 'node:test'
import type { OrderAction } from '../../model/wire/index.ts'
import { agentFolders } from '../own-files.ts'
import { capabilities } from '../work/capabilities.ts'
import { OrderLedger } from './ledger.ts'
import { takeOrder } from './take-order.ts'
import { ed25519Approver } from './testing/center-hand.ts'
import { infectedHost } from './testing/infected-host.ts'

const ann = ed25519Approver('ann')
const scan: OrderAction = { kind: 'scan', mode: 'quick' }

function host(t: Parameters<typeof infectedHost>[0]) {
  const { state, center } = infectedHost(t, { orders: { approvers: [ann.pinned], needApproval: ['report-inventory'] } })
  const { agent } = center
  const orderKeys = [...center.orderKeys]
  const take = (order: unknown) => {
    const { report, accepted } = takeOrder(state, { order, agent, orderKeys, capabilities: [...capabilities] })
    return [report?.state, report?.refusal, accepted !== undefined]
  }
  return { state, center, take }
}

test('an order is taken once, whatever became of it, and a refused one uses up its number', t => {
  const { state, center, take } = host(t)
  const first = center.order(scan, { sequence: 5 })
  assert.deepEqual(take(first), ['accepted', undefined, true])
  // It has not begun, and perhaps nobody heard the first answer.
  assert.deepEqual(take(first), ['accepted', undefined, true])
  assert.deepEqual(take(center.order(scan, { sequence: 5 })), ['refused', 'replayed', false])
  assert.deepEqual(take(center.order(scan, { sequence: 6, nonce: first.order.nonce })), ['refused', 'replayed', false])
  assert.deepEqual(take(center.order(scan, { sequence: 7, id: first.order.id })), ['refused', 'replayed', false])
  const refused = center.order({ kind: 'undo', run: 'none' }, { sequence: 9 })
  assert.deepEqual(take(refused), ['refused', 'no-such-run', false])
  assert.deepEqual(take(refused), ['refused', 'no-such-run', false])
  assert.deepEqual(take(center.order(scan, { sequence: 8 })), ['refused', 'replayed', false])
  const forged = { ...center.order(scan, { sequence: 1_000 }), signature: first.signature }
  assert.deepEqual(take(forged), ['refused', 'bad-signature', false])
  assert.deepEqual(take(center.order(scan, { sequence: 10 })), ['accepted', undefined, true])
  const ledger = new OrderLedger(join(agentFolders(state).own, 'orders.db'))
  t.after(() => ledger.close())
  assert.equal(ledger.lastSequence(), 10)
  assert.equal(ledger.begin(first.order.id, 'now'), true)
  assert.equal(ledger.begin(first.order.id, 'now'), false)
  assert.deepEqual(take(first), ['running', undefined, false])
  assert.equal(ledger.begin(refused.order.id, 'now'), false)
})

test('an approval serves for one order only, although the center has it for good', t => {
  const { center, take } = host(t)
  const action: OrderAction = { kind: 'report-inventory' }
  const approval = ann.approve({ agent: center.agent, action })
  assert.deepEqual(take(center.order(action)), ['refused', 'needs-approval', false])
  assert.deepEqual(take(center.order(action, {}, [approval])), ['accepted', undefined, true])
  assert.deepEqual(take(center.order(action, {}, [approval])), ['refused', 'approval-invalid', false])
  const another = ann.approve(
    { agent: center.agent, action },
    { expiresAt: new Date(Date.now() + 60_000).toISOString() },
  )
  assert.deepEqual(take(center.order(action, {}, [another])), ['accepted', undefined, true])
})
