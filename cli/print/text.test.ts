import assert from 'node:assert/strict'
import { test } from 'node:test'
import fc from 'fast-check'
import { cut, safeText, widthOf, wrap } from './text.ts'

const red = '\u001b[31m'

for (const [text, colours, expected] of [
  ['plain', false, 'plain'],
  [`${red}a\u001b[39m`, true, `${red}a\u001b[39m`],
  [`${red}a\u001b[39m`, false, 'a'],
  ['a\u001b[2Jb', true, 'a\\x1b[2Jb'],
  ['a\u001b]0;title\u0007', true, 'a\\x1b]0;title\\x07'],
  ['a\rb\tc\nd', false, 'a\\x0db c\nd'],
  ['\u202egpj.exe', false, '\\xe2\\x80\\xaegpj.exe'],
] as const)
  test(`safe: ${JSON.stringify(text)}`, () => assert.equal(safeText(text, colours), expected))

for (const [text, width, expected] of [
  ['one two three', 8, 'one two\nthree'],
  ['a/very/long/path/without/spaces', 10, 'a/very/\nlong/path/\nwithout/\nspaces'],
  ['名前名前 x', 6, '名前名\n前 x'],
  ['', 10, ''],
] as const)
  test(`wrap: ${text}`, () => assert.equal(wrap(text, { width }), expected))

test('wrapped lines keep to the width and lose no letter', () => {
  fc.assert(
    fc.property(fc.string({ unit: 'binary', maxLength: 300 }), fc.integer({ min: 10, max: 120 }), (raw, width) => {
      const text = safeText(raw, false)
      const wrapped = wrap(text, { width, first: '  - ', rest: '    ' })
      for (const line of wrapped.split('\n')) assert.equal(widthOf(line) <= width, true)
      assert.equal(wrapped.slice(4).replace(/\s/g, ''), text.replace(/\s/g, ''))
    }),
  )
})

test('no control character gets out of safe text', () => {
  fc.assert(
    fc.property(fc.string({ unit: 'binary', maxLength: 300 }), text => {
      assert.doesNotMatch(safeText(text, false), /[\u0000-\u0009\u000b-\u001f\u007f-\u009f]/)
    }),
  )
})

test('cut keeps to the width', () => {
  fc.assert(
    fc.property(fc.string({ maxLength: 100 }), fc.integer({ min: 1, max: 50 }), (text, width) => {
      assert.equal(widthOf(cut(text, width)) <= width, true)
    }),
  )
})
