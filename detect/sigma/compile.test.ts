import assert from 'node:assert/strict'
import test from 'node:test'
import { compileRules, createStream, evaluate } from './compile.ts'
import { factFields } from './fields.ts'
import { parseRules } from './parse.ts'
import type { LogSource } from './rule.ts'

const rule = (logsource: string, detection: string, more = '') =>
  `title: t\nid: r\nlogsource: ${logsource}\ndetection: ${detection}\n${more}`

const abc = { a: 'x', b: 'y', c: 'z' }

for (const [condition, expected] of [
  ['a', true],
  ['not a', false],
  ['a and not no', true],
  ['no or b and a', true],
  ['(no or b) and no', false],
  ['1 of s*', true],
  ['all of s*', false],
  ['2 of s*', true],
  ['3 of s*', false],
  ['all of them', false],
  ['1 of them', true],
  ['a and not 1 of none_*', true],
  ['a and 1 of none_*', true],
  ['[no, a]', true],
  ['[no, not a]', false],
] as const) {
  test(`condition ${condition}`, () => {
    const text = condition.startsWith('[') ? condition : `'${condition}'`
    const { rules, errors } = parseRules(
      rule(
        '{ category: x }',
        `{ a: { a: x }, b: { b: y }, no: { a: n }, s1: { a: x }, s2: { b: y }, s3: { c: n }, _skip: { a: n }, condition: ${text} }`,
      ),
    )
    assert.deepEqual(errors, [])
    assert.equal(evaluate(compileRules(rules), abc, { category: 'x' }).length > 0, expected)
  })
}

for (const [wanted, given, expected] of [
  ['{ category: process_creation }', { category: 'process_creation', product: 'windows' }, true],
  ['{ category: process_creation, product: linux }', { category: 'process_creation', product: 'windows' }, false],
  ['{ product: windows }', { category: 'process_creation', product: 'windows' }, true],
  ['{ product: windows, service: security }', { category: 'process_creation', product: 'windows' }, false],
  ['{ product: windows, service: security }', { product: 'Windows', service: 'Security' }, true],
  ['{ category: process_creation }', {}, false],
  ['{ category: login_key }', { category: 'login-key', product: 'davylamp' }, true],
] as const) {
  test(`${wanted} and ${JSON.stringify(given)}`, () => {
    const { rules } = parseRules(rule(wanted, '{ a: { a: x }, condition: a }'))
    const source: LogSource = given
    assert.equal(evaluate(compileRules(rules), abc, source).length > 0, expected)
  })
}

test('a match says why', () => {
  const { rules } = parseRules(
    rule(
      '{ category: x }',
      "{ sel: { a|contains: [x, q], b: 'Y' }, words: [z], filter: { c: n }, condition: sel and words and not filter }",
    ),
  )
  assert.deepEqual(evaluate(compileRules(rules), abc, { category: 'x' })[0]?.matched, [
    { selection: 'sel', field: 'a', value: 'x', pattern: 'contains: x' },
    { selection: 'sel', field: 'b', value: 'y', pattern: 'Y' },
    { selection: 'words', value: 'z', pattern: 'z' },
  ])
})

for (const [name, source, detection, foreign, errors, warnings] of [
  ['a field that is there', 'process', '{ a: { path: x, target.sha256: y }, condition: a }', false, [], []],
  ['below a list of objects', 'command-integrity', '{ a: { originals.path: x }, condition: a }', false, [], []],
  [
    'a mistyped field',
    'process',
    '{ a: { comand: x }, condition: a }',
    false,
    ['unknown field "comand"; did you mean "command"?'],
    [],
  ],
  [
    'in a rule of others',
    'process',
    '{ a: { comand: x }, condition: a }',
    true,
    [],
    ['unknown field "comand"; did you mean "command"?'],
  ],
  [
    'below text',
    'process',
    '{ a: { path.x: y }, condition: a }',
    false,
    ['unknown field "path.x"; did you mean "path"?'],
    [],
  ],
  [
    'a linked one',
    'login_key',
    '{ a: { target.pth: y }, condition: a }',
    false,
    ['unknown field "target.pth"; did you mean "target.path"?'],
    [],
  ],
  [
    'a reference',
    'process',
    '{ a: { path|fieldref: cwdd }, condition: a }',
    false,
    ['unknown field "cwdd"; did you mean "cwd"?'],
    [],
  ],
  ['a source we know nothing of', 'process_creation', '{ a: { Imag: x }, condition: a }', false, [], []],
  [
    'a condition without its selection',
    'process',
    '{ a: { path: x }, condition: b }',
    false,
    ['condition names "b", which is no selection'],
    [],
  ],
  [
    'a condition that says nothing',
    'process',
    '{ a: { path: x }, condition: 1 of b* }',
    false,
    ['condition "1 of b*" refers to no selection'],
    [],
  ],
] as const) {
  test(name, () => {
    const { rules } = parseRules(rule(`{ category: ${source} }`, detection), 'f.yml')
    const ruleSet = compileRules(rules, { foreign, knownFields: factFields({ target: ['file'] }) })
    assert.deepEqual(
      ruleSet.errors.map(({ message }) => message),
      errors,
    )
    const said = ruleSet.warnings.map(({ message }) => message)
    if (warnings.length > 0 || errors.length === 0) assert.deepEqual(said, warnings)
  })
}

test('a rule with a placeholder that nobody knows never matches, also not through "not"', () => {
  const { rules } = parseRules(
    rule('{ category: x }', "{ a: { a: x }, f: { a|expand: '%admins%' }, condition: a and not f }"),
  )
  const ruleSet = compileRules(rules)
  assert.deepEqual(evaluate(ruleSet, abc, { category: 'x' }), [])
  assert.equal(ruleSet.warnings.length, 1)
})

test('filters are joined with "and"', () => {
  const filter = `---\ntitle: f\nid: f\nlogsource: { category: x }\nfilter: { rules: [r], own: { b: y }, condition: not own }`
  const { rules, errors } = parseRules(rule('{ category: x, product: p }', '{ a: { a: x }, condition: a }', filter))
  assert.deepEqual(errors, [])
  const ruleSet = compileRules(rules)
  assert.equal(evaluate(ruleSet, { a: 'x', b: 'n' }, { category: 'x', product: 'p' }).length, 1)
  assert.equal(evaluate(ruleSet, abc, { category: 'x', product: 'p' }).length, 0)
})

const exploding = "{ a|re: '^(?=(a+)+$)' }"

for (const [condition, expected, told] of [
  ['odd', false, true],
  ['not odd', false, true],
  ['yes and not odd', false, true],
  ['yes and not (no or odd)', false, true],
  ['not (yes and not odd)', false, true],
  ['yes and not (no and odd)', true, false],
  ['odd or yes', true, false],
  ['2 of them', false, true],
] as const)
  test(`a pattern without an answer makes no match by way of ${condition}`, () => {
    const { rules, errors } = parseRules(
      rule('{ category: x }', `{ odd: ${exploding}, yes: { b: y }, no: { b: n }, condition: '${condition}' }`),
    )
    assert.deepEqual(errors, [])
    const unanswered: string[] = []
    const stream = createStream(compileRules(rules), { unanswered: ({ id }) => unanswered.push(id) })
    const views = [{ source: { category: 'x' }, fields: { a: `${'a'.repeat(60)}!`, b: 'y' } }]
    assert.deepEqual([stream.push(views).length > 0, unanswered.length > 0], [expected, told])
  })
