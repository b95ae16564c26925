import assert from 'node:assert/strict'
import { mkdtempSync, readFileSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { setTimeout as pause } from 'node:timers/promises'
import { type TestContext, test } from 'node:test'
import type { Detection, PreventionState } from '../../model/index.ts'
import { responseConfig } from '../../model/wire/index.ts'
import { fakeGuard } from '../testing/fake-guard.ts'
import { type GuardTimes, openGuard } from './guard.ts'

const quick: GuardTimes = { answer: 2_000, idle: 150, firstPause: 20, longestPause: 100, settled: 60_000 }

function guarded(t: TestContext, body: string, mode: PreventionState['mode'] = 'observe', times = quick) {
  const folder = mkdtempSync(join(tmpdir(), 'davylamp-guard-'))
  const log: string[] = []
  const detections: Detection[] = []
  const guard = openGuard(
    {
      launcher: fakeGuard(folder, body),
      state: '/nowhere',
      mode,
      response: responseConfig.parse({}),
      onDetection: one => detections.push(one),
      log: line => log.push(line),
    },
    times,
  )
  t.after(async () => {
    await guard.close()
    rmSync(folder, { recursive: true, force: true })
  })
  const starts = () => {
    try {
      return readFileSync(join(folder, 'starts'), 'utf8').trim().split('\n')
    } catch {
      return []
    }
  }
  return { guard, log, detections, starts }
}

const question = { pid: 1, startTime: 1, findings: [], memory: false } as const

async function until(holds: () => boolean): Promise<void> {
  for (const end = Date.now() + 5_000; !holds(); await pause(10)) assert.ok(Date.now() < end, 'waited in vain')
}

const echo = `const hear = line => {
  if (line.kind === 'ask') say({ kind: 'answer', id: line.id, answer: { ...harmless, because: [line.question.path ?? line.question.about] } })
}`

test('answers find their questions, whatever their order; the guard is started when it is asked', async t => {
  const { guard, starts } = guarded(
    t,
    `const asked = []
    const hear = line => {
      if (line.kind !== 'ask') return
      asked.unshift(line)
      if (asked.length === 2) for (const { id, question } of asked) say({ kind: 'answer', id, answer: { ...harmless, because: [question.path] } })
    }`,
  )
  assert.deepEqual(starts(), [])
  const answers = await Promise.all([guard.examineFile('/a'), guard.examineFile('/b')])
  assert.deepEqual(
    answers.map(one => one.because),
    [['/a'], ['/b']],
  )
  assert.deepEqual(starts(), ['--json --state /nowhere agent guard'])
})

test('one that dies in the middle: open questions are unknown, the next one starts another', async t => {
  const { guard, starts, log } = guarded(
    t,
    `const hear = line => {
      if (line.kind !== 'ask') return
      if (line.question.path === '/die') process.exit(3)
      say({ kind: 'answer', id: line.id, answer: harmless })
    }`,
  )
  const { verdict, because } = await guard.examineFile('/die')
  assert.deepEqual({ verdict, because }, { verdict: 'unknown', because: ['the guard ended: exit status 3'] })
  assert.equal((await guard.examineFile('/at once')).verdict, 'unknown', 'not started with every question')
  await pause(quick.firstPause + 10)
  assert.equal((await guard.examineFile('/live')).verdict, 'harmless')
  assert.equal(starts().length, 2)
  assert.deepEqual(log, ['the guard ended: exit status 3'])
})

test('who is not answered in time hears that nobody knows', async t => {
  const { guard } = guarded(t, 'const hear = () => {}', 'observe', { ...quick, answer: 100 })
  const change = { kind: 'file-change', at: '2026-01-01T00:00:00Z', path: '/etc/crontab', change: 'written' } as const
  assert.deepEqual(
    [(await guard.examineProcess(question)).verdict, await guard.judgePlaces([change])],
    ['unknown', [{ path: '/etc/crontab', verdict: 'unknown', findings: [] }]],
  )
})

test('observing: it goes when nobody asks any more', async t => {
  const { guard, starts } = guarded(
    t,
    `${echo}\nprocess.on('exit', () => appendFileSync(process.argv[1] + '.end', 'x'))`,
  )
  await guard.examineFile('/a')
  await pause(quick.idle + 300)
  assert.deepEqual((await guard.examineFile('/b')).because, ['/b'])
  assert.equal(starts().length, 2)
})

test('blocking: it is there from the beginning, comes back when it dies, and its counts go on', async t => {
  const { guard, starts, detections } = guarded(
    t,
    `const hear = line => {
      if (line.kind !== 'begin') return
      say({ kind: 'ready' })
      say({ kind: 'detection', detection: { title: line.mode } })
      say({ kind: 'state', counts: { asked: 5, allowed: 4, denied: 1, late: 0, killed: 2, wouldHave: 0 } })
      setTimeout(() => process.kill(process.pid, 'SIGKILL'), 30)
    }`,
    'block',
  )
  await until(() => starts().length >= 3 && detections.length >= 2)
  const { asked, killed, problem } = guard.state()
  assert.ok(asked >= 10 && killed >= 4, `${asked} ${killed}`)
  assert.equal(detections[0]?.title, 'block')
  await until(() => guard.state().problem !== undefined)
  assert.match(guard.state().problem ?? problem ?? '', /SIGKILL|starting/)
})

test('a gate that could not be shut stays a problem when the guard is ready', async t => {
  const { guard, detections } = guarded(
    t,
    `const hear = line => {
      if (line.kind !== 'begin') return
      say({ kind: 'state', counts: { asked: 0, allowed: 0, denied: 0, late: 0, killed: 7, wouldHave: 0 }, problem: 'no start can be prevented' })
      say({ kind: 'ready' })
      say({ kind: 'detection', detection: { title: 'ready was heard' } })
    }`,
    'block',
  )
  await until(() => detections.length === 1)
  assert.equal(guard.state().problem, 'no start can be prevented')
})

test('what it says that is no JSON ends it', async t => {
  const { guard } = guarded(t, `const hear = () => process.stdout.write('no JSON\\n')`)
  assert.deepEqual((await guard.examineFile('/a')).because, ['the guard ended: it was not understood'])
})
