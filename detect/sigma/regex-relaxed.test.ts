import assert from 'node:assert/strict'
import test from 'node:test'
import fc from 'fast-check'
import { relaxRegex } from './regex-relaxed.ts'

const bs = String.raw

for (const [source, expected] of [
  ['ab[c(]d', 'ab[c(]d'],
  [bs`^/(?!home/|opt/[^)]+/\.)(.*/)?\.x`, bs`^/(?:)(.*/)?\.x`],
  [bs`(?<!a(b|\))c)d`, '(?:)d'],
  [bs`(\w{1,60})\1(?<n>x)\k<n>`, bs`(\w+)(?:[\s\S]*)(?<n>x)(?:[\s\S]*)`],
  ['a{0,2000}?b{3}c{2,}d{40}', 'a*?b{3}c{2,}d+'],
  ['a{0,16}', 'a{0,16}'],
  ['{echo', '{echo'],
  [bs`\{9,99\}\\1`, bs`\{9,99\}\\1`],
] as const) {
  test(source, () => assert.equal(relaxRegex(source), expected))
}

test('holds wherever the pattern itself does', () => {
  const piece = fc.constantFrom(
    'a',
    '[ab]',
    '.',
    '(a|b)',
    '(?=a)',
    '(?!ab)',
    '(?<!b)',
    bs`\1`,
    'a{0,20}',
    '(b{17})?',
    '$',
    '^',
  )
  const text = fc.string({ unit: fc.constantFrom('a', 'b', '1'), maxLength: 30 })
  const property = fc.property(fc.array(piece, { minLength: 1, maxLength: 7 }), text, (pieces, value) => {
    const source = pieces.join('')
    if (new RegExp(source).test(value)) assert.ok(new RegExp(relaxRegex(source)).test(value))
  })
  fc.assert(property, { numRuns: 2000 })
})
