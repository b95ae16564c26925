import assert from 'node:assert/strict'
import { test } from 'node:test'
import { Turns } from './turns.ts'

test('what is urgent goes first, never more at once than allowed, and what is too much is left out', async () => {
  const turns = new Turns(1, 2)
  const done: string[] = []
  const gates: (() => void)[] = []
  const work = (name: string) => async () => {
    await new Promise<void>(resolve => gates.push(resolve))
    done.push(name)
  }
  assert.ok(turns.add(work('first'), false))
  assert.ok(turns.add(work('later'), false))
  assert.ok(turns.add(work('urgent'), true))
  assert.ok(turns.add(work('last'), false))
  assert.equal(turns.add(work('too much'), false), false)
  assert.equal(turns.left, 1)
  for (let turn = 0; turn < 4; turn++) {
    assert.equal(gates.length, 1)
    gates.shift()?.()
    await new Promise(resolve => setImmediate(resolve))
  }
  assert.deepEqual(done, ['first', 'urgent', 'later', 'last'])
})

test('after the end nothing is begun', () => {
  const turns = new Turns(1, 2)
  turns.close()
  assert.equal(
    turns.add(async () => assert.fail(), true),
    false,
  )
})
