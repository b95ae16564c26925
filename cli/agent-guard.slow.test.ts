import assert from 'node:assert/strict'
import { type ChildProcess, spawn } from 'node:child_process'
import { chmodSync, mkdirSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join, resolve } from 'node:path'
import { after, before, test } from 'node:test'
import { type Guard, loadGuard } from '../agent/index.ts'
import type { ExecEvent } from '../model/index.ts'
import { minerWords } from '../hosts/host-part.ts'
import { responseConfig } from '../model/wire/index.ts'
import { lookalike } from '../test/range/programs.ts'

// It looks at this machine and changes nothing: the look-alikes sleep and end by themselves.

const skip = process.getuid?.() === 0 ? false : 'needs root'
const folder = mkdtempSync(join(tmpdir(), 'davylamp-guard-'))
const launcher = resolve(import.meta.dirname, '../davylamp')
const children: ChildProcess[] = []
const log: string[] = []
let guard: Guard

before(async () => {
  const { openGuard } = await loadGuard()
  guard = openGuard({
    launcher,
    state: join(folder, 'state'),
    mode: 'observe',
    response: responseConfig.parse({}),
    onDetection: one => assert.fail(one.title),
    log: line => log.push(line),
  })
})
after(async () => {
  for (const child of children) child.kill('SIGKILL')
  await guard.close()
  rmSync(folder, { recursive: true, force: true })
})

const livesMs = 60_000

function plant(name: string): string {
  mkdirSync(join(folder, '.cache'), { recursive: true })
  const path = join(folder, '.cache', name)
  writeFileSync(path, lookalike({}, minerWords, Date.now() + livesMs))
  chmodSync(path, 0o755)
  return path
}

async function started(command: string, ...words: string[]): Promise<{ pid: number; startTime: number }> {
  const child = spawn(command, words, { stdio: 'ignore' })
  children.push(child)
  await new Promise((done, fail) => child.once('spawn', () => setTimeout(done, 150)).once('error', fail))
  const pid = child.pid ?? 0
  const stat = readFileSync(`/proc/${pid}/stat`, 'latin1')
  return { pid, startTime: Number(stat.slice(stat.lastIndexOf(')') + 2).split(' ')[19]) }
}

test('a program of a package is harmless, and why', { skip }, async () => {
  const sleeper = await started('/bin/sleep', '60')
  const examined = await guard.examineProcess({ ...sleeper, findings: [], memory: true })
  assert.deepEqual(
    { verdict: examined.verdict, because: examined.because, ownership: examined.ownership, package: examined.package },
    {
      verdict: 'harmless',
      because: ['It is as the package coreutils brought it.'],
      ownership: 'owned',
      package: 'coreutils',
    },
  )
  assert.match(examined.sha256 ?? '', /^[0-9a-f]{64}$/)
})

test('a look-alike that runs is confirmed, and quickly once it is warm', { skip }, async () => {
  const miner = await started(plant('kworker'))
  const question = { ...miner, findings: [], memory: false }
  const examined = await guard.examineProcess(question)
  assert.deepEqual([examined.verdict, examined.ownership], ['confirmed', 'unowned'])
  assert.ok(examined.attack.includes('T1496.001'), String(examined.attack))
  const from = performance.now()
  await guard.examineProcess(question)
  console.log(`examined again in ${Math.round(performance.now() - from)} ms`)
})

test('one that has no file any more is known by its content', { skip }, async () => {
  const path = plant('gone')
  const miner = await started(path)
  rmSync(path)
  const examined = await guard.examineProcess({ ...miner, findings: [], memory: false })
  assert.equal(examined.verdict, 'confirmed')
})

test('a pid with another start time, and one that nobody has, are unknown', { skip }, async () => {
  const sleeper = await started('/bin/sleep', '60')
  for (const startTime of [sleeper.startTime + 100, 1])
    assert.equal(
      (await guard.examineProcess({ ...sleeper, startTime, findings: [], memory: false })).verdict,
      'unknown',
    )
})

test('what rules over events said counts: conclusive it confirms, alone it does not', { skip }, async () => {
  const path = join(folder, 'tool')
  writeFileSync(path, readFileSync('/bin/sleep'))
  chmodSync(path, 0o755)
  const tool = await started(path, '60')
  const at = new Date().toISOString()
  const event: ExecEvent = {
    kind: 'exec',
    at,
    ...tool,
    argv: [path],
    command: path,
    exeDeleted: false,
    exeInMemory: false,
    ancestors: [],
  }
  const finding = (conclusive: boolean) => ({
    rule: { id: 'b6f0c3a0-0000-4000-8000-000000000001', title: 'Test' },
    level: 'high' as const,
    class: 'network' as const,
    ...(conclusive ? { specific: 'mining' as const } : {}),
    conclusive,
    attack: ['T1496'],
    families: ['test-family'],
    because: 'It said {name}.',
    event,
  })
  const verdicts = []
  for (const findings of [[], [finding(false)], [finding(true)]])
    verdicts.push(await guard.examineProcess({ ...tool, findings, memory: false }))
  assert.deepEqual(
    verdicts.map(one => one.verdict),
    ['harmless', 'suspected', 'confirmed'],
  )
  assert.deepEqual([verdicts[2]?.because, verdicts[2]?.families], [['It said {name}.'], ['test-family']])
})

test('files and places', { skip }, async () => {
  const path = plant('lying')
  assert.equal((await guard.examineFile('/bin/ls')).verdict, 'harmless')
  assert.notEqual((await guard.examineFile(path)).verdict, 'harmless')
  assert.equal((await guard.examineFile(join(folder, 'none'))).verdict, 'unknown')
  const at = new Date().toISOString()
  const change = (place: string) => ({ kind: 'file-change', at, path: place, change: 'written' }) as const
  const judged = await guard.judgePlaces([change('/etc/passwd'), change('/etc/crontab'), change('/nowhere')])
  assert.deepEqual(
    judged.map(one => [one.path, one.verdict]),
    [
      ['/etc/passwd', 'harmless'],
      ['/etc/crontab', 'harmless'],
      ['/nowhere', 'harmless'],
    ],
  )
  assert.deepEqual(log, [])
})
