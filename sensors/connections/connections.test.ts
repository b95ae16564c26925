import assert from 'node:assert/strict'
import { test } from 'node:test'
import type { KernelSocket } from '../../native/read/sockets.ts'
import { outgoing } from './connection-sensor.ts'
import { ConnectionTracker, type SeenConnection } from './connection-tracker.ts'

const one: SeenConnection = {
  protocol: 'tcp',
  localAddress: '192.0.2.7',
  localPort: 40_000,
  remoteAddress: '198.51.100.9',
  remotePort: 3333,
  uid: 33,
  inode: 77,
  bytesSent: 0,
  bytesReceived: 0,
}

test('what was there before is followed and not told as opened; what comes is, and what goes', () => {
  const tracker = new ConnectionTracker()
  const other = { ...one, localPort: 40_001, inode: 78 }
  assert.deepEqual(tracker.look(0, [one]), [])
  assert.deepEqual(
    tracker.look(5000, [one, other]).map(({ change, connection }) => [change, connection.localPort]),
    [['opened', 40_001]],
  )
  assert.deepEqual(
    tracker.look(10_000, [one]).map(({ change, seconds, connection }) => [change, seconds, connection.localPort]),
    [['closed', 0, 40_001]],
  )
  // The same ends with another socket are another connection.
  assert.deepEqual(
    tracker.look(15_000, [{ ...one, inode: 99 }]).map(({ change }) => change),
    ['opened', 'closed'],
  )
})

test('one that keeps sending is told after a minute and whenever that has doubled, with its rates', () => {
  const tracker = new ConnectionTracker()
  const told = []
  for (let second = 0; second <= 500; second += 5)
    told.push(...tracker.look(second * 1000, [{ ...one, bytesSent: second * 10, bytesReceived: second * 100 }]))
  assert.deepEqual(
    told.map(({ change, seconds, sentPerMinute, receivedPerMinute, bytesSent }) => [
      change,
      seconds,
      sentPerMinute,
      receivedPerMinute,
      bytesSent,
    ]),
    [
      ['kept', 60, 600, 6000, 600],
      ['kept', 120, 600, 6000, 1200],
      ['kept', 240, 600, 6000, 2400],
      ['kept', 480, 600, 6000, 4800],
    ],
  )
})

test('one that only waits is not told', () => {
  const tracker = new ConnectionTracker()
  for (let second = 0; second <= 500; second += 5) assert.deepEqual(tracker.look(second * 1000, [one]), [])
})

test('more than are followed are counted', () => {
  const tracker = new ConnectionTracker()
  const many = Array.from({ length: 16_400 }, (_, at) => ({ ...one, inode: at + 1 }))
  tracker.look(0, many)
  assert.deepEqual([tracker.size, tracker.left], [16_384, 16])
})

test('connections to a port of this host are those of others', () => {
  const socket = (more: Partial<KernelSocket>): KernelSocket => ({
    protocol: 'tcp',
    state: 'ESTABLISHED',
    localAddress: '192.0.2.7',
    localPort: 40_000,
    remoteAddress: '198.51.100.9',
    remotePort: 443,
    uid: 0,
    inode: 1,
    ...more,
  })
  const found = outgoing([
    socket({ state: 'LISTEN', localPort: 22, localAddress: '::', remoteAddress: '::', remotePort: 0 }),
    socket({ localPort: 22, inode: 2 }),
    socket({ inode: 3 }),
    socket({ protocol: 'udp', localPort: 22, inode: 4, remotePort: 53 }),
    socket({ state: 'TIME_WAIT', inode: 0 }),
    socket({ state: 'UNCONN', protocol: 'udp', remoteAddress: '0.0.0.0', remotePort: 0, inode: 5 }),
  ])
  assert.deepEqual(
    found.map(({ inode }) => inode),
    [3, 4],
  )
})
