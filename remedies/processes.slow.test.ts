import assert from 'node:assert/strict'
import { type ChildProcess, spawn, spawnSync } from 'node:child_process'
import { createHash } from 'node:crypto'
import {
  chmodSync,
  copyFileSync,
  existsSync,
  mkdirSync,
  mkdtempSync,
  readFileSync,
  rmdirSync,
  rmSync,
  writeFileSync,
} from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { type TestContext, test } from 'node:test'
import { fileURLToPath } from 'node:url'
import type { Action, ProcessName, Run } from '../model/index.ts'
import { cgroupOf, freezers, membersOf, moveTo } from './cgroups.ts'
import { openHost } from './host.ts'
import { allProcesses, argumentsOf, executableOf, procText, readProcess, standing, until } from './processes.ts'
import { protectedProcess } from './protected.ts'
import { carryOut, resumeRun } from './run.ts'
import { planOf } from './testing/temporary-host.ts'
import { undoRun } from './undo.ts'

const root = process.getuid?.() === 0 ? false : 'needs root'
const pause = (ms: number) => new Promise(resolve => setTimeout(resolve, ms))

/** A folder with an inert look-alike: a copy of sleep, and a script that starts it again within a tenth of a second. */
function scene(t: TestContext) {
  const folder = mkdtempSync(join(tmpdir(), 'davylamp-processes-'))
  const miner = join(folder, 'miner')
  const watchdog = join(folder, 'watch.sh')
  copyFileSync('/bin/sleep', miner)
  chmodSync(miner, 0o755)
  const loop = `i=0; while [ $i -lt 600 ]; do i=$((i+1)); echo $i >> ${folder}/count; kill -0 $(cat ${folder}/pid) 2>/dev/null || { ${miner} 120 & echo $! > ${folder}/pid; }; /bin/sleep 0.1; done\n`
  writeFileSync(watchdog, loop)
  const host = openHost({ root: '/', live: true, state: join(folder, 'state') })
  const started: ChildProcess[] = []
  t.after(async () => {
    host.close()
    for (const one of started) one.kill('SIGKILL')
    for (const one of ours(folder)) process.kill(one.pid, 'SIGKILL')
    await pause(50)
    rmSync(folder, { recursive: true, force: true })
  })
  const start = async (program: string, ...args: string[]): Promise<ProcessName> => {
    const one = spawn(program, args, { stdio: 'ignore', detached: true })
    started.push(one)
    const pid = one.pid ?? 0
    await until(() => executableOf(pid) !== undefined && executableOf(pid) !== process.execPath, 2_000)
    return nameOf(pid)
  }
  return { folder, miner, watchdog, host, start, follow: { paths: [miner, watchdog], sha256: [] } }
}

function ours(folder: string) {
  return allProcesses().filter(
    ({ pid, state }) => state !== 'Z' && argumentsOf(pid).some(one => one.startsWith(`${folder}/`)),
  )
}

function nameOf(pid: number): ProcessName {
  const path = executableOf(pid)
  return { pid, startTime: readProcess(pid)?.startTime ?? 0, ...(path === undefined ? {} : { path }), command: 'test' }
}

const said = (run: Run) => run.actions.map(({ outcome, detail }) => detail ?? outcome)
const kill = (process: ProcessName): Action => ({ kind: 'kill-process', process })

test('a watchdog does not bring back what is frozen first', { skip: root }, async t => {
  const { folder, watchdog, host, start, follow } = scene(t)
  const guard = await start('/bin/sh', watchdog)
  const second = await start('/bin/sh', watchdog)
  await until(() => ours(folder).some(({ pid }) => executableOf(pid) === join(folder, 'miner')), 3_000)
  const miners = ours(folder).filter(({ pid }) => executableOf(pid) === join(folder, 'miner'))
  const known = [guard, ...miners.map(({ pid }) => nameOf(pid))]
  const plan = planOf([{ kind: 'freeze-processes', processes: known, follow }, ...known.map(kill)], true)
  const run = await carryOut(plan, host)
  assert.deepEqual(
    run.actions.map(({ outcome }) => outcome).filter(outcome => outcome !== 'done' && outcome !== 'already-done'),
    [],
    JSON.stringify(run.actions, null, 1),
  )
  const joined = run.actions.filter(({ action }) => action.kind === 'kill-process' && action.process.pid === second.pid)
  assert.equal(joined.length, 1)
  await pause(400)
  assert.deepEqual(ours(folder), [])
  for (const { folder: hierarchy } of freezers()) assert.equal(existsSync(`${hierarchy}/davylamp-${run.id}-1`), false)
})

