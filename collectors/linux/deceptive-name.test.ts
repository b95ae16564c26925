import assert from 'node:assert/strict'
import { test } from 'node:test'
import fc from 'fast-check'
import { deceptionIn, readAs } from './deceptive-name.ts'

const others = new Set(['top', 'sshd', 'cron', 'nologin', 'my notes', 'systemd-journald.service', 'root'])

for (const [name, expected] of [
  ['top', undefined],
  ['t\u043ep', 'twin'],
  ['\u0455\u0455hd', 'twin'],
  ['\uff54\uff4f\uff50', 'twin'],
  ['systemd-j\u03bfurnald.service', 'twin'],
  ['nologin ', 'trailing-blank'],
  ['nologin\u00a0', 'trailing-blank'],
  ['my\u00a0notes', 'odd-blank'],
  ['to\u200bp', 'zero-width'],
  ['\ufeffcron', 'zero-width'],
  ['gpj.\u202egnp', 'direction'],
  ['my notes', undefined],
  ['my notes 2', undefined],
  ['сосна', undefined],
  ['отчёт-2026.txt', undefined],
  ['Ωmega', undefined],
  ['\u0646\u0627\u0645\u0647\u200c\u0627\u06cc', undefined],
  ['\u{1f469}\u200d\u{1f4bb}', undefined],
  ['❤\ufe0f', undefined],
  ['日本語　資料', undefined],
  ['naïve café', undefined],
  [' ', undefined],
] as const)
  test(`${JSON.stringify(name)} is ${expected ?? 'honest'}`, () =>
    assert.equal(
      deceptionIn(name, one => others.has(one)),
      expected,
    ))

test('every name has an answer, the same each time, and ASCII without a blank at the end is honest', () => {
  fc.assert(
    fc.property(fc.string({ unit: 'grapheme', maxLength: 20 }), name => {
      const first = deceptionIn(name, () => true)
      assert.equal(
        deceptionIn(name, () => true),
        first,
      )
      if (/^[\x20-\x7e]*$/.test(name) && name.trimEnd() === name) assert.equal(first, undefined)
      assert.equal(readAs(readAs(name)).length >= 0, true)
    }),
  )
})
