import assert from 'node:assert/strict'
import { once } from 'node:events'
import { createServer } from 'node:net'
import { test } from 'node:test'
import fc from 'fast-check'
import { SystemCallError } from '../native/libc.ts'
import { kernelSockets } from '../native/read/sockets.ts'
import { GapList } from './gap-list.ts'
import { liveTarget, memoryTarget, procNetSockets } from './index.ts'
import { liveSockets } from './live-sockets.ts'
import { rowOf } from './proc-net.ts'

const established =
  '   1: 0500000A:9C40 076433C6:0D05 01 00000000:00000000 02:000A7B3E 00000000    33        0 45678 2 0000000000000000 20 4 30 10 -1'
const listening6 =
  '   0: 00000000000000000000000000000000:0016 00000000000000000000000000000000:0000 0A 00000000:00000000 00:00000000 00000000     0        0 1581 1 0000000000000000 100 0 0 10 0'

const cases: [string, string, unknown][] = [
  [
    'heading',
    '  sl  local_address rem_address   st tx_queue rx_queue tr tm->when retrnsmt   uid  timeout inode',
    undefined,
  ],
  ['nothing', '', undefined],
  ['cut off', established.slice(0, 60), undefined],
  [
    'a connection',
    established,
    {
      protocol: 'tcp',
      state: 'ESTABLISHED',
      localAddress: '10.0.0.5',
      localPort: 40000,
      remoteAddress: '198.51.100.7',
      remotePort: 3333,
      uid: 33,
      inode: 45678,
    },
  ],
  [
    'a listener on every address',
    listening6,
    {
      protocol: 'tcp',
      state: 'LISTEN',
      localAddress: '::',
      localPort: 22,
      remoteAddress: '::',
      remotePort: 0,
      uid: 0,
      inode: 1581,
    },
  ],
]
for (const [name, text, expected] of cases) test(name, () => assert.deepEqual(rowOf(text, 'tcp'), expected))

test('where SOCK_DIAG is missing, /proc/net has to do, and that is a gap', () => {
  const gaps = new GapList()
  const { files } = memoryTarget({ files: { '/proc/net/tcp': `  sl\n${established}\n` } })
  const table = liveSockets(files, gaps, () => {
    throw new SystemCallError('sock_diag tcp', 2)
  })
  assert.equal(table.rows().length, 1)
  assert.deepEqual(gaps.list, [
    { what: 'sockets', why: 'the system said ENOENT when asked by SOCK_DIAG; read from /proc/net' },
  ])
})

test('/proc/net and SOCK_DIAG agree on an own listener', async () => {
  const server = createServer().listen(0, '127.0.0.1')
  await once(server, 'listening')
  const address = server.address()
  const port = typeof address === 'object' ? address?.port : 0
  const told = procNetSockets(liveTarget().files, '/proc/net').find(row => row.localPort === port)
  const { bytesSent, bytesReceived, ...asked } = kernelSockets().find(row => row.localPort === port) ?? {}
  server.close()
  assert.deepEqual(told, asked)
})

test('any line gives a row or nothing', () => {
  const mutated = fc
    .tuple(fc.nat(200), fc.string({ maxLength: 3 }))
    .map(([at, text]) => established.slice(0, at) + text + established.slice(at + 1))
  fc.assert(fc.property(fc.oneof(mutated, fc.string()), text => void rowOf(text, 'udp')))
})
