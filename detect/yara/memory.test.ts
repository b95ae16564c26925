import assert from 'node:assert/strict'
import { test } from 'node:test'
import fc from 'fast-check'
import { pageSize } from '../../native/read/process-memory.ts'
import { processFact } from '../../test/facts.ts'
import { parseMemoryMap } from './memory-map.ts'
import { stretchesIn } from './memory-pages.ts'
import { piecesOf } from './memory-reader.ts'
import { type MemoryChoice, memorySuspects } from './memory-suspects.ts'

test('any text for a map gives regions or nothing', () => {
  const line = fc
    .tuple(fc.nat(), fc.nat(), fc.string())
    .map(([start, end, name]) => `${start.toString(16)}-${end.toString(16)} rw-p 00000000 00:00 0 ${name}`)
  fc.assert(
    fc.property(fc.array(fc.oneof(fc.string(), line)), lines => {
      for (const { start, end } of parseMemoryMap(lines.join('\n'))) assert.ok(start < end)
    }),
  )
})

test('pieces hold each byte of the stretches in order, within their room', () => {
  const page = pageSize()
  const stretches = fc.array(fc.tuple(fc.integer({ min: 1, max: 40 }), fc.integer({ min: 1, max: 3 })), {
    maxLength: 30,
  })
  fc.assert(
    fc.property(stretches, fc.option(fc.integer({ min: 1, max: 200 }), { nil: undefined }), (lengths, most) => {
      let at = 0
      const ranges = lengths.map(([pages, hole]) => {
        const start = at + hole * page
        at = start + pages * page
        return { start, end: at }
      })
      const room = 16 * page
      const seen = new Set<number>()
      for (const parts of piecesOf(ranges, most === undefined ? undefined : most * page, room)) {
        let end = 0
        for (const part of parts) {
          assert.ok(part.at >= end && part.at + part.length <= room && part.length > 0)
          end = part.at + part.length
          for (let byte = part.start; byte < part.start + part.length; byte += 64) seen.add(byte)
        }
      }
      const all = ranges.flatMap(({ start, end }) =>
        Array.from({ length: (end - start) / 64 }, (_, n) => start + n * 64),
      )
      const wanted = most === undefined ? all : all.slice(0, (most * page) / 64)
      assert.deepEqual(
        [...seen].sort((a, b) => a - b),
        wanted,
      )
    }),
  )
})

test('devices and what the kernel maps are never read', () => {
  const text = [
    '7f0000000000-7f0000010000 rw-s 00000000 00:06 12 /dev/nvidia0',
    '7f0000010000-7f0000020000 rw-s 00000000 00:0e 13 anon_inode:i915.gem',
    '7f0000020000-7f0000022000 r--p 00000000 00:00 0  [vvar]',
    'ffffffffff600000-ffffffffff601000 --xp 00000000 00:00 0 [vsyscall]',
    '7f0000030000-7f0000040000 rw-s 00000000 00:06 14 /dev/mem',
  ].join('\n')
  const asked: number[] = []
  stretchesIn(parseMemoryMap(text), { wantsFile: () => true, firstSight: () => true }, start => {
    asked.push(start)
    return { ranges: [], next: start + 4096 }
  })
  assert.deepEqual(asked, [])
})

test('who is read, and in which order', () => {
  const self = processFact({
    pid: process.pid,
    path: '/opt/d/node',
    parentPid: 2,
    argv: ['node', '--flag', String(process.argv[1]), 'scan'],
  })
  const processes = [
    self,
    processFact({ pid: 2, path: '/opt/d/node', argv: ['node'] }),
    processFact({ pid: 3, path: '/opt/d/node', argv: ['node', '--flag', String(process.argv[1]), 'agent', 'run'] }),
    processFact({
      pid: 4,
      path: '/opt/d/node',
      argv: ['node', '/tmp/x.js', '--flag', String(process.argv[1])],
      exeDeleted: true,
    }),
    processFact({ pid: 5, path: '/usr/bin/x', ownership: 'owned' }),
    processFact({ pid: 6, path: '/srv/x', ownership: 'unowned' }),
    processFact({ pid: 7, path: '/tmp/x', ownership: 'unowned' }),
    processFact({ pid: 8, path: '/srv/y', ownership: 'unowned', cpuPercent: 99, cpuSeconds: 500 }),
    processFact({ pid: 9, path: '/usr/bin/python3', ownership: 'owned', script: '/tmp/a.py' }),
    processFact({ pid: 10, path: 'kworker', kernelThread: true }),
  ]
  const pids = (which: MemoryChoice) => memorySuspects(processes, which).map(({ pid }) => pid)
  assert.deepEqual(pids('doubtful'), [8, 4, 7, 9])
  assert.deepEqual(pids('suspects'), [8, 4, 7, 9, 6])
  assert.deepEqual(pids('all'), [8, 4, 7, 9, 6, 5])
})
