import assert from 'node:assert/strict'
import { spawn } from 'node:child_process'
import { existsSync, mkdtempSync, readdirSync, readFileSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { type TestContext, test } from 'node:test'
import type { ProcessName } from '../model/index.ts'
import { openHost } from './host.ts'
import { prepareRun } from './open-run.ts'
import { readProcess, standing } from './processes.ts'
import { resumeRun } from './run.ts'
import { listRuns, showRun } from './run-record.ts'
import { planOf } from './testing/temporary-host.ts'
import { undoRun } from './undo.ts'

const skip = process.getuid?.() === 0 ? false : 'needs root'

function scene(t: TestContext) {
  const state = mkdtempSync(join(tmpdir(), 'davylamp-open-run-'))
  const host = openHost({ root: '/', live: true, state, shared: true })
  const other = openHost({ root: '/', live: true, state })
  t.after(() => {
    host.close()
    other.close()
    rmSync(state, { recursive: true, force: true })
  })
  return { state, host, prepare: () => prepareRun(host, 'test', { ...planOf([], true), actions: [] }, 'test') }
}

async function sleeper(t: TestContext): Promise<ProcessName> {
  const child = spawn('/bin/sleep', ['60'], { stdio: 'ignore' })
  t.after(() => child.kill('SIGKILL'))
  await new Promise(resolve => setTimeout(resolve, 100))
  const pid = child.pid ?? 0
  return { pid, startTime: readProcess(pid)?.startTime ?? 0, command: 'sleep 60' }
}

test('a run that waits is no run yet, also when another takes its place; unused it leaves nothing', { skip }, t => {
  const { state, prepare } = scene(t)
  prepare()
  const run = prepare()
  assert.deepEqual(listRuns(state), [])
  assert.equal(run.end(), undefined)
  assert.deepEqual(readdirSync(join(state, 'runs')), [])
})

test('each action is in the journal before it happens, and the run can be shown, ended and undone', {
  skip,
}, async t => {
  const { state, host, prepare } = scene(t)
  const run = prepare()
  const [first, second] = [await sleeper(t), await sleeper(t)]
  const states = [
    await run.act({ kind: 'kill-process', process: first }, 'remove', 'because'),
    await run.act({ kind: 'kill-process', process: { ...second, startTime: 1 } }, 'remove', 'because'),
  ]
  assert.deepEqual(
    states.map(one => [one.number, one.outcome, one.undoable]),
    [
      [1, 'done', false],
      [2, 'already-done', false],
    ],
  )
  assert.deepEqual([standing(first), standing(second)], ['gone', 'same'])
  assert.equal(showRun(state, run.id).state, 'running')
  const ended = run.end()
  assert.deepEqual([ended?.state, showRun(state, run.id)], ['complete', ended])
  const entries = readFileSync(join(state, 'runs', run.id, 'journal.jsonl'), 'utf8')
    .trim()
    .split('\n')
  assert.deepEqual(
    entries.map(line => (JSON.parse(line) as { entry: string }).entry),
    ['run', 'added', 'prepared', 'outcome', 'added', 'outcome', 'ended'],
  )
  assert.equal(existsSync(join(state, 'runs', '.next-test')), false)
  const undone = await undoRun(run.id, host)
  assert.equal(undone.run.actions[0]?.outcome, 'done', 'who is dead stays dead')
})

test('one that was cut off is brought to its end', { skip }, async t => {
  const { state, host, prepare } = scene(t)
  const run = prepare()
  await run.act({ kind: 'kill-process', process: await sleeper(t) }, 'remove', 'because')
  assert.equal((await resumeRun(run.id, host)).state, 'complete')
  assert.equal(showRun(state, run.id).state, 'complete')
})
