import assert from 'node:assert/strict'
import { test } from 'node:test'
import { defaultPolicy } from '../../../model/wire/index.ts'
import { type HostGroup, policyOf } from './policy-of.ts'

const strict = { ...defaultPolicy, version: 4, prevention: 'off' as const }
const group = (id: string, more: Partial<HostGroup> = {}): HostGroup => ({
  id,
  name: id,
  hosts: 1,
  policyVersion: 0,
  ...more,
})

test('a policy comes from the nearest group above that has one', () => {
  const all = [group('root', { policy: strict }), group('web', { parent: 'root' }), group('shop', { parent: 'web' })]
  assert.deepEqual(
    all.map(one => policyOf(one, all).from?.id),
    ['root', 'root', 'root'],
  )
  assert.equal(policyOf(all[2] ?? group(''), all).policy.prevention, 'off')
  const own = group('shop', { parent: 'web', policy: defaultPolicy })
  assert.equal(policyOf(own, [...all.slice(0, 2), own]).from, own)
})

test('without any, that of the program; a ring or a missing parent ends', () => {
  const ring = [group('a', { parent: 'b' }), group('b', { parent: 'a' })]
  assert.deepEqual(policyOf(ring[0] ?? group(''), ring), { policy: defaultPolicy, from: undefined })
  assert.deepEqual(policyOf(group('x', { parent: 'gone' }), []), { policy: defaultPolicy, from: undefined })
})
