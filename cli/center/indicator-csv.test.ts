import assert from 'node:assert/strict'
import { test } from 'node:test'
import fc from 'fast-check'
import { indicatorKinds, indicatorsIn } from './indicator-csv.ts'

for (const [what, text, items] of [
  [
    'columns in their usual order',
    'address,198.51.100.7,high,pool',
    [{ kind: 'address', value: '198.51.100.7', level: 'high', note: 'pool' }],
  ],
  [
    'named columns in any order',
    'Note,Value,Kind\nx,pool.example,domain\n',
    [{ kind: 'domain', value: 'pool.example', note: 'x' }],
  ],
  [
    'semicolons, a byte order mark and CRLF',
    '\ufeffkind;value\r\nwallet;4AAA\r\n',
    [{ kind: 'wallet', value: '4AAA' }],
  ],
  ['quotes with all that they may hold', 'hash,"a,b""c\nd"', [{ kind: 'hash', value: 'a,b"c\nd' }]],
  ['notes and empty lines', '# ours\n\naddress,198.51.100.7\n', [{ kind: 'address', value: '198.51.100.7' }]],
  [
    'a date',
    'kind,value,expires\nkey,SHA256:x,2027-01-31',
    [{ kind: 'key', value: 'SHA256:x', expiresAt: '2027-01-31T00:00:00.000Z' }],
  ],
] as const)
  test(what, () => assert.deepEqual(indicatorsIn(text, {}), { items, problems: [] }))

test('one value a line, with a kind beside', () => {
  assert.deepEqual(indicatorsIn('aaa\nbbb\n', { kind: 'hash', level: 'low' }).items, [
    { kind: 'hash', value: 'aaa', level: 'low' },
    { kind: 'hash', value: 'bbb', level: 'low' },
  ])
})

for (const [text, problem] of [
  ['x,198.51.100.7', /^line 1: the kind "x" is unknown/],
  ['address,1', /^line 1: a value has 3 to 500 characters$/],
  ['kind,value,level\naddress,198.51.100.7,bad', /^line 2: the level "bad" is unknown/],
  ['kind,value,expires\n"address","198.51.100.7",soon', /^line 2: "soon" is no date/],
] as const)
  test(`says what is wrong with ${JSON.stringify(text)}`, () =>
    assert.match(indicatorsIn(text, {}).problems[0] ?? '', problem))

test('what was written as CSV comes back', () => {
  const value = fc
    .string({ unit: 'binary', minLength: 3, maxLength: 40 })
    .map(text => text.trim())
    .filter(text => text.length >= 3)
  const items = fc.array(fc.record({ kind: fc.constantFrom(...indicatorKinds), value }, { noNullPrototype: true }), {
    minLength: 1,
  })
  const quoted = (text: string) => `"${text.replaceAll('"', '""')}"`
  fc.assert(
    fc.property(items, all => {
      const text = ['kind,value', ...all.map(one => `${one.kind},${quoted(one.value)}`)].join('\n')
      assert.deepEqual(indicatorsIn(text, {}), { items: all, problems: [] })
    }),
  )
})

test('any text at all is read to its end', () => {
  fc.assert(
    fc.property(fc.string({ unit: 'binary' }), text => {
      const { items, problems } = indicatorsIn(text, {})
      assert.ok(items.length + problems.length <= text.split('\n').length)
    }),
  )
})
