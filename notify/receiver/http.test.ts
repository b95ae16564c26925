import assert from 'node:assert/strict'
import { createServer, type Socket } from 'node:net'
import type { AddressInfo } from 'node:net'
import { test } from 'node:test'
import { channelKind } from '../channels/index.ts'
import { httpReceiver, text } from '../testing/http-receiver.ts'
import { around, now, sampleNotice } from '../testing/sample.ts'
import { isMetadataAddress } from './address.ts'
import { retryAfter } from './http.ts'

const send = (url: string, more: object = {}, surroundings: object = {}) =>
  channelKind('teams')
    .open({ url, ...more })
    .send([sampleNotice], { ...around, ...surroundings })

test('redirects are not followed', async () => {
  const trap = await httpReceiver(text('got you'))
  const receiver = await httpReceiver(text('', 302, { location: `${trap.url}/latest/meta-data/` }))
  try {
    const delivery = await send(receiver.url)
    assert.ok(delivery.result === 'refused' && !delivery.again)
    assert.match(delivery.detail, /302 \(go elsewhere\)/)
    assert.equal(trap.received.length, 0)
  } finally {
    await receiver.close()
    await trap.close()
  }
})

test('an endless answer is read up to a limit', async () => {
  const receiver = await httpReceiver((_, answer) => {
    answer.writeHead(200)
    const timer = setInterval(() => answer.write(Buffer.alloc(65_536, 'x')), 1)
    answer.on('close', () => clearInterval(timer))
  })
  try {
    assert.equal((await send(receiver.url)).result, 'delivered')
  } finally {
    await receiver.close()
  }
})

for (const [what, behave] of [
  ['says nothing', () => undefined],
  ['drips', (socket: Socket) => void socket.write('HTTP/1.1 200 OK\r\nContent-Length: 1000\r\n\r\nx')],
] as const)
  test(`a receiver that ${what} is left after the time limit`, async () => {
    const sockets: Socket[] = []
    const server = createServer(socket => {
      sockets.push(socket)
      socket.on('error', () => undefined)
      behave(socket)
    })
    await new Promise<void>(resolve => server.listen(0, '127.0.0.1', resolve))
    try {
      const { port } = server.address() as AddressInfo
      const delivery = await send(`http://127.0.0.1:${port}/`, {}, { timeoutMs: 200 })
      assert.ok(delivery.result === 'refused' && delivery.again)
      assert.match(delivery.detail, /did not answer in time/)
    } finally {
      for (const socket of sockets) socket.destroy()
      await new Promise(resolve => server.close(resolve))
    }
  })

test('a receiver that speaks no HTTP, and one that is not there', async () => {
  const server = createServer(socket => {
    socket.on('error', () => undefined)
    socket.resume()
    socket.end('SSH-2.0-OpenSSH_9.2\r\n')
  })
  await new Promise<void>(resolve => server.listen(0, '127.0.0.1', resolve))
  const { port } = server.address() as AddressInfo
  const garbage = await send(`http://127.0.0.1:${port}/`)
  assert.ok(garbage.result === 'refused' && garbage.again)
  await new Promise(resolve => server.close(resolve))
  const absent = await send(`http://127.0.0.1:${port}/`)
  assert.ok(absent.result === 'refused' && absent.again)
  assert.match(absent.detail, /nothing listens there/)
})

test('a sending that is stopped ends at once, to be tried again', async () => {
  const stop = new AbortController()
  const receiver = await httpReceiver(() => stop.abort())
  try {
    const delivery = await send(receiver.url, {}, { signal: stop.signal })
    assert.deepEqual(delivery, { result: 'refused', detail: 'the sending was stopped', again: true })
  } finally {
    await receiver.close()
  }
})

for (const address of [
  '169.254.169.254',
  '169.254.0.1',
  'fe80::1',
  'fe80::1%eth0',
  'fd00:ec2::254',
  '[fd00:ec2::254]',
  '100.100.100.200',
  '::ffff:169.254.169.254',
  '::ffff:a9fe:a9fe',
  '64:ff9b::a9fe:a9fe',
])
  test(`${address} is not reached`, async () => {
    assert.ok(isMetadataAddress(address))
    const host = address.includes(':') && !address.startsWith('[') ? `[${address.split('%')[0]}]` : address
    const delivery = await send(`http://${host}/latest/`)
    assert.ok(delivery.result === 'refused' && !delivery.again)
    assert.match(delivery.detail, /metadata service/)
  })

for (const url of ['http://2852039166/', 'http://0xa9fea9fe/', 'http://0251.0376.0251.0376/'])
  test(`${url}, another spelling, is not reached`, async () => {
    assert.match((await send(url)).detail, /metadata service/)
  })

for (const address of ['127.0.0.1', '10.0.0.1', '192.168.1.1', '::1', 'fd00::1', '8.8.8.8', 'example.com'])
  test(`${address} may be reached`, () => assert.ok(!isMetadataAddress(address)))

for (const [value, expected] of [
  [undefined, undefined],
  ['30', 30],
  ['0', 1],
  ['999999999', 86_400],
  ['Sat, 21 Nov 2026 23:18:05 GMT', 60],
  ['Sat, 21 Nov 2020 23:18:05 GMT', 1],
  ['soon', undefined],
  ['-5', undefined],
  ['1e9', undefined],
] as const)
  test(`Retry-After: ${value}`, () => assert.equal(retryAfter(value, now), expected))
