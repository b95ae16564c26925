import assert from 'node:assert/strict'
import { globSync, readFileSync } from 'node:fs'
import { join } from 'node:path'
import { test } from 'node:test'
import { attackNames } from '../../model/index.ts'
import { fill } from './fill.ts'
import { partsOf } from './pdf/set-text.ts'
import { seenText } from './seen-text.ts'
import { clockOf } from './times.ts'

const rules = join(import.meta.dirname, '..', '..', 'rules')

test('every technique that a rule names has its name', () => {
  const named = globSync('**/*.yml', { cwd: rules })
    .flatMap(file => readFileSync(join(rules, file), 'utf8').match(/\battack\.t\d{4}(\.\d{3})?/g) ?? [])
    .map(tag => tag.slice('attack.'.length).toUpperCase())
  assert.ok(named.length > 100)
  assert.deepEqual(
    [...new Set(named)].filter(id => attackNames[id] === undefined),
    [],
  )
})

for (const [text, expected] of [
  ['/tmp/a b', '/tmp/a b'],
  ['a\n\tb', 'a  b'],
  ['\u202egpj.exe', '[U+202E]gpj.exe'],
  ['a\u0000\u001b[31m', 'a[U+0000][U+001B][31m'],
  ['\ud800', '\ufffd'],
  ['挖矿 😀', '挖矿 😀'],
] as const)
  test(`${JSON.stringify(text)} as it is read`, () => assert.equal(seenText(text), expected))

for (const [text, expected] of [
  ['one two', ['one ', 'two']],
  ['  x', ['  ', 'x']],
  ['发现了挖矿。', ['发', '现', '了', '挖', '矿。']],
  ['（密钥）', ['（密', '钥）']],
  ['在 web-1 上', ['在 ', 'web-1 ', '上']],
  ['コンテナー', ['コ', 'ン', 'テ', 'ナー']],
] as const)
  test(`where ${text} may be broken`, () =>
    assert.deepEqual(
      partsOf(text).map(one => one.text + one.blanks),
      expected,
    ))

test('what fills a blank is not read again', () =>
  assert.equal(fill('{a} and {b}, {c}', { a: '{b}', b: '$& {a}' }), '{b} and $& {a}, {c}'))

test('times are in the zone of the reader, with UTC', () => {
  const at = '2026-03-01T20:00:00Z'
  assert.equal(clockOf('en', 'UTC')?.say(at), '1 Mar 2026, 20:00:00 UTC')
  assert.equal(clockOf('zh', 'Asia/Shanghai')?.say(at), '2026年3月2日 04:00:00 (2026年3月1日 20:00:00 UTC)')
  assert.equal(clockOf('en', 'Nowhere/At-all'), undefined)
})
