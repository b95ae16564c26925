import assert from 'node:assert/strict'
import { test } from 'node:test'
import fc from 'fast-check'
import { uuid7, uuid7Floor } from '../uuid7.ts'
import { boundsOf, fromWindows, windowsOf } from './windows.ts'

const now = new Date('2026-11-22T00:00:00Z')
const ago = (days: number) => new Date(now.getTime() - days * 86_400_000)

test('the last days first, then longer pieces, then all the rest', () => {
  const [three, ten, thirty, ninety] = [3, 10, 30, 90].map(days => uuid7Floor(ago(days)))
  assert.deepEqual(windowsOf(now, {}), [
    { from: three },
    { from: ten, to: three },
    { from: thirty, to: ten },
    { from: ninety, to: thirty },
    { to: ninety },
  ])
})

test('nothing before the time that is asked for', () => {
  assert.deepEqual(windowsOf(now, { since: ago(5) }), [
    { from: uuid7Floor(ago(3)) },
    { from: uuid7Floor(ago(5)), to: uuid7Floor(ago(3)) },
  ])
})

test('each id that is asked for is in one piece, in the order of the pieces; others in none', () => {
  const days = fc.double({ min: -20, max: 400, noNaN: true })
  const perhaps = fc.option(days, { nil: undefined })
  fc.assert(
    fc.property(days, perhaps, perhaps, (day, sinceDay, belowDay) => {
      const id = uuid7(ago(day))
      const since = sinceDay === undefined ? undefined : ago(sinceDay)
      const below = belowDay === undefined ? undefined : uuid7Floor(ago(belowDay))
      const holding = windowsOf(now, { below, since }).filter(
        ({ from, to }) => (from === undefined || id >= from) && (to === undefined || id < to),
      )
      const asked = (below === undefined || id < below) && (since === undefined || id >= uuid7Floor(since))
      assert.equal(holding.length, asked ? 1 : 0)
    }),
  )
})

test('a page goes on where the last one ended, or where people asked for an end, whichever is earlier', () => {
  const [early, late] = [uuid7Floor(ago(2)), uuid7Floor(ago(1))]
  for (const [until, last, below] of [
    [undefined, undefined, undefined],
    [undefined, late, late],
    [ago(1), early, early],
    [ago(2), late, early],
  ] as const)
    assert.deepEqual(boundsOf({ until: until?.toISOString(), since: ago(5).toISOString() }, last), {
      below,
      since: ago(5),
    })
})

test('windows are gone through until there is enough, and each is asked only for what is missing', async () => {
  const windows = windowsOf(now, {})
  const asked: [number, number][] = []
  const found = await fromWindows(windows, 5, async (window, missing, number) => {
    assert.equal(window, windows[number])
    asked.push([number, missing])
    return number === 1 ? ['a', 'b'] : ['c', 'd', 'e', 'f'].slice(0, number === 0 ? 1 : missing)
  })
  assert.deepEqual(found, ['c', 'a', 'b', 'c', 'd'])
  assert.deepEqual(asked, [
    [0, 5],
    [1, 4],
    [2, 2],
  ])
  assert.deepEqual(await fromWindows(windows, 5, async () => []), [])
})
