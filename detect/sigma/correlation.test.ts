import assert from 'node:assert/strict'
import test from 'node:test'
import fc from 'fast-check'
import { compileRules, createStream } from './compile.ts'
import { parseRules } from './parse.ts'

const base = ['fail', 'good', 'scan']
  .map(
    name => `title: ${name}
id: id-${name}
name: ${name}
logsource: { category: x }
detection: { a: { what: ${name} }, condition: a }`,
  )
  .join('\n---\n')

const many = 'type: event_count, rules: [fail], group-by: [user], timespan: 1m, condition: { gte: 3 }'

/** Correlation, events `[second, what, more]`, and the rules that each event gives. */
const cases: readonly (readonly [
  string,
  string,
  readonly (readonly [number, string, object?])[],
  readonly (readonly string[])[],
])[] = [
  [
    'event_count',
    many,
    [
      [0, 'fail'],
      [10, 'fail'],
      [20, 'fail'],
      [30, 'fail'],
      [200, 'fail'],
    ],
    [[], [], ['c'], ['c'], []],
  ],
  [
    'the window slides',
    many,
    [
      [0, 'fail'],
      [50, 'fail'],
      [61, 'fail'],
      [62, 'fail'],
    ],
    [[], [], [], ['c']],
  ],
  [
    'both ends belong to it',
    many,
    [
      [0, 'fail'],
      [30, 'fail'],
      [60, 'fail'],
    ],
    [[], [], ['c']],
  ],
  [
    'groups are apart',
    many,
    [
      [0, 'fail', { user: 'a' }],
      [1, 'fail', { user: 'b' }],
      [2, 'fail', { user: 'a' }],
      [3, 'fail', { user: 'a' }],
    ],
    [[], [], [], ['c']],
  ],
  [
    'no value, no group',
    many,
    [
      [0, 'fail', { user: null }],
      [1, 'fail', { user: null }],
      [2, 'fail', { user: null }],
    ],
    [[], [], []],
  ],
  [
    'events out of order',
    many,
    [
      [20, 'fail'],
      [0, 'fail'],
      [10, 'fail'],
    ],
    [[], [], ['c']],
  ],
  [
    'generate',
    `${many}, generate: true`,
    [
      [0, 'fail'],
      [1, 'fail'],
      [2, 'fail'],
    ],
    [['id-fail'], ['id-fail'], ['id-fail', 'c']],
  ],
  [
    'a range',
    'type: event_count, rules: [id-fail], timespan: 1h, condition: { gt: 1, lte: 2 }',
    [
      [0, 'fail'],
      [1, 'fail'],
      [2, 'fail'],
    ],
    [[], ['c'], []],
  ],
  [
    'value_count',
    'type: value_count, rules: [scan], group-by: [user], timespan: 5m, condition: { field: port, gte: 2 }',
    [
      [0, 'scan', { port: 1 }],
      [1, 'scan', { port: 1 }],
      [2, 'scan', { port: 2 }],
      [3, 'scan', {}],
    ],
    [[], [], ['c'], ['c']],
  ],
  [
    'value_sum',
    'type: value_sum, rules: [scan], timespan: 5m, condition: { field: port, gte: 10 }',
    [
      [0, 'scan', { port: 4 }],
      [1, 'scan', { port: '7' }],
    ],
    [[], ['c']],
  ],
  [
    'temporal',
    'type: temporal, rules: [fail, good, scan], group-by: [user], timespan: 1m',
    [
      [0, 'scan'],
      [1, 'good'],
      [2, 'fail'],
      [90, 'good'],
    ],
    [[], [], ['c'], []],
  ],
  [
    'temporal with a count',
    'type: temporal, rules: [fail, good, scan], timespan: 1m, condition: { gte: 2 }',
    [
      [0, 'scan'],
      [1, 'good'],
    ],
    [[], ['c']],
  ],
  [
    'temporal_ordered',
    'type: temporal_ordered, rules: [fail, good], group-by: [user], timespan: 1m',
    [
      [0, 'good'],
      [1, 'fail'],
      [2, 'good'],
    ],
    [['id-'], [], ['c']],
  ],
  [
    'aliases',
    'type: temporal, rules: [fail, good], group-by: [ip], aliases: { ip: { fail: src, good: dst } }, timespan: 1m',
    [
      [0, 'fail', { src: '1' }],
      [1, 'good', { src: '1', dst: '2' }],
      [2, 'good', { dst: '1' }],
    ],
    [[], [], ['c']],
  ],
]

