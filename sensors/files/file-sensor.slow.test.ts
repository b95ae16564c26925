import assert from 'node:assert/strict'
import { execFileSync } from 'node:child_process'
import { mkdirSync, mkdtempSync, renameSync, rmSync, unlinkSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { test, type TestContext } from 'node:test'
import { type FileChangeEvent, fileChangeEvent } from '../../model/index.ts'
import { startFileSensor } from './file-sensor.ts'
import type { WatchedPlace } from './watched-places.ts'

/** By inotify: marks of fanotify are for ranges, and its own test has one. */
function watching(
  t: TestContext,
  places: (folder: string) => readonly WatchedPlace[],
  before: (folder: string) => void,
) {
  const folder = mkdtempSync(join(tmpdir(), 'davylamp-files-'))
  t.after(() => rmSync(folder, { recursive: true, force: true }))
  before(folder)
  const events: FileChangeEvent[] = []
  const sensor = startFileSensor({
    places: places(folder),
    source: 'inotify',
    everyMs: 60_000,
    onEvents: some => void events.push(...some),
  })
  t.after(() => sensor.close())
  const told = () => {
    sensor.look()
    for (const one of events) fileChangeEvent.parse(one)
    return events.splice(0).map(({ path, change }) => `${path.slice(folder.length + 1)} ${change}`)
  }
  return { folder, sensor, told }
}

test('a file of a directory, a file by name, and nothing else', t => {
  const { folder, sensor, told } = watching(
    t,
    at => [
      { path: join(at, 'cron.d'), kind: 'directory' },
      { path: join(at, 'etc/ld.so.preload'), kind: 'file' },
    ],
    at => {
      mkdirSync(join(at, 'cron.d'))
      mkdirSync(join(at, 'etc'))
    },
  )
  writeFileSync(join(folder, 'etc/passwd'), 'x')
  writeFileSync(join(folder, 'cron.d/job'), 'x', { mode: 0o600 })
  writeFileSync(join(folder, 'etc/ld.so.preload'), 'x')
  assert.deepEqual(told(), ['cron.d/job written', 'etc/ld.so.preload written'])
  renameSync(join(folder, 'cron.d/job'), join(folder, 'cron.d/other'))
  unlinkSync(join(folder, 'etc/ld.so.preload'))
  assert.deepEqual(told().sort(), ['cron.d/job moved-out', 'cron.d/other moved-in', 'etc/ld.so.preload deleted'])
  mkdirSync(join(folder, 'cron.d/below'))
  writeFileSync(join(folder, 'cron.d/below/x'), '')
  assert.deepEqual(told(), [])
  assert.equal(sensor.status().source, 'inotify')
})

test('a place that is not there yet, with all that comes with it', t => {
  const { folder, told } = watching(
    t,
    at => [{ path: join(at, 'systemd/system'), kind: 'directory', deep: true }],
    () => {},
  )
  mkdirSync(join(folder, 'systemd/system/multi-user.target.wants'), { recursive: true })
  writeFileSync(join(folder, 'systemd/system/a.service'), 'x')
  assert.deepEqual(told(), ['systemd/system/a.service created'])
  writeFileSync(join(folder, 'systemd/system/multi-user.target.wants/b.service'), 'x')
  assert.deepEqual(told(), ['systemd/system/multi-user.target.wants/b.service written'])
  rmSync(join(folder, 'systemd'), { recursive: true })
  told()
  mkdirSync(join(folder, 'systemd/system'), { recursive: true })
  told()
  writeFileSync(join(folder, 'systemd/system/again.service'), 'x')
  assert.deepEqual(told(), ['systemd/system/again.service written'])
})

test('a whole directory that is moved in, and names that are no text', t => {
  const { folder, told } = watching(
    t,
    at => [{ path: join(at, 'profile.d'), kind: 'directory', deep: true }],
    at => mkdirSync(join(at, 'profile.d')),
  )
  mkdirSync(join(folder, 'made'))
  execFileSync('/bin/sh', ['-c', String.raw`printf x > "$(printf 'bad\377name\n2')"`], { cwd: join(folder, 'made') })
  renameSync(join(folder, 'made'), join(folder, 'profile.d/made'))
  assert.deepEqual(told(), [String.raw`profile.d/made/bad\xffname\x0a2 moved-in`])
})
