import assert from 'node:assert/strict'
import { randomBytes } from 'node:crypto'
import { test } from 'node:test'
import fc from 'fast-check'
import type { Fact, SocketFact } from '../../model/index.ts'
import { Conversations } from './conversations.ts'
import { note } from './listen.ts'
import { segmentIn } from './segment.ts'
import { websocketTexts } from './texts.ts'
import { tlsHello } from './tls.ts'

interface Sent {
  readonly from: string
  readonly to: string
  readonly bytes: Buffer | string
  readonly sequence?: number
  readonly flags?: number
}

/** An IPv4 packet without checksums, which nobody checks here. */
function packet({ from, to, bytes, sequence = 1000, flags = 0x18 }: Sent): Buffer {
  const body = Buffer.from(bytes)
  const packet = Buffer.concat([Buffer.alloc(40), body])
  packet[0] = 0x45
  packet.writeUInt16BE(packet.length, 2)
  packet[9] = 6
  for (const [at, end] of [from, to].entries()) {
    const [address = '', port] = end.split(':')
    for (const [i, part] of address.split('.').entries()) packet[12 + at * 4 + i] = Number(part)
    packet.writeUInt16BE(Number(port), 20 + at * 2)
  }
  packet.writeUInt32BE(sequence >>> 0, 24)
  packet[32] = 0x50
  packet[33] = flags
  return packet
}

const [miner, pool] = ['10.0.0.5:40000', '198.51.100.7:443']
const blob = '0e'.repeat(76)
const login = `${JSON.stringify({ id: 1, method: 'login', params: { login: 'w', pass: 'x', agent: 'a/1' } })}\n`
const job = `${JSON.stringify({ method: 'job', params: { blob, job_id: 'j', target: 'b88d0600' } })}\n`

/** What a socket of the miner's, and one of the pool's, is told after these packets. */
function heard(packets: readonly Sent[], sent = false): [SocketFact | undefined, SocketFact | undefined, Fact[]] {
  const conversations = new Conversations()
  for (const one of packets) conversations.see(packet(one), sent && one.from === miner)
  const facts: Fact[] = [socketFact(miner, pool), socketFact(pool, miner)]
  note(conversations.list(), facts)
  const [asks, gives, ...more] = facts
  return [asks as SocketFact, gives as SocketFact, more]
}

function socketFact(local: string, remote: string): SocketFact {
  const [localAddress = '', localPort] = local.split(':')
  const [address = '', port] = remote.split(':')
  return {
    kind: 'socket',
    protocol: 'tcp',
    state: 'ESTABLISHED',
    localAddress,
    localPort: Number(localPort),
    address,
    port: Number(port),
    inode: 1,
    scope: 'public',
  }
}

const both = 'login; answered by job'
for (const [name, packets, asks, gives] of [
  [
    'a talk with two sides',
    [
      { from: miner, to: pool, bytes: login },
      { from: pool, to: miner, bytes: job },
    ],
    both,
    both,
  ],
  ['work alone, in the middle of a talk', [{ from: pool, to: miner, bytes: job }], 'job', undefined],
  ['somebody outside says hello to a port of ours', [{ from: pool, to: miner, bytes: login }], undefined, undefined],
  ['hello without an answer', [{ from: miner, to: pool, bytes: login }], undefined, undefined],
  [
    'a message in pieces, one of them twice',
    [
      { from: pool, to: miner, bytes: job.slice(0, 50), sequence: 5 },
      { from: pool, to: miner, bytes: job.slice(0, 50), sequence: 5 },
      { from: pool, to: miner, bytes: job.slice(50, 90), sequence: 55 },
      { from: pool, to: miner, bytes: job.slice(90), sequence: 95 },
    ],
    'job',
    undefined,
  ],
  [
    'a message with a hole',
    [
      { from: pool, to: miner, bytes: job.slice(0, 50), sequence: 5 },
      { from: pool, to: miner, bytes: job.slice(90), sequence: 95 },
    ],
    undefined,
    undefined,
  ],
  [
    'over the end of the numbers',
    [
      { from: pool, to: miner, bytes: job.slice(0, 50), sequence: 2 ** 32 - 20 },
      { from: pool, to: miner, bytes: job.slice(50), sequence: 30 },
    ],
    'job',
    undefined,
  ],
  [
    'over HTTP',
    [
      { from: miner, to: pool, bytes: `POST /json_rpc HTTP/1.1\r\nContent-Length: ${login.length}\r\n\r\n${login}` },
      { from: pool, to: miner, bytes: `HTTP/1.1 200 OK\r\n\r\n${job}` },
    ],
    both,
    both,
  ],
  [
    'over a websocket',
    [
      { from: miner, to: pool, bytes: frame(login, true) },
      { from: pool, to: miner, bytes: frame(job) },
    ],
    both,
    both,
  ],
  [
    'a web page about mining',
    [{ from: pool, to: miner, bytes: `HTTP/1.1 200 OK\r\n\r\n<pre>${job}</pre>` }],
    undefined,
    undefined,
  ],
] as const)
  test(name, () => {
    const [one, other] = heard(packets)
    assert.deepEqual([one?.stratum, other?.stratum], [asks, gives])
  })

