import assert from 'node:assert/strict'
import { test } from 'node:test'
import { timeAndAge } from './time.ts'

const now = '2026-11-21T20:56:10.123Z'
const cases = [
  ['2026-11-21T20:51:02.030Z', '2026-11-21 20:51 UTC (5 minutes ago)'],
  ['2026-11-21T20:55:40Z', '2026-11-21 20:55 UTC (just now)'],
  ['2026-11-20T19:51:02Z', '2026-11-20 19:51 UTC (25 hours ago)'],
  ['2026-05-05T21:22:41.030Z', '2026-05-05 21:22 UTC (199 days ago)'],
  ['2027-01-01T00:00:00Z', '2027-01-01 00:00 UTC'],
  ['long ago', 'long ago'],
] as const

for (const [at, shown] of cases) test(`${at} is shown as ${shown}`, () => assert.equal(timeAndAge(at, now), shown))
