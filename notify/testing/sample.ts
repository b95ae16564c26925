import type { Surroundings } from '../channel.ts'
import type { Notice } from '../message.ts'

export const now = new Date('2026-11-21T23:17:05.123Z')

export const around: Surroundings = {
  language: 'en',
  signal: new AbortController().signal,
  now: () => now,
  timeoutMs: 5_000,
}

export const sampleNotice: Notice = {
  id: '0193f4a0-0000-7000-8000-000000000001',
  what: 'alert',
  level: 'critical',
  at: now.toISOString(),
  host: { id: '0193f4a0-0000-7000-8000-0000000000aa', name: 'web-1', group: 'Shop' },
  title: 'Cryptominer running as kdevtmpfsi',
  lines: ['Runs from /tmp/kdevtmpfsi.', 'Talks to http://pool.example.com:3333/'],
  families: ['kinsing'],
  attack: ['T1496', 'T1053.003'],
  type: 'mining',
  rule: '3f0b2a52-6f0e-4f5e-9f43-0d0f6f3b7f11',
  link: 'https://center.example:8443/#/alerts/0193f4a0-0000-7000-8000-000000000001',
  document: {
    alert: '0193f4a0-0000-7000-8000-000000000001',
    activity: 'created',
    status: 'open',
    verdict: 'confirmed',
    about: 'incident',
    firstSeen: '2026-11-21T23:17:05.000Z',
    lastSeen: '2026-11-21T23:17:05.000Z',
    seenTimes: 1,
    hashes: ['a'.repeat(64)],
    body: {
      members: [
        {
          kind: 'process',
          pid: 4711,
          name: 'kdevtmpfsi',
          path: '/tmp/kdevtmpfsi',
          sha256: 'a'.repeat(64),
          command: '/tmp/kdevtmpfsi',
          user: 'root',
          uid: 0,
        },
        { kind: 'socket', address: '198.51.100.7', port: 3333, pid: 4711 },
        { kind: 'autostart', mechanism: 'cron-d', path: '/etc/cron.d/apache2', command: '/tmp/x' },
        'not a fact',
      ],
    },
  },
}
