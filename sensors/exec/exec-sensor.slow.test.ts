import assert from 'node:assert/strict'
import { execFileSync, spawn, spawnSync } from 'node:child_process'
import { chmodSync, copyFileSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { test, type TestContext } from 'node:test'
import { type ExecEvent, execEvent } from '../../model/index.ts'
import { startExecSensor } from './exec-sensor.ts'
import { startPolledExecSensor } from './polled-exec-sensor.ts'
import type { ExecSourceName } from './source.ts'

async function listening(t: TestContext, source?: ExecSourceName, start: typeof startExecSensor = startExecSensor) {
  const events: ExecEvent[] = []
  const sensor = await start({
    ...(source === undefined ? {} : { source }),
    onEvents: some => void events.push(...some),
    onEnd: error => assert.fail(error),
  })
  t.after(() => sensor.close())
  const find = async (wanted: (event: ExecEvent) => boolean) => {
    for (let turns = 0; turns < 200; turns++) {
      const found = events.find(wanted)
      if (found !== undefined) return found
      await new Promise(resolve => setTimeout(resolve, 50))
    }
    throw new Error(`no such event among ${events.length}: ${JSON.stringify(events.slice(-5))}`)
  }
  return { sensor, events, find }
}

async function whyNot(source: ExecSourceName): Promise<string | false> {
  try {
    await (await startExecSensor({ source, onEvents: () => {}, onEnd: () => {} })).close()
    return false
  } catch (error) {
    return `not possible here: ${String(error)}`
  }
}

const noTracepoint = await whyNot('tracepoint')
const noConnector = await whyNot('process-connector')

test('a chain of programs is told with what stood above each, although it has ended', {
  skip: noTracepoint,
}, async t => {
  const { sensor, events, find } = await listening(t)
  const folder = mkdtempSync(join(tmpdir(), 'davylamp-exec-'))
  t.after(() => rmSync(folder, { recursive: true, force: true }))
  const program = join(folder, 'kworker\n\u{202e}x')
  copyFileSync('/bin/sleep', program)
  const script = join(folder, 'install.sh')
  writeFileSync(script, `#!/bin/sh\n/bin/true first\n'${program}' 20 >/dev/null &\necho $!\nexit 0\n`)
  chmodSync(script, 0o755)
  const pid = Number(
    spawnSync('/bin/sh', ['-c', `${script}; :`], {
      stdio: ['ignore', 'pipe', 'ignore'],
      encoding: 'utf8',
      timeout: 3000,
    }).stdout,
  )
  const found = await find(one => one.pid === pid && one.path?.includes('kworker') === true)
  process.kill(pid)
  assert.equal(found.path, join(folder, 'kworker\\x0a\\xe2\\x80\\xaex'))
  assert.deepEqual(found.argv.slice(1), ['20'])
  assert.equal(found.cwd, process.cwd())
  assert.equal(found.uid, process.getuid?.())
  const commands = found.ancestors.map(one => one.command)
  assert.ok(commands[0]?.endsWith(`/bin/sh ${script}`), JSON.stringify(commands))
  assert.equal(commands[1], `/bin/sh -c ${script}; :`)
  assert.equal(found.ancestors[2]?.pid, process.pid)
  const started = events.find(one => one.file === script)
  assert.match(started?.path ?? '', /\/(?:dash|bash|sh)$/)
  assert.ok(Math.abs(Date.now() - Date.parse(found.at)) < 60_000)
  for (const one of events) execEvent.parse(one)
  const { source, lost } = sensor.status()
  assert.deepEqual({ source, lost }, { source: 'tracepoint', lost: 0 })
})

test('an executable in memory and one that was deleted are told as such', { skip: noTracepoint }, async t => {
  const { find } = await listening(t)
  const folder = mkdtempSync(join(tmpdir(), 'davylamp-exec-'))
  t.after(() => rmSync(folder, { recursive: true, force: true }))
  const program = join(folder, 'gone')
  copyFileSync('/bin/sleep', program)
  // The deletion may come before the event is described, or after it: both are true.
  const shell = `exec 3<'${program}'; rm '${program}'; exec /proc/self/fd/3 5`
  const child = spawn('/bin/sh', ['-c', shell])
  const deleted = await find(one => one.pid === child.pid && one.file === '/proc/self/fd/3')
  child.kill()
  assert.equal(deleted.exeDeleted, true)
  assert.equal(deleted.path, program)
  const memory = spawn('python3', [
    '-c',
    'import os; fd = os.memfd_create("kthreadd", os.MFD_CLOEXEC); os.write(fd, open("/bin/sleep", "rb").read()); os.execve(fd, ["sleep", "5"], {})',
  ])
  const inMemory = await find(one => one.pid === memory.pid && one.exeInMemory)
  memory.kill()
  assert.equal(inMemory.path, 'memfd:kthreadd')
})

test('a thousand programs one after the other: none is missing', { skip: noTracepoint }, async t => {
  const { sensor, events, find } = await listening(t)
  const mark = `davylamp-many-${process.pid}`
  execFileSync('/bin/sh', ['-c', `for i in $(seq 1000); do /bin/true ${mark} $i; done; /bin/true ${mark} end`])
  await find(one => one.argv[1] === mark && one.argv[2] === 'end')
  const numbers = events.filter(one => one.argv[0] === '/bin/true' && one.argv[1] === mark).map(one => one.argv[2])
  assert.deepEqual(numbers, [...Array.from({ length: 1000 }, (_, at) => String(at + 1)), 'end'])
  assert.equal(sensor.status().lost, 0)
})

for (const [source, skip] of [
  ['process-connector', noConnector],
  ['polling', false],
] as const)
  test(`where there is nothing better, ${source} tells of what stays`, { skip }, async t => {
    const { sensor, find } = await listening(t, source)
    const child = spawn('/bin/sh', ['-c', 'sleep 0.2; exec /bin/sleep 15'])
    const found = await find(one => one.pid === child.pid && one.argv[0] === '/bin/sleep')
    child.kill()
    assert.match(found.path ?? '', /\/(?:sleep|coreutils)$/)
    assert.equal(found.ancestors[0]?.pid, process.pid)
    assert.equal(found.parentPid, process.pid)
    assert.ok((found.startTime ?? 0) > 0)
    assert.equal(sensor.status().source, source)
  })

test('without a thread the same is told', { skip: noTracepoint }, async t => {
  const { sensor, find } = await listening(t, 'tracepoint', async options => startPolledExecSensor(options))
  spawnSync('/bin/sh', ['-c', '/bin/true polled; :'], { stdio: 'ignore', timeout: 3000 })
  const found = await find(one => one.command === '/bin/true polled')
  assert.equal(found.ancestors[0]?.command, '/bin/sh -c /bin/true polled; :')
  assert.equal(sensor.status().source, 'tracepoint')
  assert.equal(sensor.status().lost, 0)
})