for (const [name, correlation, events, expected] of cases) {
  test(name, () => {
    const { rules, errors } = parseRules(`${base}\n---\ntitle: c\nid: c\nname: c\ncorrelation: { ${correlation} }`)
    assert.deepEqual(errors, [])
    const stream = createStream(compileRules(rules))
    const given = events.map(([second, what, more]) => push(stream, { what, time: 1_700_000_000 + second, ...more }))
    const used = new Set(rules.flatMap(rule => (rule.kind === 'correlation' ? rule.rules : [])))
    // Rules that no correlation uses speak for themselves.
    const kept = given.map(ids => ids.filter(id => id === 'c' || used.has(id) || used.has(id.slice(3))))
    assert.deepEqual(
      kept,
      expected.map(ids => ids.filter(id => id !== 'id-')),
    )
  })
}

test('chains', () => {
  const { rules, errors } = parseRules(`${base}
---
title: outer
id: outer
correlation: { type: temporal_ordered, rules: [many, good], group-by: [user], timespan: 1h }
---
title: many
name: many
id: inner
correlation: { ${many} }`)
  assert.deepEqual(errors, [])
  const stream = createStream(compileRules(rules))
  const given = [
    ['fail', 0],
    ['fail', 1],
    ['fail', 2],
    ['good', 60],
  ].map(([what, second]) => push(stream, { what, time: 1_700_000_000 + Number(second) }))
  assert.deepEqual(given, [[], [], [], ['outer']])
})

test('what refers to nothing or to itself is an error', () => {
  const { rules } = parseRules(`title: a\nid: a\ncorrelation: { type: temporal, rules: [a], timespan: 1m }
---
title: b\nid: b\ncorrelation: { type: temporal, rules: [gone], timespan: 1m }`)
  assert.deepEqual(
    compileRules(rules).errors.map(({ rule }) => rule),
    ['a', 'b'],
  )
})

for (const correlation of [
  'type: nosuch, rules: [fail], timespan: 1m',
  'type: event_count, rules: [fail], timespan: 1m',
  'type: event_count, rules: [fail], timespan: soon, condition: { gte: 1 }',
  'type: event_count, rules: [], timespan: 1m, condition: { gte: 1 }',
  'type: value_count, rules: [fail], timespan: 1m, condition: { gte: 1 }',
  'type: event_count, rules: [fail], timespan: 1m, condition: { about: 1 }',
]) {
  test(`refused: ${correlation}`, () =>
    assert.equal(parseRules(`title: c\ncorrelation: { ${correlation} }`).errors.length, 1))
}

test('event_count agrees with counting by hand', () => {
  const { rules } = parseRules(`${base}\n---\ntitle: c\nid: c\ncorrelation: { ${many} }`)
  fc.assert(
    fc.property(fc.array(fc.nat(50), { maxLength: 40 }), gaps => {
      const stream = createStream(compileRules(rules))
      let second = 0
      const times: number[] = []
      for (const gap of gaps) {
        second += gap
        times.push(second)
        const found = push(stream, { what: 'fail', time: 1_700_000_000 + second }).includes('c')
        assert.equal(found, times.filter(time => time >= second - 60).length >= 3)
      }
    }),
    { numRuns: 100 },
  )
})

function push(stream: ReturnType<typeof createStream>, event: object): string[] {
  return stream.push([{ source: { category: 'x' }, fields: { user: 'u', ...event } }]).map(({ rule }) => rule.id)
}
