import assert from 'node:assert/strict'
import { test } from 'node:test'
import fc from 'fast-check'
import { globals } from './compile-content.ts'
import { needsOf } from './rule-needs.ts'
import { enginesHere } from './testing/scanners.ts'

const unbounded = Number.POSITIVE_INFINITY

for (const [condition, windows, largest] of [
  ['uint16(0) == 0x5A4D and $a', true, unbounded],
  ['$a and uint16be( 0 )==0x4d5a', true, unbounded],
  ['uint32(0) == 0x00905a4d', true, unbounded],
  ['uint32be(0) == 0x4d5a9000 and filesize < 2KB', true, 2_047],
  ['( uint16(0) == 23117 and filesize <= 10MB ) // all', true, 10 * 1024 * 1024],
  ['uint16(0) == 0x5a4d and $a or uint16(0) == 0x5A4D and filesize < 9', true, unbounded],
  ['(filesize < 30 and $a) or (filesize < 20 and $b)', false, 29],
  ['filesize < 30 and (filesize < 20 or $b)', false, 29],
  ['uint16(0) == 0x5a4d or $a', false, unbounded],
  ['not uint16(0) == 0x5a4d', false, unbounded],
  ['not (uint16(0) == 0x5a4d) and filesize < 9', false, 8],
  ['uint16(0) == 0x4d5a', false, unbounded],
  ['uint16(0) != 0x5a4d', false, unbounded],
  ['uint16(2) == 0x5a4d', false, unbounded],
  ['uint32(0) == 0x5a4d', true, unbounded],
  ['uint32be(0) == 0x4d5a', false, unbounded],
  ['uint16(0) == 0x15a4d', false, unbounded],
  ['uint8(0) == 0x4d', false, unbounded],
  ['filesize > 9', false, unbounded],
  ['9 > filesize', false, unbounded],
  ['filesize < 2 * 1024', false, unbounded],
  ['for any i in (1..2) : ( uint16(0) == 0x5a4d and filesize < 9 )', false, unbounded],
  ['for any i in (1..2) : ( $a at i ) and filesize < 9', false, 8],
  ['$a in (0..filesize) and "filesize < 9 and " == filename', false, unbounded],
  ['/* filesize < 9 and */ $a', false, unbounded],
  ['', false, unbounded],
] as const)
  test(`needs of: ${condition}`, () => assert.deepEqual(needsOf(condition), { windows, largest }))

test('brackets without end, and without number, are no trouble', () => {
  const nothing = { windows: false, largest: unbounded }
  for (const text of [`${'('.repeat(100_000)}filesize < 9`, ') and uint16(0) == 0x5a4d', 'or '.repeat(200_000)])
    assert.deepEqual(needsOf(text), nothing, text.slice(0, 40))
  assert.deepEqual(needsOf(`${'('.repeat(60)}filesize < 9${')'.repeat(60)}`), nothing)
})

const term = fc.constantFrom(
  ...['uint16(0) == 0x5a4d', 'uint16be(0) == 0x4D5A', 'uint32(0) == 0x00905a4d', 'uint16(0) == 0x457f', '$a'],
  ...['filesize < 12', 'filesize <= 30', 'filesize > 20', 'true', 'any of them', 'uint16(0) != 0x5a4d'],
)
const { condition } = fc.letrec<{ condition: string }>(tie => ({
  condition: fc.oneof(
    { depthSize: 'small' },
    term,
    fc.tuple(tie('condition'), fc.constantFrom('and', 'or'), tie('condition')).map(parts => parts.join(' ')),
    tie('condition').map(text => `(${text})`),
    tie('condition').map(text => `not ${text}`),
    tie('condition').map(text => `for any i in (1..2) : (${text})`),
  ),
}))
const content = fc
  .tuple(fc.constantFrom('MZ\x90\0', 'MZ', '\x7fELF', 'M', ''), fc.constantFrom('', 'ab'), fc.nat(40))
  .map(([head, middle, length]) => Buffer.from(`${head}${middle}${'.'.repeat(length)}`, 'latin1'))

test('whatever a rule matches has what the rule needs', () => {
  const [engine] = enginesHere()
  assert.ok(engine)
  fc.assert(
    fc.property(condition, fc.array(content, { minLength: 5, maxLength: 5 }), (text, contents) => {
      const needs = needsOf(text)
      // A string that no condition names is a fault.
      const rule = `rule r { strings: $a = "ab" condition: ($a or true) and (${text}) }`
      const compiled = engine.compile([{ namespace: 'x', text: rule }], globals)
      const rules = engine.open(compiled, { seconds: 10, hitsPerString: 10 })
      for (const bytes of contents.filter(bytes => rules.scan(bytes, globals).length > 0)) {
        assert.ok(!needs.windows || bytes.toString('latin1', 0, 2) === 'MZ', text)
        assert.ok(bytes.length <= needs.largest, text)
      }
      rules.close()
    }),
    { numRuns: 40 },
  )
})
