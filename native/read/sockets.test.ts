import assert from 'node:assert/strict'
import { createSocket } from 'node:dgram'
import { once } from 'node:events'
import { readlinkSync } from 'node:fs'
import { connect, createServer, type Socket } from 'node:net'
import { test } from 'node:test'
import fc from 'fast-check'
import { kernelSockets, socketOf, writtenIpv6 } from './sockets.ts'

test('sees own listeners and connections with what went over them', async () => {
  const server = createServer(peer => peer.pipe(peer)).listen(0, '127.0.0.1')
  await once(server, 'listening')
  const address = server.address()
  const port = typeof address === 'object' ? (address?.port ?? 0) : 0
  const client: Socket = connect(port, '127.0.0.1')
  await once(client, 'connect')
  client.write('x'.repeat(1000))
  await once(client, 'data')
  const rows = kernelSockets().filter(row => row.protocol === 'tcp')
  const listener = rows.find(row => row.localPort === port && row.state === 'LISTEN')
  const ours = rows.find(row => row.remotePort === port && row.localPort === client.localPort)
  client.destroy()
  server.close()
  const uid = process.getuid?.() ?? 0
  const expected = {
    protocol: 'tcp',
    state: 'LISTEN',
    localAddress: '127.0.0.1',
    localPort: port,
    remoteAddress: '0.0.0.0',
  }
  assert.deepEqual(
    { ...listener, inode: 0, bytesSent: 0, bytesReceived: 0 },
    {
      ...{ ...expected, remotePort: 0, uid, inode: 0, bytesSent: 0, bytesReceived: 0 },
    },
  )
  assert.deepEqual([ours?.state, ours?.remoteAddress, ours?.uid], ['ESTABLISHED', '127.0.0.1', uid])
  assert.ok((ours?.bytesSent ?? 0) >= 1000 && (ours?.bytesReceived ?? 0) > 0)
  assert.ok((ours?.inode ?? 0) > 0)
})

test('sees UDP and IPv6, with the inode that the descriptor shows', async t => {
  const socket = createSocket({ type: 'udp6', ipv6Only: true })
  socket.bind(0, '::1')
  const bound = await Promise.race([
    once(socket, 'listening').then(() => true),
    once(socket, 'error').then(() => false),
  ])
  if (!bound) return t.skip('this machine has no IPv6')
  const { port } = socket.address()
  const row = kernelSockets().find(candidate => candidate.protocol === 'udp' && candidate.localPort === port)
  const inodes = Array.from({ length: 64 }, (_, fd) => linkOf(fd))
  socket.close()
  assert.deepEqual([row?.localAddress, row?.state, row?.remoteAddress], ['::1', 'UNCONN', '::'])
  assert.ok(inodes.includes(`socket:[${row?.inode}]`))
})

function linkOf(fd: number): string | undefined {
  try {
    return readlinkSync(`/proc/self/fd/${fd}`)
  } catch {
    return undefined
  }
}

const addresses: [string, number[]][] = [
  ['::', Array(16).fill(0)],
  ['::1', [...Array(15).fill(0), 1]],
  ['2001:db8::1', [0x20, 1, 0xd, 0xb8, ...Array(11).fill(0), 1]],
  ['2001:db8:0:1::1', [0x20, 1, 0xd, 0xb8, 0, 0, 0, 1, ...Array(7).fill(0), 1]],
  ['fe80::', [0xfe, 0x80, ...Array(14).fill(0)]],
  ['1:0:2:3:4:5:6:7', [0, 1, 0, 0, 0, 2, 0, 3, 0, 4, 0, 5, 0, 6, 0, 7]],
  ['198.51.100.7', [...Array(10).fill(0), 255, 255, 198, 51, 100, 7]],
]
for (const [written, bytes] of addresses)
  test(written, () => assert.equal(writtenIpv6(Uint8Array.from(bytes)), written))

test('any bytes for an answer give a socket or nothing', () => {
  fc.assert(fc.property(fc.uint8Array({ maxLength: 400 }), bytes => void socketOf(Buffer.from(bytes), 'tcp')))
})
