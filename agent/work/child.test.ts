import assert from 'node:assert/strict'
import { execFileSync } from 'node:child_process'
import { existsSync, mkdtempSync, readFileSync, rmSync, writeFile, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { test } from 'node:test'
import { runChange, runLook } from './child.ts'

const never = new AbortController().signal
const sh = (script: string) => ({ launcher: '/bin/sh', words: ['-c', script] })

test('lines come as they are said, input goes in, standard error is kept', async () => {
  const lines: string[] = []
  const end = await runLook({
    ...sh('cat; echo two; printf three; echo wrong >&2; exit 3'),
    input: 'one\n',
    signal: never,
    onLine: line => lines.push(line),
  })
  assert.deepEqual([lines, end], [['one', 'two'], { status: 3, stdout: 'three', stderr: 'wrong\n' }])
})

test('when memory is short, a look is ended before all else', async () => {
  const end = await runLook({
    ...sh('sleep 0.1; printf "$(cat /proc/self/oom_score_adj)"'),
    signal: never,
    onLine() {},
  })
  assert.equal(end.stdout, '500')
})

test('a look ends when it is stopped, takes too long, says too much or is not understood', async () => {
  const stop = new AbortController()
  const stopped = runLook({ ...sh('echo begun; exec sleep 60'), signal: stop.signal, onLine: () => stop.abort() })
  await assert.rejects(stopped, { name: 'JobStopped' })
  await assert.rejects(runLook({ ...sh('exit 0'), signal: stop.signal, onLine() {} }), { name: 'JobStopped' })
  await assert.rejects(runLook({ ...sh('exec sleep 60'), signal: never, seconds: 0.1, onLine() {} }), /took longer/)
  await assert.rejects(runLook({ ...sh('exec tr "\\0" x </dev/zero'), signal: never, onLine() {} }), /said too much/)
  const wrong = () => {
    throw new Error('no report')
  }
  await assert.rejects(runLook({ ...sh('echo x; exec sleep 60'), signal: never, onLine: wrong }), /no report/)
  await assert.rejects(runLook({ launcher: '/does/not/exist', words: [], signal: never, onLine() {} }), /ENOENT/)
})

test('a child that changes the host is left to finish, whoever loses patience', async t => {
  const folder = mkdtempSync(join(tmpdir(), 'davylamp-child-'))
  t.after(() => rmSync(folder, { recursive: true, force: true }))
  execFileSync('mkfifo', [join(folder, 'go')])
  const stop = new AbortController()
  const left = runChange({
    ...sh(`read _ < ${folder}/go; echo said; echo finished > ${folder}/end.part; mv ${folder}/end.part ${folder}/end`),
    output: join(folder, 'out', 'order'),
    signal: stop.signal,
    onStart: () => stop.abort(),
  })
  await assert.rejects(left, { name: 'JobStopped' })
  assert.equal(existsSync(join(folder, 'end')), false)
  // The named pipe held it until now.
  writeFileSync(join(folder, 'go'), 'go\n')
  while (!existsSync(join(folder, 'end'))) await new Promise(done => setTimeout(done, 10))
  assert.equal(readFileSync(join(folder, 'out', 'order.out'), 'utf8'), 'said\n')
})

test('a child that changes the host is given what it reads', async t => {
  const folder = mkdtempSync(join(tmpdir(), 'davylamp-child-'))
  t.after(() => rmSync(folder, { recursive: true, force: true }))
  const end = await runChange({
    launcher: '/usr/bin/env',
    words: ['-C', folder, '/bin/sh', '-c', 'cat; ls out >&2'],
    input: 'what it asks\n',
    output: join(folder, 'out', 'response'),
    signal: never,
    onStart() {},
  })
  assert.deepEqual(end, { status: 0, stdout: 'what it asks\n', stderr: 'response.err\nresponse.out\n' })
})

test('within its patience an agent that ends waits for a change, and has its end', async t => {
  const folder = mkdtempSync(join(tmpdir(), 'davylamp-child-'))
  t.after(() => rmSync(folder, { recursive: true, force: true }))
  execFileSync('mkfifo', [join(folder, 'go')])
  const stop = new AbortController()
  const change = runChange({
    ...sh(`read _ < ${folder}/go; echo said; exit 3`),
    output: join(folder, 'out', 'order'),
    signal: stop.signal,
    patienceMs: 60_000,
    onStart: () => {
      stop.abort()
      writeFile(join(folder, 'go'), 'go\n', () => {})
    },
  })
  assert.deepEqual(await change, { status: 3, stdout: 'said\n', stderr: '' })
})

test('a ceiling stops a look that takes too much of the processor, and lets it go on', async () => {
  const stop = new AbortController()
  const states: string[] = []
  const watch = (pid: number) => {
    const timer = setInterval(() => {
      const stat = readFileSync(`/proc/${pid}/stat`, 'latin1')
      const state = stat.slice(stat.lastIndexOf(')') + 2)[0] ?? ''
      if (states.at(-1) !== state) states.push(state)
      // Ran, was stopped, ran again, was stopped again.
      if (states.filter(one => one === 'T').length < 2) return
      clearInterval(timer)
      stop.abort()
    }, 5)
  }
  const run = runLook({
    ...sh('while :; do :; done'),
    signal: stop.signal,
    cpuPercent: 20,
    onLine() {},
    onStart: watch,
  })
  await assert.rejects(run, { name: 'JobStopped' })
  assert.ok(states.includes('R'))
})
