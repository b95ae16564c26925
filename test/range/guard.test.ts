import assert from 'node:assert/strict'
import { existsSync, readFileSync } from 'node:fs'
import { setTimeout as pause } from 'node:timers/promises'
import { after, before, test } from 'node:test'
import { type Behaviour, type Item, minerWords, wallet } from '../../hosts/host-part.ts'
import { GuardDriver } from './guard-driver.ts'
import { rangeImpossible } from './machine.ts'
import { plantFiles } from './plant.ts'
import { Range } from './range.ts'

// Everything happens in one range; what is guarded are its own disk and its own tmpfs, and only processes of its own can be ended.

const skip = rangeImpossible() ?? false
const timeout = 240_000
const marker = '/var/tmp/marker'
const behaviour: Behaviour = { keepsLines: [{ path: marker, text: 'started' }], seconds: 900 }
/** By SIGKILL: of the process itself (128: see `Range.exec`), or of what its shell waited for. */
const killed: ReadonlySet<number | null> = new Set([128, 137, null])
const minerAt = (path: string, more = ''): Item => ({
  kind: 'file',
  path,
  content: { lookalike: behaviour, words: `${minerWords}${more}` },
  mode: 0o755,
})

let range: Range
let guard: GuardDriver

before(async () => {
  if (skip !== false) return
  range = await Range.open()
})
after(async () => {
  if (skip !== false) return
  await guard?.stop()
  await range.close()
})

/** Exit status and how long it took. */
async function tried(line: string): Promise<{ status: number | null; ms: number }> {
  const from = performance.now()
  const { status } = await range.exec(['/bin/sh', '-c', line], { timeoutMs: 20_000 })
  return { status, ms: Math.round(performance.now() - from) }
}

function started(): boolean {
  return existsSync(`${range.inside}${marker}`) && readFileSync(`${range.inside}${marker}`, 'utf8').includes('started')
}

const running = (part: string) => range.processes().filter(one => `${one.exe} ${one.argv.join(' ')}`.includes(part))

async function untilGone(part: string, ms = 10_000): Promise<void> {
  for (const end = Date.now() + ms; running(part).length > 0; await pause(20))
    assert.ok(Date.now() < end, `${part} still runs: ${guard.log}`)
}

test('without a guard the look-alike starts and leaves its mark', { skip, timeout }, async () => {
  plantFiles(range.inside, [minerAt('/opt/before')])
  await range.sh(`touch ${marker}; setsid /opt/before >/dev/null 2>&1 </dev/null & sleep 2`)
  assert.equal(started(), true)
  await range.sh(
    `kill -KILL ${running('/opt/before')
      .map(one => one.pid)
      .join(' ')}; rm -f ${marker} /opt/before && touch ${marker}`,
  )
})

test('no instruction of a miner runs: from the disk, from tmpfs, renamed, under another link', {
  skip,
  timeout,
}, async () => {
  guard = await GuardDriver.start(range)
  plantFiles(range.inside, [minerAt('/opt/kworker'), minerAt('/dev/shm/kworker', 'of another hash')])
  const statuses = []
  for (const line of [
    '/opt/kworker',
    '/opt/kworker',
    '/dev/shm/kworker',
    'mv /opt/kworker /usr/bin/systemd-helper && /usr/bin/systemd-helper',
    'ln /usr/bin/systemd-helper /var/tmp/other && /var/tmp/other',
    'cp /var/tmp/other /root/copy && /root/copy',
  ])
    statuses.push((await tried(line)).status)
  assert.deepEqual(statuses, [126, 126, 126, 126, 126, 126], guard.log)
  assert.equal(started(), false)
  const { state } = await guard.until(said => said.state.denied >= 6)
  assert.deepEqual([state.late, state.killed], [0, 0])
  const [first] = guard.detections
  assert.equal(first?.subject.path, '/opt/kworker')
  assert.deepEqual(
    first?.responses.map(one => [one.kind, one.outcome, one.run]),
    [['prevented', 'done', undefined]],
  )
  assert.ok((first?.chain.length ?? 0) > 0)
  console.log(`prevented after ${guard.detections.map(one => one.afterMs).join(', ')} ms`)
})

test('what packages brought runs, and what people built', { skip, timeout }, async () => {
  const own = '#!/bin/sh\necho built here\n'
  plantFiles(range.inside, [
    { kind: 'file', path: '/usr/local/bin/tool', content: { copyOf: '/bin/true', append: 'ours' }, mode: 0o755 },
    { kind: 'file', path: '/usr/local/bin/script', content: { text: own }, mode: 0o755 },
  ])
  for (const line of [
    'tar --version',
    'dpkg --version',
    'perl -e 1',
    'apt-get --version',
    '/usr/local/bin/tool',
    '/usr/local/bin/script',
    'sh -c "sh -c true"',
  ])
    assert.equal((await tried(`${line} >/dev/null`)).status, 0, line)
})

