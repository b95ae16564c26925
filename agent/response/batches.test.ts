import assert from 'node:assert/strict'
import { test } from 'node:test'
import { setTimeout } from 'node:timers/promises'
import { Batches } from './batches.ts'

test('what comes close together is one piece of work; what comes meanwhile is the next, and none is larger than it may be', async () => {
  const done: (readonly number[])[] = []
  let atWork = 0
  const batches = new Batches<number, number>({
    settleMs: 5,
    mostAtOnce: 3,
    async work(batch) {
      atWork += 1
      assert.equal(atWork, 1)
      await setTimeout(10)
      atWork -= 1
      done.push(batch)
      return batch.length
    },
  })
  const first = [1, 2].map(one => batches.add(one))
  await setTimeout(10)
  const later = [3, 4, 5, 6].map(one => batches.add(one))
  assert.deepEqual(await Promise.all([...first, ...later]), [2, 2, 3, 3, 3, 1])
  assert.deepEqual(done, [[1, 2], [3, 4, 5], [6]])
})

test('a batch that fails fails for those in it, and the next one goes on', async () => {
  const batches = new Batches<string, string>({
    settleMs: 0,
    mostAtOnce: 1,
    async work([one = '']) {
      if (one === 'bad') throw new Error('no')
      return one
    },
  })
  await assert.rejects(batches.add('bad'), /no/)
  assert.equal(await batches.add('good'), 'good')
})

test('who closes waits for what is being done, and gives up what waits', async () => {
  let ended = false
  const batches = new Batches<number, boolean>({
    settleMs: 0,
    mostAtOnce: 1,
    async work() {
      await setTimeout(20)
      ended = true
      return true
    },
  })
  const first = batches.add(1)
  await setTimeout(5)
  const second = batches.add(2)
  const [, waiting] = await Promise.all([batches.close(), assert.rejects(second, { name: 'JobStopped' })])
  assert.equal(waiting, undefined)
  assert.equal(ended, true)
  assert.equal(await first, true)
  await assert.rejects(batches.add(3), { name: 'JobStopped' })
})
