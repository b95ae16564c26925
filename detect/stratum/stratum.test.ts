import assert from 'node:assert/strict'
import { test } from 'node:test'
import fc from 'fast-check'
import { messagesIn } from './in-bytes.ts'
import { stratumMessage } from './message.ts'
import { StratumSession } from './session.ts'

const blob = '0e'.repeat(76)
const hash = `0x${'ab'.repeat(32)}`

const login = {
  id: 1,
  jsonrpc: '2.0',
  method: 'login',
  params: { login: 'w.rig', pass: 'x', agent: 'a/1', algo: ['rx/0'] },
}
const loggedIn = {
  id: 1,
  error: null,
  result: { id: 's', job: { blob, job_id: 'j1', target: 'b88d0600' }, status: 'OK' },
}

for (const [name, message, expected] of [
  ['login', login, { from: 'client', says: 'login', account: 'w.rig', agent: 'a/1' }],
  ['login answered', loggedIn, { from: 'pool', says: 'job', job: 'j1' }],
  [
    'job',
    { method: 'job', params: { blob, job_id: 'j2', target: 'b88d0600' } },
    { from: 'pool', says: 'job', job: 'j2' },
  ],
  [
    'submit',
    { id: 2, method: 'submit', params: { id: 's', job_id: 'j2', nonce: '0a0b0c0d', result: 'f0'.repeat(32) } },
    { from: 'client', says: 'submit', job: 'j2' },
  ],
  ['subscribe', { id: 1, method: 'mining.subscribe', params: [] }, { from: 'client', says: 'mining.subscribe' }],
  [
    'subscribe answered',
    {
      id: 1,
      result: [
        [
          ['mining.set_difficulty', 'a'],
          ['mining.notify', 'b'],
        ],
        '08000002',
        4,
      ],
      error: null,
    },
    { from: 'pool', says: 'mining.subscribe answered' },
  ],
  [
    'authorize',
    { id: 2, method: 'mining.authorize', params: ['w.1', 'x'] },
    { from: 'client', says: 'mining.authorize', account: 'w.1' },
  ],
  [
    'notify',
    { id: null, method: 'mining.notify', params: ['b', 'p', '1', '2', []] },
    { from: 'pool', says: 'mining.notify' },
  ],
  [
    'difficulty',
    { id: null, method: 'mining.set_difficulty', params: [2] },
    { from: 'pool', says: 'mining.set_difficulty' },
  ],
  [
    'ethereum',
    { id: 1, method: 'eth_submitLogin', params: ['0xw', 'x'] },
    { from: 'client', says: 'eth_submitLogin', account: '0xw' },
  ],
  ['work', { id: 0, result: [hash, hash, hash] }, { from: 'pool', says: 'work' }],
  [
    'solo',
    { id: 0, method: 'getblocktemplate', params: { wallet_address: '4w', reserve_size: 8 } },
    { from: 'client', says: 'getblocktemplate', account: '4w' },
  ],
  ['a web program that logs in', { method: 'login', params: { login: 'bob', pass: 'x', remember: true } }, undefined],
  ['an editor’s language server', { id: 1, method: 'initialize', params: { rootUri: 'file:///x' } }, undefined],
  ['a batch system', { method: 'submit', params: { job_id: '77', queue: 'long' } }, undefined],
  ['a build service', { method: 'job', params: { job_id: 77, status: 'ok' } }, undefined],
  ['an array', [login], undefined],
] as const)
  test(name, () => assert.deepEqual(stratumMessage(JSON.stringify(message)), expected))

test('messages are found between other bytes, each once', () => {
  const bytes = Buffer.concat([
    Buffer.from([1, 2, 0x7b, 0]),
    Buffer.from(JSON.stringify(login)),
    Buffer.from('\n\0{{{"login"'),
    Buffer.alloc(5000, 0x61),
    Buffer.from([0]),
    Buffer.from(`${JSON.stringify(loggedIn)}\n`),
  ])
  assert.deepEqual(
    [...messagesIn(bytes)].map(({ says }) => says),
    ['job', 'login'],
  )
})

test('prose about mining holds no message', () => {
  const prose = 'The client sends "mining.subscribe" and then a {"method": "login"} with "login": wallet. {"job_id"}'
  assert.deepEqual([...messagesIn(Buffer.from(prose))], [])
})

test('any bytes give messages or none, in bounded time', () => {
  const word = fc.constantFrom(
    '{',
    '}',
    '"',
    '"login"',
    '"job_id"',
    '"mining.',
    '\\',
    ':',
    '[',
    JSON.stringify(login),
    '\n',
  )
  fc.assert(
    fc.property(fc.array(fc.oneof(word, fc.string())), words => void [...messagesIn(Buffer.from(words.join('')))]),
  )
  fc.assert(fc.property(fc.json(), text => void stratumMessage(text)))
  const startMs = performance.now()
  void [...messagesIn(Buffer.from('{"login"'.repeat(200_000)))]
  assert.ok(performance.now() - startMs < 5000)
})

test('a session has two sides', () => {
  const session = new StratumSession()
  session.add({ from: 'client', says: 'login', account: 'w', agent: 'a/1' })
  assert.deepEqual([session.bothSides, session.words], [false, 'login'])
  session.add({ from: 'pool', says: 'job', job: '1' })
  assert.deepEqual([session.bothSides, session.words, session.account], [true, 'login; answered by job', 'w'])
})
