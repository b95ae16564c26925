import assert from 'node:assert/strict'
import { test } from 'node:test'
import type { Health } from '../../../model/api/index.ts'
import { troublesIn } from './trouble-list.ts'

const well: Health = {
  at: '2026-01-01T00:00:00Z',
  node: 'n1',
  program: '0.1.0',
  uptimeSeconds: 60,
  memoryBytes: 1,
  eventLoopLagMs: 1,
  store: { version: '18', sizeBytes: 1, answeredInMs: 1, connections: 1, largest: [] },
  bus: { ok: true, answeredInMs: 1 },
  nodes: [{ id: 'n1', name: 'one', startedAt: '2026-01-01T00:00:00Z', lastSeen: '2026-01-01T00:00:00Z', alive: true }],
  queues: [{ name: 'deliveries', length: 3, oldestSeconds: 10 }],
  agents: { online: 1, offline: 0, pending: 0, revoked: 0, certificatesEndingSoon: 0, tampered: 0 },
  deadLetters: 0,
  liveStreams: 0,
  troubles: [],
}

test('nothing is wrong', () => assert.deepEqual(troublesIn(well), []))

test('everything is wrong, worst first', () => {
  const found = troublesIn({
    ...well,
    bus: { ok: false },
    store: { ...well.store, answeredInMs: 2_000 },
    eventLoopLagMs: 300,
    agents: { ...well.agents, offline: 2, tampered: 1, certificatesEndingSoon: 4 },
    deadLetters: 5,
    queues: [
      { name: 'deliveries', length: 3, oldestSeconds: 700 },
      { name: 'orders-unanswered', length: 1, oldestSeconds: 601 },
    ],
    nodes: well.nodes.map(node => ({ ...node, alive: false })),
  })
  assert.deepEqual(found, [
    { kind: 'bus' },
    { kind: 'store-slow', milliseconds: 2_000 },
    { kind: 'late', milliseconds: 300 },
    { kind: 'agents-offline', count: 2 },
    { kind: 'tampered', count: 1 },
    { kind: 'certificates', count: 4 },
    { kind: 'dead-letters', count: 5 },
    { kind: 'orders-unanswered', count: 1, seconds: 601 },
    { kind: 'deliveries', count: 3, seconds: 700 },
    { kind: 'nodes', names: ['one'] },
  ])
})
