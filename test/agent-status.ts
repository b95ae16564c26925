import type { AgentStatus } from '../agent/index.ts'

/** For tests: the status of an agent that has everything. */
export function someStatus(more: Partial<AgentStatus> = {}): AgentStatus {
  const cost = {
    processes: 1,
    cpuPercent: 0.4,
    cpuSeconds: 12.5,
    residentBytes: 80_000_000,
    anonymousBytes: 20_000_000,
  }
  const at = '2026-11-22T12:00:00.000Z'
  return {
    format: 'davylamp-agent-status',
    version: 1,
    at,
    program: 'davylamp 0.1.0',
    pid: 4_242,
    startedAt: '2026-11-22T11:00:00.000Z',
    running: true,
    agent: 'a1',
    center: 'https://center.example:8444',
    certificateEndsAt: '2027-01-01T00:00:00.000Z',
    keyFingerprint: '4be1',
    connection: { state: 'connected', way: 'websocket', clockAheadSeconds: 0.5 },
    doing: 'quick scan',
    nextScan: '2026-11-22T12:30:00.000Z',
    lastScan: {
      startedAt: '2026-11-22T11:30:00.000Z',
      durationMs: 2_500,
      mode: 'quick',
      verdict: 'nothing',
      incidents: 0,
      gaps: 2,
      rules: 'abc',
    },
    spool: { items: 3, bytes: 4_096, oldest: '2026-11-22T11:59:00.000Z' },
    losses: { 'spool-full:health': 4 },
    policy: { version: 7, tightened: [] },
    watch: {
      sensors: [
        { name: 'exec', source: 'tracepoint', since: at, events: 512, lost: 0 },
        { name: 'gate', source: 'off', since: at, events: 0, lost: 0 },
      ],
      prevention: { mode: 'observe', asked: 9, allowed: 8, denied: 1, late: 0, killed: 2, wouldHave: 3 },
      detections: 5,
    },
    rules: { count: 40, version: 'f00d' },
    cost: { agent: cost, guard: { ...cost, cpuSeconds: 3 }, work: { ...cost, processes: 0, cpuSeconds: 99 } },
    tampering: [{ at: '2026-11-20T08:00:00.000Z', what: 'own-files-changed', detail: 'x was changed.' }],
    tamperingCount: 1,
    ...more,
  }
}
