import assert from 'node:assert/strict'
import { test } from 'node:test'
import fc from 'fast-check'
import type { LoginEvent } from '../model/index.ts'
import { answerBruteForce, type BruteForceQuestion, LoginHistory } from './brute-force.ts'
import { customerOf, isInNetwork, isPrivate } from './network.ts'

const nowMs = Date.parse('2026-02-03T12:00:00Z')
const limits = { failures: 10, minutes: 10, blockMinutes: 30 }
const day = 86_400_000

function login(address: string, agoMs: number, account = 'root', succeeded = false): LoginEvent {
  return { kind: 'login', at: new Date(nowMs - agoMs).toISOString(), succeeded, service: 'sshd', account, address }
}

function failing(address: string, count: number, account: (index: number) => string = () => 'root'): LoginEvent[] {
  return Array.from({ length: count }, (_, index) => login(address, (count - index) * 1000, account(index)))
}

function ask(events: readonly LoginEvent[], more: Partial<BruteForceQuestion> = {}) {
  const history = new LoginHistory()
  history.note(events)
  const logins = history.since(nowMs - 600_000)
  return answerBruteForce({
    logins,
    blocks: [],
    nowMs,
    limits,
    neverBlock: [],
    sparedBecause: () => undefined,
    ...more,
  })
}

for (const [name, events, more, expected] of [
  ['nine failures are not enough', failing('203.0.113.9', 9), {}, []],
  [
    'ten are',
    failing('203.0.113.9', 10, index => `u${index % 3}`),
    {},
    ['203.0.113.9 1800 203.0.113.9 failed to log in 10 times as 3 accounts within 1 min.'],
  ],
  [
    'ten within hours are not',
    failing('203.0.113.9', 10).map((event, at) => ({ ...event, at: login('', at * 600_000).at })),
    {},
    [],
  ],
  [
    'who comes back is blocked longer each time',
    failing('203.0.113.9', 10),
    {
      blocks: [1, 2].map(days => ({ address: '203.0.113.9', atMs: nowMs - days * day, seconds: 1800 })),
    },
    [
      '203.0.113.9 28800 203.0.113.9 failed to log in 10 times within 1 min, and was blocked 2 times in the last two weeks.',
    ],
  ],
  [
    'never longer than a week',
    failing('203.0.113.9', 10),
    { blocks: Array.from({ length: 50 }, () => ({ address: '203.0.113.9', atMs: nowMs - day, seconds: 60 })) },
    [
      '203.0.113.9 604800 203.0.113.9 failed to log in 10 times within 1 min, and was blocked 50 times in the last two weeks.',
    ],
  ],
  [
    'who is blocked is not blocked again',
    failing('203.0.113.9', 40),
    { blocks: [{ address: '203.0.113.9', atMs: nowMs - 60_000, seconds: 600 }] },
    [],
  ],
  [
    'an administrator who mistypes has more patience',
    [login('203.0.113.9', 5 * day, 'anna', true), ...failing('203.0.113.9', 29)],
    {},
    [],
  ],
  [
    'but not without end',
    [login('203.0.113.9', 5 * day, 'anna', true), ...failing('203.0.113.9', 30)],
    {},
    ['203.0.113.9 1800 203.0.113.9 failed to log in 30 times within 1 min.'],
  ],
  [
    'whoever gets in after many failures is no friend',
    [...failing('203.0.113.9', 12), login('203.0.113.9', 500, 'root', true)],
    {},
    ['203.0.113.9 1800 203.0.113.9 failed to log in 12 times within 1 min.'],
  ],
  [
    'nor the next day',
    [
      ...Array.from({ length: 12 }, () => login('203.0.113.9', 2 * day)),
      login('203.0.113.9', 2 * day - 1000, 'root', true),
      ...failing('203.0.113.9', 12),
    ],
    {},
    ['203.0.113.9 1800 203.0.113.9 failed to log in 12 times within 1 min.'],
  ],
  ['a private address may stand for many people', failing('10.1.2.3', 29), {}, []],
  ['what the owner listed', failing('2001:db8:1::9', 90), { neverBlock: ['192.0.2.0/24', '2001:db8::/32'] }, []],
  ['a gateway', failing('203.0.113.1', 90), { sparedBecause: () => 'a gateway' }, []],
  [
    'an IPv6 customer has as many addresses as it wants',
    [1, 2, 3, 4].flatMap(one => failing(`2001:db8:1:2::${one}`, 3)),
    {},
    [1, 2, 3, 4].map(
      one =>
        `2001:db8:1:2::${one} 1800 2001:db8:1:2::${one} failed to log in 3 times (12 with its neighbours) within 1 min.`,
    ),
  ],
  ['a host name is nothing that can be blocked', failing('host.example', 90), {}, []],
] as const)
  test(name, () =>
    assert.deepEqual(
      ask(events, more).block.map(({ address, seconds, because }) => `${address} ${seconds} ${because}`),
      expected,
    ),
  )

