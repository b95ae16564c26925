import assert from 'node:assert/strict'
import { spawn } from 'node:child_process'
import { existsSync, mkdirSync, mkdtempSync, renameSync, rmSync, unlinkSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { type TestContext, test } from 'node:test'
import { type LoginEvent, loginEvent } from '../../model/index.ts'
import {
  entryCount,
  journalForms,
  machineId,
  readJournal,
  youngerJournal,
} from '../../target/journal/testing/read-journal.ts'
import { followJournals } from './followed-journals.ts'

function folderFor(t: TestContext, folders: readonly string[] = ['journal']): string {
  const folder = mkdtempSync(join(tmpdir(), 'davylamp-journals-'))
  t.after(() => rmSync(folder, { recursive: true, force: true }))
  for (const name of folders) mkdirSync(join(folder, name, machineId), { recursive: true })
  writeFileSync(join(folder, 'machine-id'), `${machineId}\n`)
  return folder
}

function following(t: TestContext, folder: string, folders: readonly string[] = ['journal']) {
  const source = followJournals(
    folders.map(name => join(folder, name)),
    join(folder, 'machine-id'),
  )
  t.after(() => source.close())
  let nowMs = Date.now()
  const told = (laterMs = 0) => {
    nowMs += laterMs
    const events = source.look(nowMs)
    for (const one of events) loginEvent.parse(one)
    return events.map(portOf)
  }
  return { source, told }
}

/** In the known journal a port says which entry it is. */
function portOf({ port }: LoginEvent): number {
  return (port ?? 0) - 10_000
}

const sshdFrom = (from: number, to: number) =>
  Array.from({ length: to - from }, (_, at) => from + at).filter(index => index % 10 === 1 || index % 10 === 6)
const soon = (index: number) => (Date.now() + 1000 + index) * 1000
const longAgo = (index: number) => 1_600_000_000_000_000 + index

for (const form of journalForms)
  test(`${form}: what is added is told once, what was there is history`, t => {
    const folder = folderFor(t)
    const path = join(folder, 'journal', machineId, 'system.journal')
    const whole = readJournal(form)
    writeFileSync(path, youngerJournal(whole, 300, longAgo))
    const { source, told } = following(t, folder)
    assert.deepEqual([source.open, told()], [true, []])
    writeFileSync(path, youngerJournal(whole, 345, soon))
    assert.deepEqual(told(), sshdFrom(300, 345))
    assert.deepEqual(told(), [])
    writeFileSync(path, youngerJournal(whole, entryCount, soon))
    assert.deepEqual(told(), sshdFrom(345, entryCount))
    assert.equal(source.problem, undefined)
  })

test('a journal that is closed and begun anew, and one that comes from /run', async t => {
  const folder = folderFor(t, ['run', 'var'])
  const [run, kept] = ['run', 'var'].map(name => join(folder, name, machineId, 'system.journal')) as [string, string]
  const whole = readJournal('compact-keyed-zstd')
  writeFileSync(run, youngerJournal(whole, 100, soon))
  const { told } = following(t, folder, ['run', 'var'])
  await new Promise(resolve => setTimeout(resolve, 300))
  const base = (Date.now() - 200) * 1000
  const sameTimes = (index: number) => base + index * 100
  writeFileSync(run, youngerJournal(whole, 130, sameTimes))
  assert.deepEqual(told(), sshdFrom(100, 130))
  // journalctl --flush: all that /run has is copied, and more is written.
  writeFileSync(kept, youngerJournal(readJournal('plain-keyed-zstd'), 160, sameTimes))
  unlinkSync(run)
  assert.deepEqual(told(), sshdFrom(130, 160))
  renameSync(kept, kept.replace('system.journal', 'system@1.journal'))
  writeFileSync(kept, youngerJournal(whole, 190, sameTimes))
  assert.deepEqual(told(), sshdFrom(160, 190))
})

test('what is no journal is a problem, and journals of other hosts are not followed', t => {
  const folder = folderFor(t)
  mkdirSync(join(folder, 'journal', 'remote'))
  mkdirSync(join(folder, 'journal', 'f'.repeat(32)))
  const other = join(folder, 'journal', 'f'.repeat(32), 'system.journal')
  writeFileSync(other, youngerJournal(readJournal('compact-keyed-zstd'), 100, soon))
  const { source, told } = following(t, folder)
  writeFileSync(other, youngerJournal(readJournal('compact-keyed-zstd'), 200, soon))
  assert.deepEqual([source.open, told()], [false, []])
  writeFileSync(join(folder, 'journal', machineId, 'system.journal'), 'LPKSHHRH and no more')
  assert.deepEqual(told(6000), [])
  assert.match(source.problem ?? '', /format/)
})

const writer = ['/lib/systemd/systemd-journal-remote', '/usr/lib/systemd/systemd-journal-remote'].find(existsSync)
const wanted = process.env['SYSTEMD_JOURNAL_REMOTE'] ?? writer
const missing = wanted === undefined && 'systemd-journal-remote is not installed (Debian package of the same name)'

test("a journal that systemd's own writer is writing", { skip: missing }, async t => {
  const folder = folderFor(t)
  const { told } = following(t, folder)
  const output = join(folder, 'journal', machineId, 'system.journal')
  const child = spawn(wanted ?? '', [`--output=${output}`, '-'], { stdio: ['pipe', 'ignore', 'ignore'] })
  t.after(() => child.kill())
  const found: number[] = []
  for (let index = 0; index < 2000; index++) {
    const program = index % 3 === 0 ? 'sshd' : 'cron'
    const message = `Failed password for root from 203.0.113.9 port ${10_000 + index} ssh2`
    const head = `__REALTIME_TIMESTAMP=${soon(index)}\n__MONOTONIC_TIMESTAMP=${index + 1}\n_BOOT_ID=${machineId}`
    child.stdin.write(`${head}\n_COMM=${program}\n_UID=0\n_PID=${index}\nMESSAGE=${message}\n\n`)
    if (index % 50 !== 49) continue
    await new Promise(resolve => setTimeout(resolve, 5))
    found.push(...told(index === 49 ? 6000 : 200))
  }
  child.stdin.end()
  await new Promise(resolve => child.once('exit', resolve))
  found.push(...told(6000), ...told(200))
  assert.deepEqual(
    found,
    Array.from({ length: 667 }, (_, at) => 3 * at),
  )
})
