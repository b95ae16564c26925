import assert from 'node:assert/strict'
import test from 'node:test'
import fc from 'fast-check'
import { parseRules } from './parse.ts'

const rule = (id: string) => `title: t
id: ${id}
logsource: { product: linux }
detection: { a: { b: c }, condition: a }`

for (const [name, text, expected] of [
  ['one rule', rule('1'), { ids: ['1'], errors: 0 }],
  ['several documents', `${rule('1')}\n---\n${rule('2')}`, { ids: ['1', '2'], errors: 0 }],
  ['an empty document between', `${rule('1')}\n---\n---\n${rule('2')}`, { ids: ['1', '2'], errors: 0 }],
  ['a bad one among good ones', `${rule('1')}\n---\na: [\n---\n${rule('2')}`, { ids: ['1', '2'], errors: 1 }],
  ['duplicate keys', `${rule('1')}\ntitle: again`, { ids: [], errors: 1 }],
  ['no condition', 'title: t\nlogsource: { product: x }\ndetection: { a: b }', { ids: [], errors: 1 }],
  ['no logsource', 'title: t\ndetection: { a: [b], condition: a }', { ids: [], errors: 1 }],
  [
    'empty logsource',
    'title: t\nlogsource: { definition: x }\ndetection: { a: [b], condition: a }',
    { ids: [], errors: 1 },
  ],
  ['a list', '- a', { ids: [], errors: 1 }],
  ['no id', 'title: t\nlogsource: { product: x }\ndetection: { a: [b], condition: a }', { ids: ['t'], errors: 0 }],
  ['tabs', '\t\ttitle: x', { ids: [], errors: 1 }],
  ['alias bomb', 'a: &a [x]\nb: &b [*a,*a]\nc: [*b,*b]', { ids: [], errors: 1 }],
  ['nothing', '', { ids: [], errors: 0 }],
] as const) {
  test(name, () => {
    const { rules, errors } = parseRules(text, 'x.yml')
    assert.deepEqual({ ids: rules.map(({ id }) => id), errors: errors.length }, expected)
  })
}

test('an error names file, line and rule', () => {
  const { errors } = parseRules(`${rule('1')}\n---\ntitle: t\nid: two\ndetection: {}\nx: [`, 'x.yml')
  assert.deepEqual(
    errors.map(({ file, line }) => ({ file, line })),
    [{ file: 'x.yml', line: 9 }],
  )
  const [bad] = parseRules(`${rule('1')}\n---\n${rule('2').replace('condition: a', 'condition: "a b"')}`).errors
  assert.deepEqual(bad, { line: 6, rule: '2', message: 'unexpected "b" in condition' })
})

test('an aggregation is a warning', () => {
  const { rules, warnings, errors } = parseRules(rule('1').replace('condition: a', "condition: 'a | count() > 5'"))
  assert.deepEqual([rules.length, warnings.length, errors.length], [0, 1, 0])
})

test('global, repeat and reset of old collections', () => {
  const text = `action: global
title: g
logsource: { product: linux }
detection: { condition: a }
---
id: 1
detection: { a: { b: c } }
---
action: repeat
id: 2
detection: { a: { d: e } }
---
action: reset
---
id: 3
title: t
detection: { a: { b: c } }`
  const { rules, errors } = parseRules(text)
  assert.deepEqual(
    rules.map(one => one.kind === 'rule' && [one.id, one.title, one.detections]),
    [
      ['1', 'g', { a: { b: 'c' } }],
      ['2', 'g', { a: { b: 'c', d: 'e' } }],
    ].map(([id, title, detections]) => [
      id,
      title,
      Object.fromEntries(Object.entries(detections ?? {}).map(([name, value]) => [name, nulled(value)])),
    ]),
  )
  assert.equal(errors.length, 1)
})

test('what is ours is carried through', () => {
  const { rules } = parseRules(
    `${rule('1')}\ndavylamp: { class: execution, conclusive: true }\nlevel: High\ntags: [attack.t1]`,
  )
  assert.deepEqual(
    { ...rules[0] },
    {
      kind: 'rule',
      line: 1,
      id: '1',
      title: 't',
      level: 'high',
      tags: ['attack.t1'],
      references: [],
      falsepositives: [],
      fields: [],
      custom: nulled({ class: 'execution', conclusive: true }),
      logsource: { product: 'linux' },
      detections: { a: nulled({ b: 'c' }) },
      conditions: ['a'],
    },
  )
})

test('no text makes the parser throw', () => {
  const words = fc.constantFrom(
    'title: t\n',
    'detection:\n',
    '  a: b\n',
    '  condition: a\n',
    '- x\n',
    '---\n',
    '&a ',
    '*a',
    '!!js/x ',
    '? ',
    ': ',
    '{',
    '}',
    '[',
    '"',
    "'",
    '\t',
    '|\n',
    '>\n',
    '%TAG x\n',
    '\u0000',
  )
  fc.assert(
    fc.property(
      fc.oneof(
        fc.array(words).map(list => list.join('')),
        fc.string(),
      ),
      text => {
        parseRules(text)
      },
    ),
    { numRuns: 1500 },
  )
})

test('no mutation of a rule makes the parser throw', () => {
  const text = `${rule('1')}\n---\n${rule('2')}`
  fc.assert(
    fc.property(fc.nat(text.length), fc.nat(8), fc.string({ maxLength: 5 }), (at, cut, added) => {
      parseRules(text.slice(0, at) + added + text.slice(at + cut))
    }),
    { numRuns: 1500 },
  )
})

/** Maps of rules have no prototype. */
function nulled(value: unknown): unknown {
  if (typeof value !== 'object' || value === null || Array.isArray(value)) return value
  const entries = Object.entries(value).map(([key, inner]) => [key, nulled(inner)])
  return Object.assign(Object.create(null), Object.fromEntries(entries))
}
