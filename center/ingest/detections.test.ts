import assert from 'node:assert/strict'
import { test } from 'node:test'
import type { Detection, Fact, Response } from '../../model/index.ts'
import { changeOf, wordsOf } from './detection-counts.ts'
import { alertTypeOf, boundedDetection, columnsOf, outcomesOf, ownPathOf, sameThing } from './detection-row.ts'
import { isPartOf } from './explained-detections.ts'
import { ReportRefused } from './report-refused.ts'
import { detectionOf, watchOf } from './testing/detections.ts'
import { troublesOf } from './watch-troubles.ts'

const response = (kind: Response['kind'], outcome: Response['outcome']): Response => ({
  kind,
  outcome,
  at: '2026-11-20T12:00:00Z',
  detail: '',
})

for (const [name, responses, expected] of [
  ['nothing was to be done', [], ['told']],
  ['it was only observed', [response('kill-process', 'would')], ['would']],
  [
    'ended, and its address blocked',
    [response('kill-process', 'done'), response('block-address', 'done')],
    ['ended', 'blocked'],
  ],
  [
    'done at the second try',
    [response('kill-process', 'failed'), response('kill-process', 'done')],
    ['failed', 'ended'],
  ],
  ['never began', [response('prevented', 'done')], ['prevented']],
] as const)
  test(`outcomes: ${name}`, () => assert.deepEqual(outcomesOf(responses), expected))

test('what a detection counts as changes only by what is new in it', () => {
  const before = wordsOf('suspected', ['would'])
  const after = wordsOf('confirmed', ['would', 'ended'])
  assert.deepEqual(
    [...changeOf(before, after)].filter(([, count]) => count !== 0),
    [
      ['confirmed', 1],
      ['ended', 1],
    ],
  )
})

test('hostile texts are cut, too much is refused', () => {
  const cut = boundedDetection(detectionOf({ title: 'x'.repeat(100_000), because: Array(1_000).fill('because') }))
  assert.deepEqual([cut.title.length, cut.because.length, columnsOf(cut).title.length], [4_000, 200, 500])
  const chain = Array.from({ length: 200 }, (_, pid) => ({ pid, command: 'y'.repeat(4_000) }))
  assert.throws(() => boundedDetection(detectionOf({ chain })), ReportRefused)
  const odd = columnsOf(detectionOf({ subject: { kind: 'process', pid: 1e300, sha256: 'no hash' } }))
  assert.deepEqual([odd.pid, odd.sha256], [null, null])
})

const of = (subject: Partial<Detection['subject']>, more: Partial<Detection> = {}) => {
  const one = detectionOf(more)
  return { ...one, subject: { ...one.subject, ...subject } }
}

test('the same thing is the same content, else the same path; an interpreter is no thing', () => {
  const hash = 'a'.repeat(64)
  assert.equal(sameThing(of({ sha256: hash, path: '/tmp/a' })), sameThing(of({ sha256: hash, path: '/tmp/b', pid: 1 })))
  assert.equal(sameThing(of({ path: '/tmp/a', pid: 1 })), sameThing(of({ path: '/tmp/a', pid: 2, command: 'other' })))
  assert.notEqual(sameThing(of({ path: '/tmp/a' })), sameThing(of({ path: '/tmp/b' })))
  const shell = { path: '/usr/bin/dash', sha256: hash }
  assert.notEqual(sameThing(of({ ...shell, command: 'sh a' })), sameThing(of({ ...shell, command: 'sh b' })))
})

test('a path counts where no package vouches for it', () => {
  const examination = (ownership: 'owned' | 'modified' | 'unowned') => ({
    examination: {
      verdict: 'confirmed' as const,
      because: [],
      ownership,
      matches: [],
      memoryMatches: [],
      indicators: [],
      families: [],
      attack: [],
    },
  })
  assert.equal(ownPathOf(of({ path: '/usr/bin/python3' })), undefined)
  assert.equal(ownPathOf(of({ path: '/usr/bin/python3' }, examination('modified'))), '/usr/bin/python3')
  assert.equal(ownPathOf(of({ path: '/opt/app/node' }, examination('owned'))), undefined)
  assert.equal(
    ownPathOf(of({ kind: 'autostart', path: '/usr/lib/systemd/system/x.service' })),
    '/usr/lib/systemd/system/x.service',
  )
})

test('types are those of what a scan finds', () => {
  assert.equal(alertTypeOf(detectionOf()), 'mining')
  assert.equal(alertTypeOf(detectionOf({ findings: [] })), 'suspicious-process')
  assert.equal(alertTypeOf(detectionOf({ subject: { kind: 'login' } })), 'login')
})

test('a detection is part of an incident by pid and start time, content, address or a path that is its own', () => {
  const seen = { path: '/tmp/x', sha256: 'a'.repeat(64), address: '203.0.113.9', pid: 7, start_time: 70 }
  const process = { kind: 'process', pid: 8, startTime: 80, path: '/usr/bin/bash' } as Fact
  const cases: readonly (readonly [Partial<Fact>, boolean])[] = [
    [{ pid: 7, startTime: 70 }, true],
    [{ pid: 7, startTime: 71 }, false],
    [{ path: '/tmp/x' }, true],
    [{ path: '/tmp/x', ownership: 'owned' }, false],
    [{ sha256: 'a'.repeat(64) } as Partial<Fact>, true],
    [{ kind: 'socket', address: '203.0.113.9', pid: 1 }, true],
    [{ kind: 'socket', address: '203.0.113.8', pid: 1 }, false],
    [{ kind: 'autostart', targets: ['/tmp/x'] } as Partial<Fact>, true],
  ]
  for (const [change, expected] of cases)
    assert.equal(isPartOf(seen, { ...process, ...change } as Fact), expected, JSON.stringify(change))
  const nothing = { path: null, sha256: null, address: null, pid: null, start_time: null }
  assert.equal(isPartOf(nothing, process), false)
})

test('a sensor loses when it lost something since the report before, and stands still when it should listen', () => {
  const [exec, connections] = watchOf().sensors
  assert.ok(exec !== undefined && connections !== undefined)
  const losing = watchOf({ sensors: [{ ...exec, lost: 3 }, connections] })
  assert.deepEqual(troublesOf(watchOf(), undefined), [])
  assert.deepEqual(troublesOf(losing, watchOf()), ['loses'])
  assert.deepEqual(troublesOf(losing, losing), [])
  const again = watchOf({ sensors: [{ ...exec, lost: 3, since: '2026-11-21T08:00:00Z' }] })
  assert.deepEqual(troublesOf(again, losing), ['loses'])
  const bad = watchOf({
    sensors: [
      { ...exec, source: 'polling', problem: 'no BPF here' },
      { ...connections, source: 'off', problem: 'no netlink' },
    ],
  })
  const less = { ...watchOf().prevention, problem: 'no fanotify' }
  assert.deepEqual(troublesOf({ ...bad, prevention: less }, undefined), ['weaker', 'stands-still', 'less-prevention'])
  assert.deepEqual(troublesOf(watchOf({ sensors: [{ ...exec, source: 'off' }] }), undefined), [])
})
