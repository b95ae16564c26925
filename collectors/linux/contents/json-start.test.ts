import assert from 'node:assert/strict'
import { test } from 'node:test'
import { startsLikeJson } from './json-start.ts'

for (const text of [
  '{"a":1}',
  '\ufeff [ {',
  '[]',
  '/* pools */ { "pools": [] }',
  '// a\n  // b\n{ }',
  '/**//**/\n{/* inside */',
  '{ // c\n',
])
  test(`begins like JSON: ${JSON.stringify(text)}`, () => assert.ok(startsLikeJson(text)))

for (const text of ['', '{', '/* {"a":1}', '// {"a":1}', 'x {"a":1}', '{ a: 1 }', '#!/bin/sh\n[ -f x ]', '/ {"a"'])
  test(`begins otherwise: ${JSON.stringify(text)}`, () => assert.ok(!startsLikeJson(text)))

test('a thousand comments and nothing behind them', () => {
  for (const comment of ['/* * / ** //*/ ', '/**/', '// /* \n', '/*'])
    assert.equal(startsLikeJson(comment.repeat(20_000)), false)
})
