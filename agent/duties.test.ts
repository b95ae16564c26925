import assert from 'node:assert/strict'
import { mkdtempSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { test, type TestContext } from 'node:test'
import { defaultPolicy } from '../model/wire/index.ts'
import { Duties } from './duties.ts'
import { agentFolders, readJson } from './own-files.ts'
import { JobStopped, type WorkerSurroundings } from './ports.ts'
import type { Rhythm } from './schedule.ts'
import { fakeWorker } from './testing/fake-worker.ts'
import { until } from './testing/stub-center.ts'

/** Full scans last until they are told to stop; other looks are over at once. */
function scene(test: TestContext) {
  const state = mkdtempSync(join(tmpdir(), 'agent-duties-'))
  const folders = agentFolders(state, true)
  const worker = fakeWorker({ report: () => 0 } as unknown as WorkerSurroundings)
  const looks = worker.look
  const lasts = (signal: AbortSignal) =>
    new Promise<never>((_, fail) => {
      const stop = () => fail(new JobStopped('stopped'))
      signal.addEventListener('abort', stop, { once: true })
    })
  const told: string[] = []
  let notBetween: Rhythm['notBetween']
  const duties = new Duties({
    folders,
    worker: {
      ...worker,
      async look(mode, signal) {
        const result = await looks.call(worker, mode, signal)
        return mode === 'full' ? lasts(signal) : result
      },
    },
    random: () => 0,
    rhythm: () => ({
      policy: { ...defaultPolicy, scan: { ...defaultPolicy.scan, full: { everyDays: 7, at: '03:00' } } },
      notBetween,
      canFull: true,
    }),
    looked: async () => {},
    reportHealth: () => void told.push('health'),
    renewIfDue: async () => {},
    wantedWhole: () => [],
    sentWhole() {},
    changed() {},
    log: line => void told.push(line),
  })
  test.after(async () => {
    duties.stop()
    await duties.idle()
    rmSync(state, { recursive: true })
  })
  const nextFull = () => Number(readJson(join(folders.own, 'schedule.json'))?.['full'])
  const quiet = (window: Rhythm['notBetween']) => {
    notBetween = window
  }
  return { duties, worker, told, quiet, nextFull }
}

const day = 86_400_000
const wholeDay = { from: '00:00', to: '23:59' }
const times = (asked: readonly string[], what: string) => asked.filter(one => one === what).length

test('a full scan gives way to what is due and to orders, and goes on; own cost and own files wait for nothing', async t => {
  const { duties, worker, told } = scene(t)
  duties.settle()
  const begin = Date.now()
  // One task a tick.
  for (let tick = 0; tick < 8; tick++) {
    duties.tick(begin + 1)
    await until('done', () => duties.doing === undefined || duties.doing === 'full scan')
  }
  await until('the full scan', () => worker.asked.includes('look full'))
  assert.deepEqual([times(worker.asked, 'look quick'), times(told, 'health')], [1, 1])
  const before = times(worker.asked, 'look full')
  duties.queueOrder('clean')
  await until('the order', () => worker.asked.includes('carry out clean'))
  await until('the full scan again', () => times(worker.asked, 'look full') === before + 1)
  duties.tick(begin + 6 * 60_000)
  await until('health', () => times(told, 'health') === 2)
  assert.equal(times(worker.asked, 'look full'), before + 1, 'health is told beside it')
  duties.queueOrder('long one')
  duties.tick(begin + 70 * 60_000)
  await until('the quick scan', () => times(worker.asked, 'look quick') === 2)
  assert.equal(worker.asked.includes('carry out long one'), false)
})

test('quiet hours end a scheduled full scan, which begins again when they are over', async t => {
  const { duties, worker, quiet, nextFull } = scene(t)
  duties.settle()
  const begin = new Date().setHours(12, 0, 0, 0)
  const ticks = async (now: number) => {
    for (let tick = 0; tick < 8; tick++) {
      duties.tick(now)
      await until('done', () => duties.doing === undefined || duties.doing === 'full scan')
    }
  }
  await ticks(begin + day)
  await until('the full scan', () => duties.doing === 'full scan')
  assert.ok(nextFull() > begin + 6 * day)
  quiet(wholeDay)
  duties.tick(begin + day)
  await until('its end', () => duties.doing === undefined)
  assert.ok(nextFull() < begin + day)
  const before = times(worker.asked, 'look full')
  await ticks(begin + day)
  assert.equal(times(worker.asked, 'look full'), before)
  quiet(undefined)
  await ticks(begin + day)
  await until('the full scan again', () => times(worker.asked, 'look full') === before + 1)
})

test('a scheduled full scan that the end of the agent cut off is due at its next start', async t => {
  const { duties, worker, nextFull } = scene(t)
  duties.settle()
  for (let tick = 0; tick < 8; tick++) {
    duties.tick(Date.now() + 1)
    await until('done', () => duties.doing === undefined || duties.doing === 'full scan')
  }
  await until('the full scan', () => worker.asked.includes('look full'))
  duties.stop()
  await duties.idle()
  assert.ok(nextFull() <= Date.now())
})

test('a clock that was set back by a year stops nothing, and a scan that is wanted soon comes soon', async t => {
  const { duties, worker, told } = scene(t)
  duties.settle()
  const before = Date.now() + 3_600_000
  const tick = async (now: number) => {
    duties.tick(now)
    await until('done', () => duties.doing === undefined || duties.doing === 'full scan')
  }
  for (let turn = 0; turn < 8; turn++) await tick(before)
  duties.lookSoon(before)
  const now = before - 365 * day
  const [looks, health] = [times(worker.asked, 'look quick'), times(told, 'health')]
  await tick(now)
  duties.lookSoon(now)
  await tick(now + 10_000)
  assert.equal(times(worker.asked, 'look quick'), looks + 1)
  for (let minutes = 1; minutes < 70; minutes++) await tick(now + minutes * 60_000)
  assert.ok(times(worker.asked, 'look quick') > looks + 1)
  assert.ok(times(told, 'health') > health)
})
