import assert from 'node:assert/strict'
import test from 'node:test'
import fc from 'fast-check'
import {
  anyDash,
  anyText,
  dashes,
  fold,
  matchesParts,
  oneCharacter,
  type Part,
  parseText,
  shapeOf,
} from './text-pattern.ts'

// The cases of the specification, "Escaping", and those that pySigma's own tests hold.
for (const [text, parts] of [
  ['', []],
  ['plain', ['plain']],
  ['*cmd?.exe', [anyText, 'cmd', oneCharacter, '.exe']],
  [String.raw`C:\Windows\System32`, [String.raw`C:\Windows\System32`]],
  [String.raw`C:\\Windows`, [String.raw`C:\Windows`]],
  [String.raw`\*`, ['*']],
  [String.raw`\?`, ['?']],
  [String.raw`\\*`, ['\\', anyText]],
  [String.raw`\\\*`, [String.raw`\*`]],
  [String.raw`\\\\`, [String.raw`\\`]],
  [String.raw`\\\\server`, [String.raw`\\server`]],
  [String.raw`\\\server`, [String.raw`\\server`]],
  [String.raw`\\server`, [String.raw`\server`]],
  [String.raw`ends\\`, ['ends\\']],
  ['ends\\', ['ends\\']],
  [String.raw`C:\*\x`, ['C:*\\x']],
  [String.raw`C:\\*\x`, ['C:\\', anyText, '\\x']],
  [String.raw`\Device\HarddiskVolume?\\*`, [String.raw`\Device\HarddiskVolume`, oneCharacter, '\\', anyText]],
] as const) {
  test(`parts of ${text}`, () => assert.deepEqual(parseText(text), parts))
}

for (const [one, other] of [
  ['ΑΣ', 'ας'],
  ['POWERSHELL', 'powershell'],
  ['ÄÖ', 'äö'],
] as const) {
  test(`${one} folds like ${other}`, () => assert.equal(fold(one), fold(other)))
}

test('matching agrees with a naive reference', () => {
  const part = fc.oneof(
    fc.constantFrom<Part>(anyText, oneCharacter, anyDash),
    fc.string({ unit: fc.constantFrom('a', 'b', '-', '/', '😀'), minLength: 1, maxLength: 3 }),
  )
  const text = fc.string({ unit: fc.constantFrom('a', 'b', '-', '/', '😀', '\n'), maxLength: 12 })
  fc.assert(
    fc.property(fc.array(part, { maxLength: 7 }), text, (parts, value) => {
      const expected = naive(parts, [...value])
      assert.equal(matchesParts(parts, value), expected)
      assert.equal(byShape(parts, value), expected)
    }),
    { numRuns: 5000 },
  )
})

test('a hostile text does not make it slow', () => {
  const parts = parseText(`${'*a?'.repeat(30)}b`)
  const started = performance.now()
  assert.equal(matchesParts(parts, 'a'.repeat(50_000)), false)
  assert.ok(performance.now() - started < 2000)
})

function naive(parts: readonly Part[], value: readonly string[]): boolean {
  const [first, ...rest] = parts
  if (first === undefined) return value.length === 0
  if (first === anyText) return naive(rest, value) || (value.length > 0 && naive(parts, value.slice(1)))
  if (first === oneCharacter) return value.length > 0 && naive(rest, value.slice(1))
  if (first === anyDash) return dashes.includes(value[0] ?? 'none') && naive(rest, value.slice(1))
  const letters = [...first]
  return letters.every((letter, index) => value[index] === letter) && naive(rest, value.slice(letters.length))
}

function byShape(parts: readonly Part[], value: string): boolean {
  const shape = shapeOf(parts)
  if (shape.kind === 'anything') return true
  if (shape.kind === 'pieces') return matchesParts(shape.parts, value)
  if (shape.kind === 'equals') return value === shape.text
  if (shape.kind === 'starts') return value.startsWith(shape.text)
  return shape.kind === 'ends' ? value.endsWith(shape.text) : value.includes(shape.text)
}
