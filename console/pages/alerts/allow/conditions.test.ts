import assert from 'node:assert/strict'
import { test } from 'node:test'
import { advisedOf, candidatesOf, conditionOf, isEmpty } from './conditions.ts'

const finding = {
  id: 'f1',
  rule: { id: 'rule-1', title: 'A login key that nobody knows' },
  level: 'high',
  class: 'persistence',
  conclusive: false,
  attack: [],
  families: [],
  because: 'It does.',
  fact: {
    kind: 'login-key',
    id: 'k1',
    path: '/root/.ssh/authorized_keys',
    user: 'root',
    line: 1,
    text: 'ssh-ed25519 AAAA',
    keyType: 'ssh-ed25519',
    fingerprint: 'SHA256:abc',
    comment: '',
    options: [],
    attributes: [],
    modified: '2026-01-01T00:00:00.000Z',
    keysInFile: 1,
    accountsWithKey: 1,
  },
}

test('what an allowance can name is taken from the evidence', () => {
  const found = candidatesOf(finding)
  assert.deepEqual(
    found.map(({ name, value }) => [name, value]),
    [
      ['rule', 'rule-1'],
      ['path', '/root/.ssh/authorized_keys'],
      ['user', 'root'],
      ['fingerprint', 'SHA256:abc'],
    ],
  )
  assert.deepEqual(advisedOf(found), ['rule', 'fingerprint'])
  assert.deepEqual(conditionOf(found, ['rule', 'user']), { rule: 'rule-1', user: 'root' })
})

test('evidence that is no finding names nothing', () => {
  assert.deepEqual(candidatesOf({ title: 'an incident' }), [])
  assert.ok(isEmpty(conditionOf([], ['rule'])))
})
