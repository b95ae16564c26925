import assert from 'node:assert/strict'
import { execFileSync, spawn, spawnSync } from 'node:child_process'
import { closeSync, readFileSync, writeSync } from 'node:fs'
import { test } from 'node:test'
import { SystemCallError } from '../../libc.ts'
import { openWaker, waitReadable } from '../wait.ts'
import { BpfProgram } from './bpf-program.ts'
import { type ExecRecord, openExecTracepoint } from './exec-tracepoint.ts'
import { execPid, openProcessConnector } from './process-connector.ts'

/** Why this machine lets nobody look. */
function impossible(open: () => { close(): void }): string | false {
  try {
    open().close()
    return false
  } catch (error) {
    return `not possible here: ${String(error)}`
  }
}

const noTracepoint = impossible(openExecTracepoint)
const noConnector = impossible(openProcessConnector)

/** Kept beyond the look. */
function copied(record: ExecRecord) {
  return { ...record, file: record.file.toString(), arguments: record.arguments.toString().split('\0') }
}

test('every program that starts is told of, with its words, parent and start', { skip: noTracepoint }, () => {
  const tracepoint = openExecTracepoint()
  try {
    const mark = `davylamp-test-${process.pid}`
    const sleeper = spawn('/bin/sleep', ['30', mark], { argv0: mark })
    for (let count = 0; count < 300; count++) execFileSync('/bin/true', [mark, String(count)])
    execFileSync('/bin/true', [mark, 'x'.repeat(1000), 'y'.repeat(5000)])
    const seen: ReturnType<typeof copied>[] = []
    const forks = new Map<number, number>()
    for (let turns = 0; turns < 50 && !seen.some(one => one.argumentBytes > 5000); turns++) {
      waitReadable([tracepoint.descriptor], 100)
      tracepoint.each(10_000, {
        exec: record => void (record.arguments.includes(mark) && seen.push(copied(record))),
        fork: ({ pid, creatorPid }) => void forks.set(pid, creatorPid),
      })
    }
    assert.equal(tracepoint.lost(), 0)
    const numbers = seen.filter(one => one.file === '/bin/true' && one.argumentBytes < 100)
    assert.deepEqual(
      numbers.map(one => one.arguments[2]),
      Array.from({ length: 300 }, (_, at) => String(at)),
    )
    assert.ok(numbers.every(one => one.parentPid === process.pid && one.uid === process.getuid?.()))
    assert.ok(numbers.every(one => forks.get(one.pid) === process.pid))
    const long = seen.find(one => one.argumentBytes > 5000)
    assert.deepEqual(long?.arguments[2], 'x'.repeat(1000))
    assert.equal(long?.arguments.join('\0').length, 4096)
    const stat = readFileSync(`/proc/${sleeper.pid}/stat`, 'latin1')
    const found = seen.find(one => one.pid === sleeper.pid)
    sleeper.kill()
    assert.equal(String(found?.startTime), stat.slice(stat.lastIndexOf(')') + 2).split(' ')[19])
    assert.deepEqual(found?.arguments.slice(0, 3), [mark, '30', mark])
  } finally {
    tracepoint.close()
  }
})

test('in a pid namespace: its own numbers, and nothing of outside', { skip: noTracepoint }, () => {
  const program = `
    import { execFileSync } from 'node:child_process'
    import { openExecTracepoint } from ${JSON.stringify(new URL('exec-tracepoint.ts', import.meta.url).pathname)}
    const tracepoint = openExecTracepoint()
    execFileSync('/bin/true', ['inside'])
    execFileSync('/bin/sh', ['-c', 'unshare --pid --fork /bin/true deeper'])
    const seen = []
    for (let turns = 0; turns < 40; turns++) {
      tracepoint.each(1000, {
        exec: one => seen.push([one.pid, one.parentPid, one.arguments.toString().split('\\0').join(' ').trim()]),
        fork: one => seen.push([one.pid, one.creatorPid, 'fork']),
      })
      await new Promise(resolve => setTimeout(resolve, 50))
    }
    console.log(JSON.stringify({ own: process.pid, seen }))
    process.exit()`
  const noise = spawn('/bin/sh', ['-c', 'for i in 1 2 3 4 5 6 7 8; do /bin/true outside; sleep 0.3; done'])
  const told = spawnSync(
    'unshare',
    [
      '--pid',
      '--fork',
      '--mount-proc',
      process.execPath,
      ...process.execArgv,
      '--input-type=module-typescript',
      '-e',
      program,
    ],
    { encoding: 'utf8' },
  )
  noise.kill()
  assert.equal(told.status, 0, told.stderr)
  const { own, seen } = JSON.parse(told.stdout) as { own: number; seen: [number, number, string][] }
  assert.ok(!seen.some(([, , words]) => words.includes('outside')), told.stdout)
  const inside = seen.find(([, , words]) => words === '/bin/true inside')
  assert.equal(inside?.[1], own)
  assert.ok((inside?.[0] ?? 1e9) < 200)
  assert.ok(seen.some(([pid, creator, words]) => words === 'fork' && pid === inside?.[0] && creator === own))
  assert.ok(seen.some(([pid, , words]) => words === '/bin/true deeper' && pid > 1))
})

test('the process connector tells of programs that start', { skip: noConnector }, () => {
  const connector = openProcessConnector()
  try {
    const pids = Array.from({ length: 50 }, () => spawnSync('/bin/true').pid)
    const seen = new Set<number>()
    for (let turns = 0; turns < 50 && !pids.every(pid => seen.has(pid)); turns++) {
      waitReadable([connector.descriptor], 100)
      connector.each(1000, pid => void seen.add(pid))
    }
    assert.deepEqual(
      pids.filter(pid => !seen.has(pid)),
      [],
    )
    assert.equal(connector.lost(), 0)
  } finally {
    connector.close()
  }
})

test('other messages of the connector say nothing', () => {
  assert.equal(execPid(Buffer.alloc(0)), undefined)
  assert.equal(execPid(Buffer.alloc(76)), undefined)
  const message = Buffer.alloc(76)
  message.writeUInt32LE(2, 36)
  message.writeUInt32LE(7, 52)
  message.writeUInt32LE(6, 56)
  assert.equal(execPid(message), 6)
})

test('a closed descriptor is told, an idle one waits', () => {
  const waker = openWaker()
  assert.deepEqual(waitReadable([999_999, waker], 10), ['broken', 'nothing'])
  writeSync(waker, Buffer.from([1, 0, 0, 0, 0, 0, 0, 0]))
  assert.deepEqual(waitReadable([waker], 10), ['readable'])
  closeSync(waker)
})

test('a program is put together with its jumps', () => {
  const code = new BpfProgram().set(0, 5).jumpIf(0, 'equal', 5, 'end').set(0, -1).label('end').exit().assemble()
  assert.equal(code.toString('hex'), 'b700000005000000' + '1500010005000000' + 'b7000000ffffffff' + '9500000000000000')
  assert.throws(() => new BpfProgram().jump('nowhere').assemble(), /no label nowhere/)
})

test('what the kernel refuses is told with its reason', { skip: noTracepoint }, () => {
  assert.throws(
    () => openExecTracepoint(1000),
    (error: unknown) => error instanceof SystemCallError && error.code === 'EINVAL',
  )
})
