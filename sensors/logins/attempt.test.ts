import assert from 'node:assert/strict'
import { test } from 'node:test'
import fc from 'fast-check'
import { loginEvent } from '../../model/index.ts'
import { Attempts, plainAddress } from './attempt.ts'
import { ToldOnce } from './told-once.ts'

const atMs = Date.parse('2026-02-03T12:00:00Z')

for (const [name, messages, expected] of [
  [
    'three passwords on one connection are three attempts',
    [
      'Failed password for root from 203.0.113.9 port 5 ssh2',
      'message repeated 2 times: [ Failed password for root from 203.0.113.9 port 5 ssh2]',
      'Disconnecting authenticating user root 203.0.113.9 port 5: Too many authentication failures [preauth]',
    ],
    ['no root 203.0.113.9 5 password', 'no root 203.0.113.9 5 password', 'no root 203.0.113.9 5 password'],
  ],
  [
    'all lines about one try with an unknown name are one attempt',
    [
      'Invalid user x from 203.0.113.9 port 5',
      'Failed none for invalid user x from 203.0.113.9 port 5 ssh2',
      'Failed password for invalid user x from 203.0.113.9 port 5 ssh2',
      'Connection closed by invalid user x 203.0.113.9 port 5 [preauth]',
    ],
    ['no x 203.0.113.9 5 -'],
  ],
  [
    'where only keys are allowed, the end of the connection tells it',
    [
      'Connection closed by authenticating user root 203.0.113.9 port 5 [preauth]',
      'Connection closed by authenticating user root 203.0.113.9 port 6 [preauth]',
    ],
    ['no root 203.0.113.9 5 -', 'no root 203.0.113.9 6 -'],
  ],
  [
    'somebody gets in',
    [
      'Failed password for anna from 203.0.113.9 port 5 ssh2',
      'Accepted password for anna from 203.0.113.9 port 5 ssh2',
      'Disconnected from user anna 203.0.113.9 port 5',
    ],
    ['no anna 203.0.113.9 5 password', 'yes anna 203.0.113.9 5 password'],
  ],
] as const)
  test(name, () => {
    const attempts = new Attempts()
    const events = messages.flatMap(message => attempts.of('sshd-session', message, atMs))
    for (const one of events) assert.equal(loginEvent.parse(one).service, 'sshd')
    assert.deepEqual(
      events.map(({ succeeded, account, address, port, method }) =>
        [succeeded ? 'yes' : 'no', account, address, port, method ?? '-'].join(' '),
      ),
      expected,
    )
  })

for (const [text, expected] of [
  ['203.0.113.9', '203.0.113.9'],
  ['2001:0db8:0000:0000:0000:0000:0000:0001', '2001:db8::1'],
  ['::ffff:203.0.113.9', '203.0.113.9'],
  ['fe80::1%eth0', 'fe80::1'],
  ['host.example', 'host.example'],
  ['a\u001b[2J', String.raw`a\x1b[2J`],
] as const)
  test(`address ${JSON.stringify(text)}`, () => assert.equal(plainAddress(text), expected))

test('what several logs tell is told once, and each attempt of its own', () => {
  const once = new ToldOnce()
  const event = (address: string) =>
    loginEvent.parse({
      kind: 'login',
      at: new Date(atMs).toISOString(),
      succeeded: false,
      service: 'sshd',
      account: 'root',
      address,
    })
  const news = (source: string, address: string, seconds: number) =>
    once.isNews(event(address), source, atMs + seconds * 1000)
  assert.deepEqual(
    [
      news('journal', 'a', 0),
      news('auth.log', 'a', 0.5),
      news('journal', 'a', 1),
      news('journal', 'a', 1),
      news('btmp', 'a', 1),
      news('btmp', 'a', 1),
      news('btmp', 'a', 1),
      news('btmp', 'a', 1),
      news('btmp', 'b', 1),
      news('auth.log', 'a', 2),
      news('auth.log', 'a', 60),
    ],
    [true, false, true, true, false, false, false, true, true, false, true],
  )
})

test('any line, told in order or not', () => {
  const attempts = new Attempts()
  const user = fc.uint8Array({ maxLength: 40 }).map(bytes => Buffer.from(bytes).toString('latin1'))
  fc.assert(
    fc.property(user, fc.nat({ max: 70_000 }), fc.nat({ max: 2_000_000 }), (name, port, count) => {
      for (const message of [
        `Invalid user ${name} from 203.0.113.9 port ${port}`,
        `message repeated ${count} times: [ Failed password for ${name} from 203.0.113.9 port ${port} ssh2]`,
        `Connection closed by invalid user ${name} 203.0.113.9 port ${port} [preauth]`,
      ]) {
        const events = attempts.of('sshd', message, atMs)
        assert.ok(events.length <= 100)
        if (events[0] !== undefined) loginEvent.parse(events[0])
      }
    }),
    { numRuns: 200 },
  )
})
