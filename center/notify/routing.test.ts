import assert from 'node:assert/strict'
import { test } from 'node:test'
import type { QuietHours } from '../../model/api/index.ts'
import type { Notice } from '../../notify/index.ts'
import { backOffSeconds } from './back-off.ts'
import { type Due, planSending } from './plan-sending.ts'
import { quietUntil } from './quiet.ts'
import { type Route, sendingsOf } from './routing.ts'

const notice: Notice = {
  id: '1',
  what: 'alert',
  level: 'high',
  at: '2026-11-21T12:00:00Z',
  title: 't',
  lines: [],
  families: [],
  attack: [],
  type: 'mining',
}
const noon = new Date('2026-11-21T12:00:00Z')
const night: QuietHours = { timeZone: 'UTC', from: '22:00', to: '06:00', exceptFrom: 'critical' }
const at22 = new Date('2026-11-21T22:30:00Z')

for (const [what, route, more, at, expected] of [
  ['an empty condition takes all', {}, {}, noon, [noon, false]],
  ['a level that is reached', { condition: { atLeast: 'high' } }, {}, noon, [noon, false]],
  ['a level that is not reached', { condition: { atLeast: 'critical' } }, {}, noon, undefined],
  ['the group', { condition: { groups: ['g'] } }, {}, noon, [noon, false]],
  ['a group above it', { condition: { groups: ['root'] } }, {}, noon, [noon, false]],
  ['another group', { condition: { groups: ['other'] } }, {}, noon, undefined],
  ['the type', { condition: { types: ['mining'] } }, {}, noon, [noon, false]],
  ['another type', { condition: { types: ['rootkit'] } }, {}, noon, undefined],
  ['what it is', { condition: { what: ['alert', 'clean-left'] } }, {}, noon, [noon, false]],
  ['what it is not', { condition: { what: ['agent-back'] } }, {}, noon, undefined],
  [
    'a digest waits for the end of the interval',
    { digestMinutes: 30 },
    {},
    new Date('2026-11-21T12:07:00Z'),
    [new Date('2026-11-21T12:30:00Z'), true],
  ],
  ['quiet hours', { quiet: night }, {}, at22, [new Date('2026-11-22T06:00:00Z'), true]],
  ['quiet hours, but it is critical', { quiet: night }, { level: 'critical' }, at22, [at22, false]],
  [
    'a digest that would end in quiet hours',
    { quiet: night, digestMinutes: 60 },
    {},
    new Date('2026-11-21T21:30:00Z'),
    [new Date('2026-11-22T06:00:00Z'), true],
  ],
] as const)
  test(`route: ${what}`, () => {
    const routes: Route[] = [{ id: 'r', condition: {}, channels: ['c'], ...route } as unknown as Route]
    const sendings = sendingsOf({ ...notice, ...more }, { groups: ['g', 'root'] }, routes, at)
    const wanted = expected === undefined ? [] : [{ route: 'r', channel: 'c', dueAt: expected[0], gather: expected[1] }]
    assert.deepEqual(sendings, wanted)
  })

test('a channel that two routes name is told once, as early as one of them says', () => {
  const routes: Route[] = [
    { id: 'slow', condition: {}, channels: ['c', 'd'], digestMinutes: 60 },
    { id: 'fast', condition: {}, channels: ['c'] },
  ]
  const sendings = sendingsOf(notice, { groups: [] }, routes, noon)
  assert.deepEqual(
    sendings.map(one => [one.channel, one.route]),
    [
      ['c', 'fast'],
      ['d', 'slow'],
    ],
  )
})