function frame(text: string, masked = false): Buffer {
  const body = Buffer.from(text)
  const mask = masked ? Buffer.from([1, 2, 3, 4]) : Buffer.alloc(0)
  const size = body.length < 126 ? Buffer.of(body.length) : Buffer.from([126, body.length >> 8, body.length & 255])
  size[0] = (size[0] ?? 0) | (masked ? 0x80 : 0)
  const hidden = masked ? body.map((byte, at) => byte ^ (mask[at % 4] ?? 0)) : body
  return Buffer.concat([Buffer.of(0x81), size, mask, hidden])
}

test('a talk whose connection has ended is told where this host was the miner', () => {
  const conversations = new Conversations()
  conversations.see(packet({ from: miner, to: pool, bytes: login }), true)
  conversations.see(packet({ from: pool, to: miner, bytes: job }), false)
  const facts: Fact[] = []
  note(conversations.list(), facts)
  const expected = { ...socketFact(miner, pool), state: 'ENDED', inode: 0, stratum: 'login; answered by job' }
  assert.deepEqual(facts, [expected])
  const forwarded = new Conversations()
  forwarded.see(packet({ from: miner, to: pool, bytes: login }), false)
  forwarded.see(packet({ from: pool, to: miner, bytes: job }), false)
  note(forwarded.list(), facts)
  assert.equal(facts.length, 1)
})

test('the shape of Stratum V2', () => {
  const opening = { from: miner, to: pool, bytes: '', flags: 0x02, sequence: 0 }
  const shake = (asked: Buffer, answered: Buffer) =>
    heard([
      opening,
      { from: miner, to: pool, bytes: asked, sequence: 1 },
      { from: pool, to: miner, bytes: answered },
    ])[0]?.handshake
  assert.equal(shake(randomBytes(64), randomBytes(234)), 'stratum-v2')
  assert.equal(shake(Buffer.alloc(64, 'GET / HTTP/1.1\r\n'), randomBytes(234)), undefined)
  assert.equal(shake(randomBytes(64), randomBytes(235)), undefined)
})

test('any packets are read without harm', () => {
  fc.assert(
    fc.property(fc.array(fc.uint8Array({ maxLength: 200 })), packets => {
      const conversations = new Conversations()
      for (const bytes of packets) conversations.see(Buffer.from(bytes), false)
    }),
  )
  const piece = fc.oneof(
    fc.constantFrom(login, job, '{', '\n', 'GET / HTTP/1.1\r\n\r\n', 'POST ', '\x16\x03\x01', '\x81\xfe', '\x82\x7f'),
    fc.string(),
  )
  const segments = fc.array(
    fc.record({ way: fc.boolean(), bytes: piece, sequence: fc.nat({ max: 3000 }), flags: fc.nat({ max: 255 }) }),
  )
  fc.assert(
    fc.property(segments, list => {
      heard(list.map(({ way, ...rest }) => ({ from: way ? miner : pool, to: way ? pool : miner, ...rest })))
    }),
  )
  fc.assert(fc.property(fc.uint8Array(), bytes => void websocketTexts(Buffer.from(bytes))))
})

test('a segment never holds more than its packet', () => {
  fc.assert(
    fc.property(fc.uint8Array({ minLength: 20, maxLength: 120 }), fc.nat({ max: 255 }), (bytes, length) => {
      const packet = Buffer.from(bytes)
      packet[0] = length % 2 === 0 ? 0x45 : 0x60
      packet[9] = 6
      packet[6] = length % 2 === 0 ? 0 : 6
      const segment = segmentIn(packet)
      assert.ok((segment?.bytes.length ?? 0) <= packet.length)
    }),
  )
})

test('any bytes after the head of a handshake are read without harm', () => {
  fc.assert(
    fc.property(fc.uint8Array({ maxLength: 400 }), fc.constantFrom(1, 2, 11), (bytes, type) => {
      const body = Buffer.concat([Buffer.from([type, 0, 0, Math.min(255, bytes.length)]), bytes])
      const record = Buffer.concat([Buffer.from([22, 3, 3, body.length >> 8, body.length & 255]), body])
      void tlsHello(record)
      void tlsHello(Buffer.from(bytes))
    }),
  )
})
