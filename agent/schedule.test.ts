import assert from 'node:assert/strict'
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { test } from 'node:test'
import fc from 'fast-check'
import { defaultPolicy } from '../model/wire/index.ts'
import { isWithin, type Rhythm, Schedule, scheduleFile, type ScheduleStore, tasks } from './schedule.ts'

const minute = 60_000
const start = new Date(2026, 10, 21, 12, 0, 0).getTime()
const rhythm: Rhythm = { policy: defaultPolicy, notBetween: undefined, canFull: false }

/** In memory: a file is put on the disk with each write, which is slow. */
function memory(text?: string): ScheduleStore {
  let kept = text
  return {
    read: () => (kept === undefined ? undefined : JSON.parse(kept)),
    write(times) {
      kept = JSON.stringify(times)
    },
  }
}

/** Lets time pass in steps and says when the task ran. */
function times(schedule: Schedule, task: string, from: number, to: number, kind: Rhythm = rhythm): number[] {
  const ran: number[] = []
  for (let now = from; now < to; now += 10_000)
    for (let due = schedule.due(kind, now); due !== undefined; due = schedule.due(kind, now)) {
      if (due === task) ran.push(now)
      schedule.begins(due, kind, now)
    }
  return ran
}

test('quick scans come within ten minutes, then each hour give or take a tenth', () => {
  const schedule = new Schedule(memory())
  schedule.settle(rhythm, start)
  const ran = times(schedule, 'quick', start, start + 600 * minute)
  assert.ok(ran.length >= 9 && ran.length <= 12, String(ran.length))
  assert.ok((ran[0] ?? 0) <= start + 10 * minute)
  for (const [index, at] of ran.entries())
    if (index > 0) assert.ok(Math.abs(at - (ran[index - 1] ?? 0) - 60 * minute) <= 6 * minute + 10_000)
})

test('an agent that is restarted every minute still scans once an hour, no more and no less', () => {
  const path = memory()
  const ran: number[] = []
  for (let now = start; now < start + 300 * minute; now += minute) {
    const schedule = new Schedule(path)
    schedule.settle(rhythm, now)
    ran.push(...times(schedule, 'quick', now, now + minute))
  }
  assert.ok(ran.length >= 4 && ran.length <= 7, String(ran.length))
})

test('after a night off the scan comes soon, once', () => {
  const path = memory()
  new Schedule(path).settle(rhythm, start)
  const schedule = new Schedule(path)
  const later = start + 24 * 60 * minute
  schedule.settle(rhythm, later)
  assert.equal(times(schedule, 'quick', later, later + 50 * minute).length, 1)
})

test('a clock that was set back does not put the next scan off for a year', () => {
  const schedule = new Schedule(memory())
  schedule.settle(rhythm, start + 365 * 24 * 60 * minute)
  schedule.settle(rhythm, start)
  assert.ok(times(schedule, 'quick', start, start + 70 * minute).length >= 1)
})

test('no scheduled scan in the time in which the owner wants none; the rest goes on', () => {
  const kind: Rhythm = { ...rhythm, notBetween: { from: '11:00', to: '14:30' } }
  const schedule = new Schedule(memory())
  schedule.settle(kind, start)
  const end = new Date(2026, 10, 21, 14, 30).getTime()
  const ran = times(schedule, 'quick', start, end + 30 * minute, kind)
  assert.ok((ran[0] ?? 0) >= end)
  assert.ok(ran.length >= 1)
  const other = new Schedule(memory())
  other.settle(kind, start)
  assert.ok(times(other, 'cost', start, end, kind).length > 10)
})

test('full scans only where the agent can, at their time of day', () => {
  const policy = { ...defaultPolicy, scan: { ...defaultPolicy.scan, full: { everyDays: 1, at: '03:30' } } }
  const without = new Schedule(memory())
  without.settle({ ...rhythm, policy }, start)
  assert.deepEqual(times(without, 'full', start, start + 3 * 24 * 60 * minute), [])
  const can: Rhythm = { policy, notBetween: undefined, canFull: true }
  const schedule = new Schedule(memory())
  schedule.settle(can, start)
  const ran = times(schedule, 'full', start, start + 4 * 24 * 60 * minute, can).slice(1)
  assert.ok(ran.length >= 2)
  for (const at of ran) assert.match(new Date(at).toTimeString(), /^0(3:[3-5]|4:0)/)
})

test('a file that is garbage is as none', t => {
  const folder = mkdtempSync(join(tmpdir(), 'agent-schedule-'))
  t.after(() => rmSync(folder, { recursive: true }))
  const path = join(folder, 'schedule.json')
  for (const text of ['', '{', '[]', '{"quick":"x","full":null,"cost":1e999}']) {
    writeFileSync(path, text)
    new Schedule(scheduleFile(path, assert.fail), () => 0.5).settle(rhythm, start)
    const kept = new Schedule(scheduleFile(path, assert.fail))
    assert.deepEqual(kept.nextScan(), new Date(start + 5 * minute))
  }
})

test('a disk that takes nothing stops no task, and is said once', t => {
  const folder = mkdtempSync(join(tmpdir(), 'agent-schedule-'))
  t.after(() => rmSync(folder, { recursive: true }))
  const said: string[] = []
  // A file where the folder should be: root is not kept from writing by modes.
  writeFileSync(join(folder, 'no-folder'), '')
  const schedule = new Schedule(
    scheduleFile(join(folder, 'no-folder', 'schedule.json'), why => said.push(why)),
    () => 0.5,
  )
  schedule.settle(rhythm, start)
  // After five minutes, and then each hour.
  assert.equal(times(schedule, 'quick', start, start + 120 * minute).length, 2)
  schedule.again('quick', start)
  assert.equal(said.length, 1)
  assert.match(said.join(), /ENOTDIR|EEXIST/)
})

test('whatever lies in the file, each task comes within its period', () => {
  const content = fc.dictionary(fc.constantFrom(...tasks), fc.integer({ min: -1e15, max: 1e15 }))
  const periods = [
    ['quick', 60],
    ['cost', 5],
    ['renewal', 60],
  ] as const
  fc.assert(
    fc.property(content, fc.double({ min: 0, max: 0.999, noNaN: true }), (written, random) => {
      for (const [task, period] of periods) {
        const schedule = new Schedule(memory(JSON.stringify(written)), () => random)
        schedule.settle(rhythm, start)
        assert.ok(times(schedule, task, start, start + period * 1.1 * minute + 20_000).length >= 1, task)
      }
    }),
    { numRuns: 25 },
  )
})

for (const [from, to, at, expected] of [
  ['09:00', '17:00', [9, 0], true],
  ['09:00', '17:00', [17, 0], false],
  ['22:00', '06:00', [23, 30], true],
  ['22:00', '06:00', [5, 59], true],
  ['22:00', '06:00', [12, 0], false],
] as const)
  test(`${at.join(':')} between ${from} and ${to}`, () =>
    assert.equal(isWithin({ from, to }, new Date(2026, 10, 21, at[0], at[1]).getTime()), expected))
