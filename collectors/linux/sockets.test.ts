import assert from 'node:assert/strict'
import { createServer } from 'node:net'
import { test } from 'node:test'
import { addressScope, liveTarget, memoryTarget, processFiles, type SocketRow } from '../../target/index.ts'
import { sockets } from './sockets.ts'
import { processFact } from '../../test/facts.ts'
import { collected, surveyTarget } from './survey-of.ts'

const row: SocketRow = {
  protocol: 'tcp',
  state: 'ESTABLISHED',
  localAddress: '10.0.0.5',
  localPort: 40_000,
  remoteAddress: '203.0.113.9',
  remotePort: 3333,
  uid: 33,
  inode: 77,
  bytesSent: 100,
  bytesReceived: 900,
}

test('a connection with its holder, and listeners', async () => {
  const files = {
    '/etc/passwd': 'www-data:x:33:33::/var/www:/bin/sh\n',
    ...processFiles({ pid: 50, name: 'x', exe: '/tmp/x', startTime: 5, fds: { 3: 'socket:[77]' } }),
    ...processFiles({ pid: 51, name: 'child', exe: '/tmp/x', fds: { 3: 'socket:[77]' } }),
  }
  const listen = {
    ...row,
    state: 'LISTEN',
    localAddress: '::',
    localPort: 22,
    remoteAddress: '::',
    remotePort: 0,
    inode: 5,
  }
  const facts = await collected(sockets, surveyTarget(memoryTarget({ files, sockets: [row, listen] })))
  assert.deepEqual(facts, [
    {
      kind: 'socket',
      protocol: 'tcp',
      pid: 50,
      startTime: 5,
      name: 'x',
      user: 'www-data',
      uid: 33,
      inode: 77,
      state: 'ESTABLISHED',
      localAddress: '10.0.0.5',
      localPort: 40_000,
      address: '203.0.113.9',
      port: 3333,
      scope: 'public',
      bytesSent: 100,
      bytesReceived: 900,
      sentPerMinute: 0,
    },
    {
      kind: 'listener',
      protocol: 'tcp',
      user: 'www-data',
      uid: 33,
      inode: 5,
      address: '::',
      port: 22,
      exposedTo: 'all',
    },
  ])
})

test('connections of a container, and not its listeners', async () => {
  const line = (local: string, remote: string, state: string, inode: number) =>
    `   0: ${local} ${remote} ${state} 00000000:00000000 00:00000000 00000000     0        0 ${inode} 1\n`
  const files = {
    ...processFiles({ pid: 60, name: 'x', exe: '/x', startTime: 5, fds: { 3: 'socket:[90]' } }),
    '/proc/self/ns/net': { link: 'net:[1]' },
    '/proc/60/ns/net': { link: 'net:[2]' },
    '/proc/60/net/tcp': `  sl\n${line('0500000A:9C40', '076433C6:0D05', '01', 90)}${line('00000000:0050', '00000000:0000', '0A', 91)}`,
  }
  const survey = surveyTarget(memoryTarget({ files, sockets: [] }), {
    facts: [processFact({ pid: 60, startTime: 5, name: 'x', path: '/x' })],
  })
  const facts = await collected(sockets, survey)
  assert.deepEqual(
    facts.map(fact => fact.kind === 'socket' && [fact.pid, fact.address, fact.port, fact.scope]),
    [[60, '198.51.100.7', 3333, 'public']],
  )
})

test('a listener of this process', async () => {
  const server = createServer()
  await new Promise<void>(resolve => server.listen(0, '127.0.0.1', resolve))
  const address = server.address()
  const port = typeof address === 'object' ? address?.port : undefined
  const facts = await collected(sockets, surveyTarget(liveTarget()))
  server.close()
  const found = facts.find(fact => fact.kind === 'listener' && fact.port === port)
  assert.ok(found?.kind === 'listener')
  assert.deepEqual([found.pid, found.exposedTo, found.address], [process.pid, 'loopback', '127.0.0.1'])
})

for (const [address, scope] of [
  ['127.0.0.53', 'loopback'],
  ['::1', 'loopback'],
  ['::ffff:192.168.1.1', 'private'],
  ['fe80::1%eth0', 'link-local'],
  ['fd00::1', 'private'],
  ['8.8.8.8', 'public'],
  ['rubbish', 'public'],
] as const) {
  test(`scope of ${address}`, () => assert.equal(addressScope(address), scope))
}