const fromMemory = (path: string) =>
  `exec perl -e 'my $n = "kworker"; my $fd = syscall(319, $n, 0); open(my $in, "<", "${path}"); open(my $out, ">&=", $fd); binmode $out; { local $/; print {$out} <$in>; } $out->flush; close $in; exec {"/proc/self/fd/$fd"} "kworker"'`

test('a program in memory is ended at once, by a run', { skip, timeout }, async () => {
  const before = guard.detections.length
  for (let turn = 0; turn < 5; turn++) {
    const { status } = await tried(fromMemory('/root/copy'))
    assert.ok(killed.has(status), `${status} ${guard.log}`)
  }
  // It may have begun: nobody is asked before.
  await range.sh(`rm -f ${marker}; touch ${marker}`)
  await guard.until(said => said.state.killed >= 5)
  const ended = guard.detections.slice(before)
  assert.deepEqual(
    ended.map(one => one.responses.map(({ kind, outcome }) => `${kind} ${outcome}`)),
    ended.map(() => ['kill-process done']),
  )
  const run = ended[0]?.responses[0]?.run ?? ''
  const journal = readFileSync(`${range.inside}/root/guard/state/runs/${run}/journal.jsonl`, 'utf8').trim().split('\n')
  assert.deepEqual(
    journal.slice(0, 4).map(line => (JSON.parse(line) as { entry: string }).entry),
    ['run', 'added', 'prepared', 'outcome'],
  )
  console.log(`programs in memory were dead after ${ended.map(one => one.responses[0]?.afterMs).join(', ')} ms`)
  const { stdout } = await range.davylamp(['--state', '/root/guard/state', 'runs', '--json'])
  assert.ok((JSON.parse(stdout) as { runs: { id: string }[] }).runs.some(one => one.id === run))
  const undone = await range.davylamp(['--state', '/root/guard/state', 'undo', run, '--yes'])
  assert.match(undone.stdout + undone.stderr, /final|nothing|cannot be/i)
})

test('what a loader or an interpreter is given is ended', { skip, timeout }, async () => {
  const pool = `stratum+tcp://pool.minexmr.example:4444 -u ${wallet} -p x --donate-level 1`
  plantFiles(range.inside, [
    { kind: 'file', path: '/var/tmp/dyn', content: { copyOf: '/bin/sleep', append: minerWords }, mode: 0o644 },
    {
      kind: 'file',
      path: '/var/tmp/run.sh',
      content: { text: `while :; do sleep 600; ./xmrig -o ${pool}; done\n` },
      mode: 0o644,
    },
  ])
  for (const [line, part] of [
    ['/lib64/ld-linux-x86-64.so.2 /var/tmp/dyn 600', '/var/tmp/dyn'],
    ['sh /var/tmp/run.sh', '/var/tmp/run.sh'],
  ] as const) {
    const { status } = await tried(line)
    assert.ok(killed.has(status), `${line}: ${status} ${guard.log}`)
    await untilGone(part)
    const last = guard.detections.find(one => one.subject.command?.includes(part))
    console.log(`${part} was dead after ${last?.responses[0]?.afterMs} ms`)
  }
})

test('a guard that is stopped or killed holds nobody, and is back', { skip, timeout }, async () => {
  for (const signal of ['STOP', 'KILL']) {
    const { pid } = await guard.until(said => said.pid > 0 && said.state.problem === undefined)
    await range.sh(`cp /bin/true /root/new-${signal}; kill -${signal} ${pid}`)
    const { status, ms } = await tried(`/root/new-${signal}`)
    assert.equal(status, 0)
    assert.ok(ms < 2_000, `${signal}: ${ms} ms`)
    console.log(`after SIG${signal} a start took ${ms} ms`)
    await guard.until(said => said.pid > 0 && said.pid !== pid && said.state.problem === undefined)
    assert.equal((await tried('/root/copy')).status, 126)
  }
  assert.equal(started(), false)
  console.log(`resident: ${guard.said?.residentMegabytes} MiB`)
})

test('a dry run and a protected path: it is told, and nothing is done', { skip, timeout }, async () => {
  await guard.stop()
  guard = await GuardDriver.start(range, { protect: { paths: ['/root/'], users: [], containers: [] } })
  await range.sh('setsid /root/copy >/dev/null 2>&1 </dev/null & sleep 2')
  assert.equal(running('/root/copy').length, 1, guard.log)
  assert.deepEqual(
    guard.detections.map(one => one.responses.map(({ kind, outcome }) => `${kind} ${outcome}`)),
    [['prevented refused']],
  )
  await guard.stop()
  guard = await GuardDriver.start(range, { dryRun: true })
  await guard.until(said => said.state.wouldHave > 0)
  assert.equal(running('/root/copy').length, 1)
  assert.equal((await tried('setsid /usr/bin/systemd-helper >/dev/null 2>&1 </dev/null & sleep 1')).status, 0)
  await guard.until(said => said.state.wouldHave > 1)
  await guard.stop()
  // What ran before the guard came is ended when it may.
  guard = await GuardDriver.start(range)
  await untilGone('/root/copy')
  await untilGone('/usr/bin/systemd-helper')
})
