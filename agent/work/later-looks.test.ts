import assert from 'node:assert/strict'
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { type TestContext, test } from 'node:test'
import { LaterLooks } from './later-looks.ts'

function folder(test: TestContext): string {
  const path = mkdtempSync(join(tmpdir(), 'davylamp-later-'))
  test.after(() => rmSync(path, { recursive: true, force: true }))
  return path
}

const hours = (count: number) => new Date(Date.parse('2026-06-01T00:00:00Z') + count * 3_600_000)

test('a run is looked at after an hour, a day and eight days, and each look is made once', t => {
  const looks = new LaterLooks(folder(t), 'boot-1')
  assert.equal(looks.next(), undefined)
  looks.add('run-1', hours(0))
  assert.deepEqual(looks.next(), hours(1))
  assert.deepEqual(looks.due(hours(0.9)), [])
  assert.deepEqual(looks.due(hours(1)), ['run-1'])
  looks.done('run-1', hours(1))
  assert.deepEqual(looks.next(), hours(24))
  // Whoever slept for a week makes one look for all that he missed.
  assert.deepEqual(looks.due(hours(24 * 9)), ['run-1'])
  looks.done('run-1', hours(24 * 9))
  assert.equal(looks.next(), undefined)
})

test('they outlive the process; the look after the next boot is due only then', t => {
  const own = folder(t)
  new LaterLooks(own, 'boot-1').add('run-1', hours(0))
  const same = new LaterLooks(own, 'boot-1')
  assert.deepEqual(same.next(), hours(1))
  same.done('run-1', hours(24 * 9))
  assert.equal(same.next(), undefined)
  const rebooted = new LaterLooks(own, 'boot-2')
  const next = rebooted.next()?.getTime() ?? 0
  assert.ok(next > Date.now() + 200_000 && next < Date.now() + 400_000)
  assert.deepEqual(rebooted.due(new Date(next)), ['run-1'])
  rebooted.done('run-1', new Date(next))
  assert.equal(new LaterLooks(own, 'boot-3').next(), undefined)
})

test('a run that was taken back is forgotten; a broken file is as none', t => {
  const own = folder(t)
  const looks = new LaterLooks(own, 'boot-1')
  looks.add('run-1', hours(0))
  looks.add('run-2', hours(2))
  looks.forget('run-1')
  assert.deepEqual(looks.next(), hours(3))
  for (const text of ['', '{"looks":[{"run":1}]}', '{"looks":[{"run":"a","when":"b","boot":"c","at":"never"}]}']) {
    writeFileSync(join(own, 'later-looks.json'), text)
    assert.equal(new LaterLooks(own, 'c').next(), undefined)
  }
})
