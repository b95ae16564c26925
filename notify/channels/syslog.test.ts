import assert from 'node:assert/strict'
import { createSocket } from 'node:dgram'
import { type AddressInfo, createServer, type Server, type Socket } from 'node:net'
import { test } from 'node:test'
import { createServer as createTlsServer } from 'node:tls'
import { testIdentity } from '../testing/certificate.ts'
import { around, sampleNotice } from '../testing/sample.ts'
import { channelKind } from './index.ts'

const identity = await testIdentity(['127.0.0.1'])

/** Keeps all bytes until the sender ends, as rsyslog does, then closes. */
async function streamReceiver(tls: boolean, hear?: (socket: Socket) => void) {
  const received: Buffer[] = []
  const sockets = new Set<Socket>()
  const listen = (socket: Socket) => {
    sockets.add(socket)
    socket.on('error', () => undefined)
    socket.on('data', part => received.push(Buffer.from(part)))
    hear?.(socket)
  }
  const server: Server = tls
    ? createTlsServer({ cert: identity.certificate, key: identity.key }, listen)
    : createServer(listen)
  await new Promise<void>(resolve => server.listen(0, '127.0.0.1', resolve))
  const close = () => {
    for (const socket of sockets) socket.destroy()
    return new Promise<void>(resolve => server.close(() => resolve()))
  }
  return { received, port: (server.address() as AddressInfo).port, close }
}

/** RFC 6587 §3.4.1. */
function unframed(bytes: Buffer): string[] {
  const messages: string[] = []
  for (let at = 0; at < bytes.length; ) {
    const space = bytes.indexOf(' ', at)
    const length = Number(bytes.subarray(at, space).toString())
    assert.ok(Number.isInteger(length) && length > 0)
    messages.push(bytes.subarray(space + 1, space + 1 + length).toString())
    at = space + 1 + length
  }
  return messages
}

const shape =
  /^<(\d+)>1 (\S+) (\S+) davylamp \d+ alert (\[davylamp@32473 (?: ?[a-zA-Z]+="(?:[^"\\\]]|\\["\\\]])*")+\]) (.*)$/u

for (const transport of ['tcp', 'tls'] as const)
  for (const format of ['text', 'cef', 'ocsf'] as const)
    test(`${transport}, ${format}: three messages, framed by octets, all read`, async () => {
      const receiver = await streamReceiver(transport === 'tls')
      try {
        const channel = channelKind('syslog').open({
          host: '127.0.0.1',
          port: receiver.port,
          transport,
          format,
          ca: identity.ca,
        })
        const notices = [1, 2, 3].map(number => ({
          ...sampleNotice,
          id: `n${number}`,
          title: `Größe 矿 ${number}\n<13>1 forged`,
        }))
        const delivery = await channel.send(notices, around)
        assert.deepEqual(delivery, { result: 'delivered', detail: `127.0.0.1:${receiver.port} read all of it` })
        const messages = unframed(Buffer.concat(receiver.received))
        assert.equal(messages.length, 3)
        for (const message of messages) {
          const [, priority, time, , , content = ''] = shape.exec(message) ?? assert.fail(message)
          assert.equal(priority, String(16 * 8 + 2))
          assert.equal(time, '2026-11-21T23:17:05.123Z')
          if (format === 'cef') assert.match(content, /^CEF:0\|Davylamp\|/)
          if (format === 'ocsf') assert.equal((JSON.parse(content) as { class_uid: number }).class_uid, 2004)
        }
      } finally {
        await receiver.close()
      }
    })

test('udp: one datagram, cut at 2,048 bytes and not within a character', async () => {
  const socket = createSocket('udp4')
  const heard = Promise.withResolvers<Buffer>()
  socket.on('message', heard.resolve)
  await new Promise<void>(resolve => socket.bind(0, '127.0.0.1', resolve))
  try {
    const channel = channelKind('syslog').open({ host: '127.0.0.1', port: socket.address().port, transport: 'udp' })
    const delivery = await channel.send(
      [{ ...sampleNotice, lines: Array.from({ length: 20 }, () => '矿'.repeat(400)) }],
      around,
    )
    assert.equal(delivery.result, 'delivered')
    const message = await heard.promise
    assert.ok(message.length <= 2_048 && message.length > 2_000)
    assert.match(message.toString(), shape)
    assert.doesNotMatch(message.toString(), /\uFFFD/)
  } finally {
    await new Promise<void>(resolve => socket.close(() => resolve()))
  }
})

test('a receiver that breaks off has not got it', async () => {
  const receiver = await streamReceiver(false, socket => socket.resetAndDestroy())
  try {
    const channel = channelKind('syslog').open({ host: '127.0.0.1', port: receiver.port, transport: 'tcp' })
    const delivery = await channel.send([sampleNotice], around)
    assert.ok(delivery.result === 'refused' && delivery.again)
  } finally {
    await receiver.close()
  }
})

test('tls: another certificate, or no TLS at all, gets nothing', async () => {
  const plain = await streamReceiver(false)
  const unknown = await streamReceiver(true)
  try {
    const send = (port: number, more: object) =>
      channelKind('syslog')
        .open({ host: '127.0.0.1', port, ...more })
        .send([sampleNotice], { ...around, timeoutMs: 500 })
    assert.equal((await send(plain.port, {})).result, 'refused')
    assert.match((await send(unknown.port, {})).detail, /not known here|self-signed/)
    assert.doesNotMatch(Buffer.concat(plain.received).toString('latin1'), /kdevtmpfsi/)
    assert.deepEqual(unknown.received, [])
  } finally {
    await plain.close()
    await unknown.close()
  }
})

for (const [settings, says] of [
  [{ host: 'a', transport: 'udp', format: 'ocsf' }, /datagrams/],
  [{ host: 'https://a' }, /without https/],
  [{ host: 'a', facility: 24 }, /facility/],
] as const)
  test(`settings are checked: ${JSON.stringify(settings)}`, () =>
    assert.throws(() => channelKind('syslog').open(settings), says))
