import assert from 'node:assert/strict'
import { test } from 'node:test'
import { weakness } from '../../center/people/password-policy.ts'
import { passwordFaults } from './password-faults.ts'

for (const [password, expected] of [
  ['', ['short', 'repeats']],
  ['short-1', ['short']],
  ['aaaaaaaaaaaaaa', ['repeats', 'row']],
  ['abcdefghijklmn', ['row']],
  ['margaret-12345', ['name']],
  ['four unrelated words here', []],
  ['正确的马电池订书钉一二三四', []],
] as const)
  test(`"${password}"`, () => {
    const faults = passwordFaults(password, 'margaret')
    assert.deepEqual(
      faults.filter(fault => expected.some(one => one === fault)),
      [...expected],
    )
    // What is said here at once, the center says too.
    if (faults.length > 0) assert.notEqual(weakness(password, { name: 'margaret' }), undefined)
    else assert.equal(weakness(password, { name: 'margaret' }), undefined)
  })
