import assert from 'node:assert/strict'
import { test } from 'node:test'
import { trimmedEnd } from './trim.ts'

test('what stands at the end goes, however much of it stands elsewhere', () => {
  assert.equal(trimmedEnd('a b \t\n', ' \t\n'), 'a b')
  assert.equal(trimmedEnd(' \t', ' \t'), '')
  assert.equal(trimmedEnd('', ' '), '')
  const padded = `a${' '.repeat(1 << 20)}b`
  assert.equal(trimmedEnd(`${padded} `, ' '), padded)
})
