import assert from 'node:assert/strict'
import { test } from 'node:test'
import { exchangedIn } from './exchanged-indicators.ts'

const bundle = {
  type: 'bundle',
  objects: [
    "[ipv4-addr:value = '198.51.100.7'] OR [ipv4-addr:value = '198.51.100.7']",
    "[ipv4-addr:value ISSUBSET '198.51.100.0/24']",
    "[file:hashes.MD5 = 'D41D8CD98F00B204E9800998ECF8427E']",
    "[email-addr:value = 'a@b.example']",
    "[domain-name:value = 'github.com']",
  ].map((pattern, at) => ({
    type: 'indicator',
    id: `indicator--${at}`,
    pattern,
    name: `n${at}`,
    valid_until: at === 2 ? '2999-01-01T00:00:00Z' : undefined,
  })),
}

test('a STIX bundle becomes indicators of a center; what it cannot look for is told', async () => {
  const { items, left } = await exchangedIn(JSON.stringify(bundle), { level: 'high' })
  assert.deepEqual(items, [
    { kind: 'address', value: '198.51.100.7', level: 'high', note: 'n0' },
    {
      kind: 'hash',
      value: 'd41d8cd98f00b204e9800998ecf8427e',
      level: 'high',
      note: 'n2',
      expiresAt: '2999-01-01T00:00:00.000Z',
    },
  ])
  assert.deepEqual(left.map(one => one.why).sort(), [
    'a center looks for no networks',
    'it is shared by many who have nothing to do with each other',
    'nothing here has email-addr:value',
  ])
})

test('events of MISP likewise, and other JSON is refused', async () => {
  const event = { Event: { info: 'wave', Attribute: [{ type: 'hostname', value: 'c2.example', to_ids: true }] } }
  const { items } = await exchangedIn(JSON.stringify(event), { note: 'ours', expiresAt: '2999-01-01T00:00:00.000Z' })
  assert.deepEqual(items, [
    { kind: 'domain', value: 'c2.example', note: 'ours', expiresAt: '2999-01-01T00:00:00.000Z' },
  ])
  await assert.rejects(exchangedIn('{"a": 1}', {}), /neither a STIX 2 bundle/)
})