for (const [what, quiet, at, expected] of [
  ['before', { from: '22:00', to: '06:00' }, '2026-11-21T21:59:59Z', undefined],
  ['at its beginning', { from: '22:00', to: '06:00' }, '2026-11-21T22:00:00Z', '2026-11-22T06:00:00Z'],
  ['after midnight', { from: '22:00', to: '06:00' }, '2026-11-22T05:59:30Z', '2026-11-22T06:00:00Z'],
  ['at its end', { from: '22:00', to: '06:00' }, '2026-11-22T06:00:00Z', undefined],
  ['within a day', { from: '12:00', to: '13:00' }, '2026-11-21T12:20:00Z', '2026-11-21T13:00:00Z'],
  [
    'in Shanghai',
    { timeZone: 'Asia/Shanghai', from: '22:00', to: '08:00' },
    '2026-11-21T15:00:00Z',
    '2026-11-22T00:00:00Z',
  ],
  ['on a day that is named', { from: '22:00', to: '06:00', days: [6] }, '2026-11-22T05:00:00Z', '2026-11-22T06:00:00Z'],
  ['on a day that is not', { from: '22:00', to: '06:00', days: [0] }, '2026-11-22T05:00:00Z', undefined],
  [
    'the night the clocks go forward',
    { timeZone: 'Europe/Berlin', from: '22:00', to: '06:00' },
    '2026-03-28T22:00:00Z',
    '2026-03-29T04:00:00Z',
  ],
  [
    'the night the clocks go back',
    { timeZone: 'Europe/Berlin', from: '22:00', to: '06:00' },
    '2026-10-24T21:00:00Z',
    '2026-10-25T05:00:00Z',
  ],
  ['all day', { from: '00:00', to: '00:00' }, '2026-11-21T12:00:00Z', '2026-11-22T00:00:00Z'],
] as const)
  test(`quiet hours: ${what}`, () => {
    const hours: QuietHours = { timeZone: 'UTC', ...quiet } as unknown as QuietHours
    assert.equal(quietUntil(hours, new Date(at))?.toISOString(), expected?.replace('Z', '.000Z'))
  })

const many = (count: number, more: Partial<Due> = {}): Due[] =>
  Array.from({ length: count }, (_, place) => ({
    id: `${place}`,
    route: 'r',
    language: 'en',
    purpose: 'notice',
    gather: false,
    ...more,
  }))
const free = { channel: 30, routes: new Map<string, number>() }

for (const [what, due, allowance, expected] of [
  ['few are told one by one', many(5), free, { messages: [1, 1, 1, 1, 1], later: 0 }],
  ['a flood is one message', many(1_000), free, { messages: [1_000], later: 0 }],
  ['those that gather are one message', many(3, { gather: true }), free, { messages: [3], later: 0 }],
  ['one that gathers alone is itself', many(1, { gather: true }), free, { messages: [1], later: 0 }],
  ['a route that may send only 2', many(3), { channel: 30, routes: new Map([['r', 2]]) }, { messages: [3], later: 0 }],
  ['a route that has sent enough', many(3), { channel: 30, routes: new Map([['r', 0]]) }, { messages: [], later: 3 }],
  [
    'a channel that has sent enough',
    many(2),
    { channel: 0, routes: new Map<string, number>() },
    { messages: [], later: 2 },
  ],
  [
    'tests stand alone',
    many(7, { purpose: 'test', route: undefined }),
    free,
    { messages: [1, 1, 1, 1, 1, 1, 1], later: 0 },
  ],
] as const)
  test(`sending: ${what}`, () => {
    const plan = planSending(due, allowance, false, 1)
    assert.deepEqual({ messages: plan.messages.map(one => one.length), later: plan.later.length }, expected)
  })

test('sending: a machine gets every one, in parts', () => {
  const plan = planSending(many(450), { channel: 0, routes: new Map() }, true, 200)
  assert.deepEqual(
    plan.messages.map(one => one.length),
    [200, 200, 50],
  )
})

test('back-off grows to an hour, keeps to what the receiver says, and is spread', () => {
  assert.deepEqual(
    [1, 2, 3, 8, 20].map(tries => backOffSeconds(tries, 0, 1)),
    [30, 60, 120, 3_600, 3_600],
  )
  assert.equal(backOffSeconds(1, 0, 0), 15)
  assert.equal(backOffSeconds(1, 600, 0.5), 600)
})
