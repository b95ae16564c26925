import assert from 'node:assert/strict'
import { test } from 'node:test'
import fc from 'fast-check'
import { ProblemError } from '../problem-error.ts'
import { jsonBody } from './json-body.ts'

test('what JSON.stringify writes is read back the same', () => {
  const value = fc
    .jsonValue({ maxDepth: 4, noUnicodeString: false })
    .filter(one => !JSON.stringify(one).includes('__proto__'))
  fc.assert(
    fc.property(value, one =>
      assert.deepEqual(jsonBody(Buffer.from(JSON.stringify(one))), JSON.parse(JSON.stringify(one))),
    ),
  )
})

test('any bytes are read or refused with a problem', () => {
  fc.assert(
    fc.property(
      fc.oneof(
        fc.uint8Array({ maxLength: 200 }),
        fc.string().map(text => Buffer.from(text)),
      ),
      bytes => {
        try {
          jsonBody(bytes)
        } catch (error) {
          assert.ok(error instanceof ProblemError && error.status === 400)
        }
      },
    ),
  )
})

for (const [name, bytes, title] of [
  ['not UTF-8', Buffer.from([0x22, 0xff, 0x22]), /UTF-8/],
  ['half of a pair as bytes', Buffer.from([0x22, 0xed, 0xa0, 0x80, 0x22]), /UTF-8/],
  ['65 levels', Buffer.from('['.repeat(65) + ']'.repeat(65)), /nested/],
  ['a million levels', Buffer.from('{"a":'.repeat(1_000_000)), /nested/],
  ['a prototype', Buffer.from('{"a":{"__proto__":{}}}'), /key/],
  ['a prototype in escapes', Buffer.from('{"\\u005f_proto__":{}}'), /key/],
  ['two values', Buffer.from('1 2'), /JSON/],
] as const)
  test(`refused: ${name}`, () => {
    assert.throws(
      () => jsonBody(bytes),
      (error: unknown) => error instanceof ProblemError && title.test(error.message),
    )
  })

for (const [name, text, expected] of [
  ['nothing', '', undefined],
  ['brackets in texts', `"${'['.repeat(500)}"`, '['.repeat(500)],
  ['quotes in texts', '["\\"[[", "\\\\"]', ['"[[', '\\']],
  ['64 levels', '['.repeat(64) + ']'.repeat(64), JSON.parse('['.repeat(64) + ']'.repeat(64))],
] as const)
  test(`taken: ${name}`, () => assert.deepEqual(jsonBody(Buffer.from(text)), expected))
