import assert from 'node:assert/strict'
import { test } from 'node:test'
import type { AlertObject, Permission } from '../../../../model/api/index.ts'
import { choiceOf, type HandleRequest, requestOf, sumsOf, waysFor, withPlans } from './handling.ts'

const alert: AlertObject = {
  id: 'a',
  host: { id: 'h', name: 'web-01', group: 'g' },
  about: 'incident',
  origin: 'i',
  type: 'mining',
  level: 'critical',
  verdict: 'confirmed',
  title: 'Cryptominer',
  families: [],
  attack: [],
  status: 'open',
  firstSeen: '2026-01-01T00:00:00.000Z',
  lastSeen: '2026-01-01T00:00:00.000Z',
  seenTimes: 1,
}
const all: readonly Permission[] = ['alerts:triage', 'alerts:handle', 'allowlist:write']

for (const [what, change, rights, expected] of [
  [
    'an open incident',
    {},
    all,
    ['in-depth', 'terminate-and-quarantine', 'terminate', 'block', 'ignore', 'allow', 'manual'],
  ],
  ['an operator', {}, ['alerts:triage'], ['ignore', 'manual']],
  ['a viewer', {}, [], []],
  ['what is handled', { status: 'handled' }, all, ['reopen']],
  ['what is being handled', { status: 'handling' }, all, ['ignore', 'allow', 'manual']],
  ['an open door has nothing to clean', { verdict: 'exposure' }, all, ['ignore', 'allow', 'manual']],
  ['the agent itself', { about: 'agent' }, all, ['ignore', 'manual']],
  ['a finding of no incident', { about: 'finding' }, all, ['ignore', 'allow', 'manual']],
] as const)
  test(what, () => {
    const held: readonly string[] = rights
    assert.deepEqual(waysFor({ ...alert, ...change }, { can: one => held.includes(one) }), expected)
  })

test('same type: all that are alike, everywhere or in a scope', () => {
  const one = { alerts: ['a'] }
  assert.equal(choiceOf(one, 'this', {}), one)
  assert.deepEqual(choiceOf(one, 'rule', {}), { sameAs: 'a', by: 'rule' })
  assert.deepEqual(choiceOf(one, 'hash', { groups: ['g'] }), { sameAs: 'a', by: 'hash', scope: { groups: ['g'] } })
})

test('exactly the plans that were seen, but of what is refused none', () => {
  const item = { host: { id: 'h', name: 'web-01' }, title: 'x', needsApproval: false }
  const preview = {
    hosts: 2,
    items: [
      { ...item, alert: 'a', plan: { id: 'p1', actions: 3 } },
      { ...item, alert: 'b', plan: { id: 'p2', actions: 4 }, refused: 'no' },
      { ...item, alert: 'c', needsApproval: true },
    ],
  }
  const request: HandleRequest = requestOf({
    way: 'in-depth',
    choice: { alerts: ['a', 'b', 'c'] },
    blockSeconds: 60,
    blockScope: undefined,
  })
  assert.deepEqual(withPlans(request, preview).how, { as: 'in-depth', plans: { a: 'p1' } })
  assert.deepEqual(sumsOf(preview), { alerts: 2, hosts: 1, refused: 1, actions: 3, needApproval: 1 })
})
