import assert from 'node:assert/strict'
import { test } from 'node:test'
import { passwordFaults } from './password-faults.ts'

// The center judges these alike (center/people/password.test.ts).
for (const [password, expected] of [
  ['', ['short', 'repeats']],
  ['short-1', ['short']],
  ['aaaaaaaaaaaaaa', ['repeats']],
  ['abcdefghijklmn', ['row']],
  ['987654321098', ['row']],
  ['margaret-12345', ['name']],
  ['four unrelated words here', []],
  ['正确的马电池订书钉一二三四', []],
] as const)
  test(`"${password}"`, () => assert.deepEqual(passwordFaults(password, 'margaret'), expected))