test('why somebody is spared is told', () => {
  const answer = ask([...failing('203.0.113.1', 20), ...failing('192.0.2.7', 20)], {
    neverBlock: ['192.0.2.0/24'],
    sparedBecause: address => (address === '203.0.113.1' ? 'the other end of an ssh session' : undefined),
  })
  assert.deepEqual(answer.spared, [
    { address: '203.0.113.1', because: '203.0.113.1 is the other end of an ssh session.' },
    { address: '192.0.2.7', because: '192.0.2.7 is in response.neverBlock (192.0.2.0/24).' },
  ])
})

test('many addresses that try a little each are blocked sooner; a few are not', () => {
  const from = (count: number) => Array.from({ length: count }, (_, index) => failing(`198.51.100.${index}`, 4)).flat()
  assert.deepEqual([ask(from(19)).spread, ask(from(19)).block.length], [false, 0])
  const answer = ask([...from(40), ...failing('203.0.113.9', 3)])
  assert.deepEqual([answer.spread, answer.block.length], [true, 40])
  assert.ok(!answer.block.some(({ address }) => address === '203.0.113.9'))
})

test('at most so many at once, the busiest first', () => {
  const events = Array.from({ length: 30 }, (_, index) => failing(`198.51.100.${index}`, 10 + index)).flat()
  const blocks = [{ address: '192.0.2.1', atMs: nowMs - 1000, seconds: 60 }]
  const answer = ask(events, { blocks, limits: { ...limits, mostAtOnce: 3 } })
  assert.deepEqual(
    answer.block.map(({ address }) => address),
    ['198.51.100.29', '198.51.100.28'],
  )
  assert.equal(answer.spared.length, 28)
})

test('history is kept, forgotten in time, and bounded', () => {
  const history = new LoginHistory()
  history.note([login('192.0.2.1', 29 * day, 'anna', true), login('192.0.2.2', 2 * day), login('192.0.2.3', 1000)])
  const next = new LoginHistory(history.kept(nowMs))
  assert.deepEqual(
    next.kept(nowMs).map(({ address }) => address),
    ['192.0.2.1', '192.0.2.3'],
  )
  assert.deepEqual(next.kept(nowMs + 2 * day), [])
  const full = new LoginHistory()
  full.note([login('192.0.2.1', day, 'anna', true)])
  for (let high = 0; high < 22; high++)
    full.note(Array.from({ length: 250 }, (_, low) => login(`10.${high}.0.${low}`, 1000)))
  full.note(failing('203.0.113.9', 5000))
  const kept = full.kept(nowMs)
  assert.ok(kept.length <= 5000)
  assert.ok(kept.some(({ address }) => address === '192.0.2.1'))
  assert.equal(kept.find(({ address }) => address === '203.0.113.9')?.failures.length, 1000)
  const one = login('', 1000)
  const same = (low: number) => ({ ...one, address: `192.0.3.${low}` })
  for (let low = 0; low < 120; low++) full.note(Array.from({ length: 1000 }, () => same(low)))
  const failures = full.kept(nowMs).reduce((sum, one) => sum + one.failures.length, 0)
  assert.ok(failures <= 100_000, String(failures))
})

for (const [address, network, expected] of [
  ['192.0.2.7', '192.0.2.0/24', true],
  ['192.0.3.7', '192.0.2.0/24', false],
  ['192.0.2.7', '192.0.2.7', true],
  ['::ffff:192.0.2.7', '192.0.2.0/24', true],
  ['192.0.2.7', '::ffff:192.0.2.0/120', true],
  ['2001:db8::1', '2001:db8::/32', true],
  ['2001:db9::1', '2001:db8::/32', false],
  ['2001:db8::1', '0.0.0.0/0', false],
  ['203.0.113.9', '0.0.0.0/0', true],
  ['203.0.113.9', '0.0.0.0/33', false],
  ['nobody', '0.0.0.0/0', false],
  ['203.0.113.9', 'everybody', false],
] as const)
  test(`${address} in ${network}`, () => assert.equal(isInNetwork(address, network), expected))

test('any address is in its own network, and in that of all', () => {
  fc.assert(
    fc.property(fc.oneof(fc.ipV4(), fc.ipV6()), address => {
      assert.ok(isInNetwork(address, address))
      assert.ok(customerOf(address) !== undefined)
      isPrivate(address)
    }),
  )
})
