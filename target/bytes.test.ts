import assert from 'node:assert/strict'
import { test } from 'node:test'
import fc from 'fast-check'
import { decodeBytes, displayBytes, encodeBytes, exactBytes, fromFact } from './index.ts'

/** Bytes that are nearly UTF-8 more often than random ones are. */
const bytes = fc.oneof(
  fc.uint8Array({ maxLength: 200 }),
  fc
    .tuple(fc.string({ unit: 'binary', maxLength: 50 }), fc.array(fc.tuple(fc.nat(200), fc.nat(255)), { maxLength: 4 }))
    .map(([text, changes]) => {
      const encoded = Buffer.from(text)
      for (const [at, value] of changes) if (at < encoded.length) encoded[at] = value
      return encoded
    }),
)

test('bytes come back from their string', () => {
  fc.assert(fc.property(bytes, value => Buffer.compare(encodeBytes(decodeBytes(value)), value) === 0))
})

test('bytes come back from a fact, and what it shows is well formed and on one line', () => {
  fc.assert(
    fc.property(bytes, value => {
      const text = decodeBytes(value)
      const shown = displayBytes(text)
      assert.equal(fromFact(shown, exactBytes(text)), text)
      assert.ok(shown.isWellFormed())
      assert.doesNotMatch(shown, /[\u0000-\u0008\n-\u001f\u007f-\u009f\u202e]/)
    }),
  )
})

test('valid UTF-8 is decoded as everybody decodes it', () => {
  fc.assert(fc.property(fc.string({ unit: 'grapheme' }), text => assert.equal(decodeBytes(Buffer.from(text)), text)))
})

const shown: [string, number[], string, string][] = [
  ['plain', [0x2f, 0x61], '/a', '/a'],
  ['tab stays', [0x61, 9, 0x62], 'a\tb', 'a\tb'],
  ['newline', [0x61, 10], 'a\n', 'a\\x0a'],
  ['NUL', [0], '\0', '\\x00'],
  ['lone continuation', [0x80], '\udc80', '\\x80'],
  ['overlong slash', [0xc0, 0xaf], '\udcc0\udcaf', '\\xc0\\xaf'],
  ['surrogate in UTF-8', [0xed, 0xb2, 0x80], '\udced\udcb2\udc80', '\\xed\\xb2\\x80'],
  ['beyond Unicode', [0xf4, 0x90, 0x80, 0x80], '\udcf4\udc90\udc80\udc80', '\\xf4\\x90\\x80\\x80'],
  ['cut off', [0xe2, 0x82], '\udce2\udc82', '\\xe2\\x82'],
  ['pair whose second half is like a byte', [0xf0, 0x9f, 0x92, 0x80], '\u{1f480}', '\u{1f480}'],
  ['control character of eight bits', [0xc2, 0x9b], '\u009b', '\\xc2\\x9b'],
  ['right to left', [0xe2, 0x80, 0xae], '\u202e', '\\xe2\\x80\\xae'],
  ['byte order mark', [0xef, 0xbb, 0xbf], '\ufeff', '\ufeff'],
  ['between good ones', [0xc3, 0xa4, 0xff, 0xc3, 0xb6], 'ä\udcffö', 'ä\\xffö'],
]
for (const [name, raw, text, display] of shown) {
  test(name, () => assert.deepEqual([decodeBytes(Buffer.from(raw)), displayBytes(text)], [text, display]))
}