test('what is spared joins no set, whatever it runs and whoever started it', { skip: root }, async t => {
  const { folder, miner, watchdog, host, start, follow } = scene(t)
  const guard = await start('/bin/sh', watchdog)
  const kept = await start(miner, '120')
  const joins = await start('/bin/sh', watchdog)
  await until(() => existsSync(join(folder, 'pid')), 2_000)
  const child = Number(readFileSync(join(folder, 'pid'), 'utf8'))
  assert.equal(executableOf(child), miner)
  const spare = { pids: [kept.pid], uids: [], paths: [miner], containers: [] }
  const freeze: Action = { kind: 'freeze-processes', processes: [guard], follow: { ...follow, spare } }
  const run = await carryOut(planOf([freeze, kill(guard)], true), host)
  const killed = run.actions.flatMap(({ action }) => (action.kind === 'kill-process' ? [action.process.pid] : []))
  for (const pid of [guard.pid, joins.pid]) assert.ok(killed.includes(pid))
  for (const pid of [kept.pid, child]) assert.ok(!killed.includes(pid) && readProcess(pid)?.state === 'S', 'it goes on')
  const byUser: Action = {
    kind: 'freeze-processes',
    processes: [await start('/bin/sleep', '60')],
    follow: { ...follow, spare: { ...spare, pids: [], paths: [], uids: [process.getuid?.() ?? 0] } },
  }
  const second = await carryOut(planOf([byUser], true), host)
  assert.deepEqual(said(second), ['done'])
  await undoRun(second.id, host)
})

test('freezing stops a set and undo lets it go on where it was', { skip: root }, async t => {
  const { folder, watchdog, host, start, follow } = scene(t)
  const guard = await start('/bin/sh', watchdog)
  await until(() => existsSync(join(folder, 'count')), 2_000)
  const before = procText(guard.pid, 'cgroup')
  const run = await carryOut(planOf([{ kind: 'freeze-processes', processes: [guard], follow }], true), host)
  assert.deepEqual(said(run).slice(0, 1), ['done'])
  const count = () => readFileSync(join(folder, 'count'), 'utf8').length
  const frozen = count()
  // What the run kills are the joined ones; the guard itself stands still.
  await pause(400)
  assert.equal(count(), frozen)
  await undoRun(run.id, host)
  assert.ok(await until(() => count() > frozen, 3_000))
  assert.equal(procText(guard.pid, 'cgroup'), before)
  await undoRun(run.id, host)
})

test('a cgroup that lies wholly in the set is frozen where it is', { skip: root }, async t => {
  const freezer = freezers()[0]
  if (freezer === undefined) return t.skip('no cgroup freezer here')
  const { miner, host, start, follow } = scene(t)
  const one = await start(miner, '120')
  const base = `${freezer.folder}/dltest-${process.pid}`
  mkdirSync(base)
  t.after(async () => {
    await until(() => membersOf(base)?.length === 0, 2_000)
    rmdirSync(base)
  })
  moveTo(base, one.pid)
  const run = await carryOut(planOf([{ kind: 'freeze-processes', processes: [one], follow }], true), host)
  assert.deepEqual(said(run).slice(0, 1), ['done'])
  assert.equal(cgroupOf(one.pid, freezer), base)
  const killed = await carryOut(planOf([kill(one)], true), host)
  assert.deepEqual(said(killed).slice(0, 1), ['done'])
  assert.equal(standing(one), 'gone')
})

