import assert from 'node:assert/strict'
import { test } from 'node:test'
import { queryOf, valuesOf } from './alert-filter.ts'

const now = new Date('2026-03-04T05:06:47.000Z')

for (const [what, values, expected] of [
  ['nothing: what is open', {}, { status: 'open' }],
  ['every status', { status: 'all' }, {}],
  ['a word that is no status', { status: 'gone', level: 'awful' }, {}],
  ['a level and worse', { status: 'handled', atLeast: 'high' }, { status: 'handled', atLeast: 'high' }],
  ['the last day, to the minute', { last: '24h' }, { status: 'open', since: '2026-03-03T05:06:00.000Z' }],
  [
    'a span before a moment',
    { last: '1h', since: '2020-01-01T00:00:00Z' },
    { status: 'open', since: '2026-03-04T04:06:00.000Z' },
  ],
  [
    'no time at all',
    { since: 'yesterday', until: '2026-03-01T00:00:00Z' },
    { status: 'open', until: '2026-03-01T00:00:00.000Z' },
  ],
  ['with findings of incidents', { children: 'true', text: 'x' }, { status: 'open', children: 'true', text: 'x' }],
  ['only what is worth asking', { children: 'maybe' }, { status: 'open' }],
] as const)
  test(what, () => assert.deepEqual(queryOf(values, now), expected))

test('a saved view keeps what the list knows', () => {
  assert.deepEqual(valuesOf({ text: 'x', level: 3, status: '', elsewhere: 'y' }), { text: 'x' })
})
