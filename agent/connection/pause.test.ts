import assert from 'node:assert/strict'
import { test } from 'node:test'
import fc from 'fast-check'
import { type Ended, pauseSeconds } from './pause.ts'

const lost: Ended = { why: 'lost', detail: '', welcomed: true }

test('after a good connection agents come back spread over what the center announced', () => {
  assert.equal(
    pauseSeconds(lost, 0, 200, () => 0.5),
    100,
  )
  assert.equal(
    pauseSeconds({ ...lost, reconnectAfterSeconds: 10 }, 0, 200, () => 0.5),
    110,
  )
  assert.equal(
    pauseSeconds(lost, 0, 0, () => 0),
    0.5,
  )
})

test('with each failure the tries grow apart, to what a center that comes back waits for, or the spread where that is longer', () => {
  assert.deepEqual(
    [0, 1, 2, 3, 6, 50].map(failures => pauseSeconds(lost, failures, 5, () => 1)),
    [5, 10, 20, 40, 40, 40],
  )
  assert.equal(
    pauseSeconds(lost, 9, 900, () => 1),
    900,
  )
})

test('where trying again cannot help it is rare, and never at the same time for all', () => {
  assert.equal(
    pauseSeconds({ ...lost, why: 'revoked' }, 1, 5, () => 0),
    3_600,
  )
  assert.equal(
    pauseSeconds({ ...lost, why: 'refused' }, 1, 5, () => 0.5),
    450,
  )
})

test('a pause is always a number above nothing', () => {
  const why = fc.constantFrom<Ended['why']>('lost', 'unreachable', 'center-restart', 'replaced', 'own-wish', 'pending')
  fc.assert(
    fc.property(
      why,
      fc.nat(1e6),
      fc.double({ min: 0, max: 86_400, noNaN: true }),
      fc.double({ min: 0, max: 0.999, noNaN: true }),
      (one, failures, spread, random) => {
        const pause = pauseSeconds({ ...lost, why: one }, failures, spread, () => random)
        assert.ok(pause > 0 && pause <= 90_000)
      },
    ),
  )
})
