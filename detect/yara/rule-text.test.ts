import assert from 'node:assert/strict'
import { test } from 'node:test'
import fc from 'fast-check'
import { readSourceText } from './rule-text.ts'

const piece = fc.constantFrom(
  'rule ',
  'private rule ',
  'global ',
  'a',
  'b2',
  ' : x y ',
  '{',
  '}',
  'meta:',
  ' id = "x" ',
  ' n = -1 ',
  ' t = true ',
  'strings:',
  ' $a = "}" ',
  ' $b = /[}"]\\/{2}/ nocase ',
  ' $c = { 6a ?? [2-4] }',
  'condition:',
  ' $a and filesize < 5 ',
  '// } "\n',
  '/* rule x { */',
  '/*',
  '"',
  '\\',
  '/',
  'import "elf"\n',
  'include "x.yar"\n',
  '\n',
  '\r\n',
  '\u0000',
  'é😀',
)
const source = fc.array(piece, { maxLength: 40 }).map(parts => parts.join(''))

test('any text is read to its end, and every place lies in it', () => {
  fc.assert(
    fc.property(fc.oneof(source, fc.string({ maxLength: 200 })), text => {
      const { rules, imports, brokenAt } = readSourceText(text)
      const lines = text.split('\n').length
      let before = 0
      for (const { start, end, condition, line, modifiers, sizes } of rules) {
        assert.ok(before <= start && start < end && end <= text.length)
        assert.ok(condition >= start && condition <= end && line >= 1 && line <= lines)
        for (const span of [...modifiers, ...sizes])
          assert.ok(start <= span.start && span.start < span.end && span.end <= end)
        before = end
      }
      for (const { start, end } of imports) assert.ok(start < end && end <= text.length)
      assert.ok(brokenAt === undefined || (brokenAt >= 1 && brokenAt <= lines))
    }),
    { numRuns: 2_000 },
  )
})

test('whatever stands between rules, those that are whole are found', () => {
  const whole = fc.constantFrom(
    'rule one { condition: true }',
    'private rule two : tag { meta: a = "}" strings: $a = "{" condition: $a }',
    'rule three { strings: $a = { 6a [2] 6b } condition: #a > 2 and filesize > 4 }',
  )
  const between = fc.constantFrom(
    '\n',
    ' // rule no { condition: }\n',
    '/* rule no */',
    'import "pe"\n',
    ' stray ',
    ' 7 ',
  )
  fc.assert(
    fc.property(fc.array(fc.tuple(between, whole), { maxLength: 8 }), parts => {
      const text = parts.map(([a, b]) => `${a}${b}`).join('')
      assert.deepEqual(
        readSourceText(text).rules.map(({ start, end }) => text.slice(start, end)),
        parts.map(([, rule]) => rule),
      )
    }),
  )
})

test('two hundred thousand braces, quotes or comments without an end are read in time', { timeout: 30_000 }, () => {
  for (const one of ['{', '"', '/*', 'rule a {', '//', '/a', '$a = { ']) readSourceText(one.repeat(200_000))
  const nested = `rule a {${'rule a {'.repeat(100_000)}${'}'.repeat(100_000)}`
  assert.deepEqual(readSourceText(nested), { rules: [], imports: [], brokenAt: 1 })
})