test('a crash after freezing: resume kills what joined too', { skip: root }, async t => {
  const { folder, watchdog, host, start, follow } = scene(t)
  const guard = await start('/bin/sh', watchdog)
  const second = await start('/bin/sh', watchdog)
  await until(() => existsSync(join(folder, 'pid')), 2_000)
  const plan = planOf([{ kind: 'freeze-processes', processes: [guard], follow }, kill(guard)], true)
  class Crash extends Error {}
  let prepared = 0
  const watch = ({ entry, moment }: { entry: { entry: string; number?: number }; moment: string }) => {
    if (entry.entry === 'added' && moment === 'before' && ++prepared === 2) throw new Crash()
  }
  await assert.rejects(carryOut(plan, host, { watch }), Crash)
  const { listRuns } = await import('./run-record.ts')
  const [left] = listRuns(host.state)
  assert.equal(left?.state, 'running')
  const run = await resumeRun(left?.id ?? '', host)
  assert.ok(
    run.actions.every(({ outcome }) => ['done', 'already-done', 'changed-since'].includes(outcome)),
    JSON.stringify(run.actions, null, 1),
  )
  assert.equal(standing(second), 'gone')
  await pause(300)
  assert.deepEqual(ours(folder), [])
})

test('stopped processes are frozen and killed too', { skip: root }, async t => {
  const { miner, host, start, follow } = scene(t)
  const one = await start(miner, '120')
  process.kill(one.pid, 'SIGSTOP')
  await until(() => readProcess(one.pid)?.state === 'T', 2_000)
  const run = await carryOut(planOf([{ kind: 'freeze-processes', processes: [one], follow }, kill(one)], true), host)
  assert.deepEqual(said(run), ['done', 'done'])
})

test('another process with the pid, and another executable, are left alone', { skip: root }, async t => {
  const { miner, host, start } = scene(t)
  const one = await start(miner, '120')
  const run = await carryOut(
    planOf([kill({ ...one, startTime: one.startTime - 1 }), kill({ ...one, path: '/tmp/other' })], true),
    host,
  )
  assert.deepEqual(
    run.actions.map(({ outcome }) => outcome),
    ['already-done', 'changed-since'],
  )
  assert.equal(standing(one), 'same')
})

test('evidence of a process whose executable was deleted', { skip: root }, async t => {
  const { miner, host, start } = scene(t)
  const one = await start(miner, '120')
  rmSync(miner)
  const run = await carryOut(planOf([{ kind: 'preserve-process', process: one }], true), host)
  assert.deepEqual(said(run).slice(0, 1), ['done'])
  const [description, executable] = host.vault.list()
  const told = JSON.parse((await host.vault.content(description?.id ?? '')).toString()) as { argv: string[] }
  assert.deepEqual(told.argv, [miner, '120'])
  assert.equal(executable?.sha256, createHash('sha256').update(readFileSync('/bin/sleep')).digest('hex'))
})

test('process 1, the kernel, Davylamp and its parents are protected', { skip: root }, () => {
  const kernelThread = allProcesses().find(one => one.kernelThread)
  for (const pid of [1, process.pid, process.ppid, kernelThread?.pid ?? 1])
    assert.notEqual(protectedProcess(pid), undefined)
})

for (const [what, mounts] of [
  ['the v1 freezer', 'cgroup2'],
  ['signals', 'cgroup2,cgroup'],
] as const) {
  const inside = process.env['DAVYLAMP_TEST_FREEZER'] !== undefined
  test(`all of these with ${what} only`, { skip: inside ? 'this is the inner run' : root }, () => {
    const self = fileURLToPath(import.meta.url)
    const inner = `umount -a -t ${mounts}; exec ${process.execPath} --disable-warning=ExperimentalWarning --test ${self}`
    const env = { ...process.env, DAVYLAMP_TEST_FREEZER: what }
    delete (env as Record<string, string | undefined>)['NODE_TEST_CONTEXT']
    const result = spawnSync('unshare', ['-m', 'sh', '-c', inner], { encoding: 'utf8', env, timeout: 120_000 })
    assert.equal(result.status, 0, result.stdout.slice(-4_000))
    assert.match(result.stdout, /fail 0/)
  })
}
