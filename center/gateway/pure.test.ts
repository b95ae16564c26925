import assert from 'node:assert/strict'
import { test } from 'node:test'
import fc from 'fast-check'
import { AddressLimit, Bucket, networkOf } from './bucket.ts'
import { cleanText } from './clean-text.ts'
import { deepest, parseJson } from './json.ts'
import { likelyReason } from './offline-reason.ts'
import type { Silent } from './ports.ts'
import { gather } from './silence.ts'

const now = new Date('2026-03-01T12:00:00Z')
const healthy = {
  now,
  certificateEnds: new Date('2026-04-01T00:00:00Z'),
  clockSkewSeconds: 1,
  nodeGone: false,
  group: { agents: 10, silent: 1 },
}
for (const [clues, reason] of [
  [{}, 'host-or-network'],
  [{ certificateEnds: now }, 'certificate-ended'],
  [{ certificateEnds: null, clockSkewSeconds: null }, 'host-or-network'],
  [{ clockSkewSeconds: -4_000 }, 'clock-wrong'],
  [{ nodeGone: true }, 'center-gone'],
  [{ group: { agents: 10, silent: 6 } }, 'group-network'],
  [{ group: { agents: 1, silent: 1 } }, 'host-or-network'],
] as const)
  test(`likely reason: ${JSON.stringify(clues)} is ${reason}`, () =>
    assert.equal(likelyReason({ ...healthy, ...clues }), reason))

const silentOf = (count: number, group: string): Silent[] =>
  Array.from({ length: count }, (_, index) => ({
    agent: { tenant: 't', agent: `${group}${index}`, host: `h${index}`, group },
    hostname: 'x',
    since: now,
    reason: 'host-or-network',
  }))
for (const [name, silent, online, expected] of [
  ['one', silentOf(1, 'a'), { a: 5 }, [[1, undefined]]],
  ['nine of ten are not ten', silentOf(9, 'a'), { a: 1 }, Array.from({ length: 9 }, () => [1, undefined])],
  [
    'ten of fifty are not more than a fifth',
    silentOf(10, 'a'),
    { a: 40 },
    Array.from({ length: 10 }, () => [1, undefined]),
  ],
  ['eleven of fifty', silentOf(11, 'a'), { a: 39 }, [[11, undefined]]],
  [
    'a group of two',
    [...silentOf(2, 'a'), ...silentOf(1, 'b')],
    { b: 3 },
    [
      [2, 'a'],
      [1, undefined],
    ],
  ],
  ['a group of one is one host', silentOf(1, 'a'), {}, [[1, undefined]]],
] as const)
  test(`alarms: ${name}`, () =>
    assert.deepEqual(
      gather(silent, new Map(Object.entries(online))).map(one => [one.silent.length, one.group]),
      expected,
    ))

test('no silent agent is left out or told of twice', () =>
  fc.assert(
    fc.property(
      fc.array(fc.constantFrom('a', 'b', 'c'), { maxLength: 40 }),
      fc.dictionary(fc.constantFrom('a', 'b', 'c'), fc.nat(60)),
      (groups, online) => {
        const silent = groups.flatMap(group => silentOf(1, group))
        const told = gather(silent, new Map(Object.entries(online))).flatMap(one => one.silent)
        assert.deepEqual(new Set(told), new Set(silent))
        assert.equal(told.length, silent.length)
      },
    ),
  ))

test('a bucket gives what it may and no more', () =>
  fc.assert(
    fc.property(fc.array(fc.nat(500), { minLength: 1, maxLength: 200 }), pauses => {
      const bucket = new Bucket(10, 20, 0)
      let at = 0
      let taken = 0
      for (const pause of pauses) {
        at += pause
        const wait = bucket.take(1, at)
        if (wait === 0) taken++
        else assert.equal(new Bucket(10, 20, 0).take(1, 0), 0)
      }
      assert.ok(taken <= 20 + (at / 1_000) * 10 + 1e-6)
    }),
  ))

test('addresses are limited one by one, IPv6 by network', () => {
  const limit = new AddressLimit(60, 2)
  assert.deepEqual(
    ['192.0.2.1', '::ffff:192.0.2.1', '192.0.2.1', '192.0.2.2'].map(address => limit.take(address, 0) === 0),
    [true, true, false, true],
  )
  assert.equal(networkOf('2001:db8::1'), networkOf('2001:db8:0:0:ffff::2'))
  assert.notEqual(networkOf('2001:db8:0:1::1'), networkOf('2001:db8:0:2::1'))
  fc.assert(fc.property(fc.ipV6(), address => assert.equal(networkOf(address).split(':').length, 4)))
})

test('text from hosts becomes one storable line', () =>
  fc.assert(
    fc.property(fc.string({ unit: 'binary' }), fc.nat(50), (text, most) => {
      const clean = cleanText(text, most)
      assert.ok(clean.length <= most && clean.isWellFormed() && !/[\u0000-\u001f]/.test(clean))
    }),
  ))

test('JSON: what nests too deep or is broken is nothing; everything else is what it is', () => {
  assert.equal(parseJson('['.repeat(8_000_000)), undefined)
  assert.equal(parseJson(`${'['.repeat(deepest + 1)}${']'.repeat(deepest + 1)}`), undefined)
  assert.deepEqual(parseJson(`"${'['.repeat(deepest + 1)}"`), { value: '['.repeat(deepest + 1) })
  fc.assert(
    fc.property(fc.jsonValue({ maxDepth: 20 }), value => {
      const text = JSON.stringify(value)
      assert.deepEqual(parseJson(text), { value: JSON.parse(text) })
    }),
  )
})
