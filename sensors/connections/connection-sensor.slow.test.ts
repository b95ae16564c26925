import assert from 'node:assert/strict'
import { once } from 'node:events'
import { type AddressInfo, connect, createServer } from 'node:net'
import { test } from 'node:test'
import { type ConnectionEvent, connectionEvent } from '../../model/index.ts'
import { kernelSockets } from '../../native/read/sockets.ts'
import { ownersOf, startConnectionSensor } from './connection-sensor.ts'

test('the owner of a socket is found, and a talk within the host is told only when it goes on', async t => {
  const server = createServer(socket => socket.on('data', () => {}).on('error', () => {})).listen(0, '127.0.0.1')
  await once(server, 'listening')
  t.after(() => server.close())
  const { port } = server.address() as AddressInfo
  const events: ConnectionEvent[] = []
  const sensor = startConnectionSensor({ everyMs: 60_000, onEvents: some => void events.push(...some) })
  t.after(() => sensor.close())
  const client = connect(port, '127.0.0.1')
  await once(client, 'connect')
  t.after(() => client.destroy())
  client.write('hello')
  sensor.look()
  assert.ok(!events.some(one => one.port === port))
  const own = kernelSockets().find(one => one.remotePort === port && one.localPort === client.localPort)
  assert.ok(own !== undefined)
  const wanted = new Set([own.inode, 1])
  assert.deepEqual([...ownersOf(wanted)], [[own.inode, process.pid]])
  assert.deepEqual([...ownersOf(wanted, [1])], [])
  for (const one of events) connectionEvent.parse(one)
  assert.equal(sensor.status().problem, undefined)
})
