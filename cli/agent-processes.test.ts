import assert from 'node:assert/strict'
import { test } from 'node:test'
import type { ProcessFact } from '../model/index.ts'
import { largestReport, report as reportSchema } from '../model/wire/index.ts'
import { processFact } from '../test/facts.ts'
import { processReport } from './agent-processes.ts'

const process = (pid: number, more: Partial<ProcessFact> = {}) =>
  processFact({ pid, startTime: pid * 10, name: `p${pid}`, command: `/opt/p${pid} --go`, ...more })

test('those that use most come first, then those that hold most', () => {
  const { total, items } = processReport([
    process(1, { cpuPercent: 0, residentBytes: 10 }),
    process(2, { cpuPercent: 95.5, residentBytes: 1 }),
    process(3, { cpuPercent: 0, residentBytes: 20 }),
    // It came while the look went on: what is known is its life so far.
    process(4, { cpuAveragePercent: 50 }),
  ])
  assert.deepEqual(
    [total, items.map(one => [one.pid, one.cpuPercent])],
    [
      4,
      [
        [2, 95.5],
        [4, 50],
        [3, 0],
        [1, 0],
      ],
    ],
  )
})

test('what is known of a process is told, what is not is left out', () => {
  const [kernel, miner] = processReport([
    process(2, { name: 'kthreadd', command: '', kernelThread: true, user: 'root', parentPid: 0, residentBytes: 9 }),
    process(77, {
      path: '/tmp/.x/xm',
      user: 'www-data',
      parentPid: 1,
      ownership: 'unowned',
      container: 'c0ffee',
      hiddenFrom: ['readdir'],
      startedAt: '2026-11-22T02:18:59.080Z',
    }),
  ]).items
  assert.deepEqual(kernel, {
    pid: 2,
    startTime: 20,
    parent: 0,
    user: 'root',
    command: '[kthreadd]',
    cpuPercent: 0,
    residentBytes: 9,
  })
  assert.deepEqual(miner, {
    pid: 77,
    startTime: 770,
    parent: 1,
    user: 'www-data',
    command: '/opt/p77 --go',
    executable: '/tmp/.x/xm',
    startedAt: '2026-11-22T02:18:59.080Z',
    cpuPercent: 0,
    residentBytes: 0,
    trust: 'unowned',
    container: 'c0ffee',
    hiddenFrom: ['readdir'],
  })
})

test('a host with very many and very long ones makes one report that a center takes', () => {
  const long = '値'.repeat(5_000)
  const facts = Array.from({ length: 5_000 }, (_, at) =>
    process(at + 1, { command: long, path: `/${long}`, user: long, container: long, hiddenFrom: Array(20).fill(long) }),
  )
  const report = processReport(facts)
  assert.equal(report.total, 5_000)
  assert.ok(report.items.length > 100 && report.items.length <= 1_000)
  assert.deepEqual(reportSchema.safeParse(report).error?.issues, undefined)
  assert.ok(Buffer.byteLength(JSON.stringify(report)) < largestReport)
  assert.match(report.items[0]?.command ?? '', /…$/)
})
