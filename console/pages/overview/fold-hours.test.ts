import assert from 'node:assert/strict'
import { test } from 'node:test'

process.env['TZ'] = 'Asia/Shanghai'
const { foldIntoDays, foldIntoHours } = await import('./fold-hours.ts')

const now = Date.parse('2026-11-22T03:30:00Z')

test('a day is the day of the reader', () => {
  const hours = [
    // 23:00 of the 20th and 00:00 of the 21st in Shanghai.
    { hour: '2026-11-20T15:00:00Z', opened: 1, handled: 0 },
    { hour: '2026-11-20T16:00:00Z', opened: 2, handled: 1 },
    { hour: '2026-11-22T03:00:00Z', opened: 4, handled: 0 },
    { hour: '2026-10-01T00:00:00Z', opened: 9, handled: 9 },
  ]
  assert.deepEqual(
    foldIntoDays(hours, 3, now).map(step => [new Date(step.at).toISOString(), step.opened, step.handled]),
    [
      ['2026-11-19T16:00:00.000Z', 1, 0],
      ['2026-11-20T16:00:00.000Z', 2, 1],
      ['2026-11-21T16:00:00.000Z', 4, 0],
    ],
  )
})

test('hours without a word are zero', () => {
  const steps = foldIntoHours([{ hour: '2026-11-22T03:00:00Z', opened: 3, handled: 2 }], now)
  assert.equal(steps.length, 24)
  assert.deepEqual(steps.at(-1), { at: Date.parse('2026-11-22T03:00:00Z'), opened: 3, handled: 2 })
  assert.equal(
    steps.reduce((sum, step) => sum + step.opened, 0),
    3,
  )
})
