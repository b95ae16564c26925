import assert from 'node:assert/strict'
import { spawnSync } from 'node:child_process'
import { test } from 'node:test'
import { questionsIn } from './exec-permission.ts'

/**
 * All of it happens on a tmpfs in a mount namespace of its own, so that no other program of the machine is ever asked about, and
 * with a timer that ends whoever does not answer.
 */
function inOwnNamespace(body: string) {
  const place = (name: string) => JSON.stringify(new URL(name, import.meta.url).pathname)
  const program = `
    import { execFileSync, spawn, spawnSync } from 'node:child_process'
    import { copyFileSync, readlinkSync, writeFileSync, appendFileSync, mkdirSync } from 'node:fs'
    import { openExecGate } from ${place('exec-permission.ts')}
    import { selfDestruct } from ${place('self-destruct.ts')}
    mkdirSync('/mnt/davylamp-gate-' + process.pid)
    const folder = '/mnt/davylamp-gate-' + process.pid
    execFileSync('mount', ['-t', 'tmpfs', '-o', 'size=4m', 'none', folder])
    const copy = name => { copyFileSync('/bin/true', folder + '/' + name); return folder + '/' + name }
    const ended = child => new Promise(resolve => {
      child.on('error', error => resolve(error.code)).on('exit', (code, signal) => resolve(signal ?? code))
    })
    ${body}`
  const words = ['--mount', '--propagation', 'private', 'sh', '-c', 'mount -t tmpfs none /mnt && exec "$@"', 'sh']
  return spawnSync(
    'unshare',
    [...words, process.execPath, ...process.execArgv, '--input-type=module-typescript', '-e', program],
    { encoding: 'utf8', timeout: 60_000 },
  )
}

const tried = inOwnNamespace('openExecGate().close(); console.log("can")')
const skip = tried.stdout.includes('can') ? false : `not possible here: ${tried.stderr.trim().split('\n').at(-1)}`

test('what is denied does not start, what is allowed does, and what is remembered is asked about once', {
  skip,
}, () => {
  const { stdout, stderr } = inOwnNamespace(`
    const [good, bad] = [copy('good'), copy('bad')]
    const gate = openExecGate()
    const timer = selfDestruct(5000)
    timer.wind()
    gate.guard(folder)
    const asked = []
    const answering = setInterval(() => {
      for (const question of gate.questions()) {
        const path = readlinkSync('/proc/self/fd/' + question.file)
        asked.push(path.slice(folder.length + 1))
        gate.answer(question, path === bad ? 'deny' : 'allow', true)
      }
    }, 5)
    // Started by another process: node itself waits for its child's exec.
    const status = path => ended(spawn('/bin/sh', ['-c', path], { stdio: 'ignore' }))
    const results = [await status(good), await status(good), await status(bad), await status(bad)]
    appendFileSync(good, 'x')
    results.push(await status(good))
    results.push(await status(good))
    gate.forgetAll()
    results.push(await status(good))
    gate.leave(folder)
    results.push(await status(bad))
    clearInterval(answering)
    gate.close()
    timer.stop()
    console.log(JSON.stringify({ asked, results }))`)
  const { asked, results } = JSON.parse(stdout || `"${stderr}"`) as { asked: string[]; results: unknown[] }
  // 126: found, and must not be executed (sh(1)).
  assert.deepEqual(results, [0, 0, 126, 126, 0, 0, 0, 0])
  assert.deepEqual(asked, ['good', 'bad', 'bad', 'good', 'good'])
})

test('who holds the gate and is stopped is ended by its timer, and those who wait go on', { skip }, () => {
  const { stdout, status, signal } = inOwnNamespace(`
    const good = copy('good')
    const gate = openExecGate()
    gate.guard(folder)
    const timer = selfDestruct(500)
    timer.wind()
    // It tells when the program that nobody answers for has started after all.
    const watcher = spawn('/bin/sh', ['-c', 'sleep 0.2; kill -STOP ' + process.pid + '; ' + good + '; echo started $?'], { stdio: ['ignore', 'inherit', 'inherit'] })
    setInterval(() => {}, 1000)`)
  assert.ok(signal === 'SIGKILL' || status === 137, `${signal} ${status}`)
  assert.match(stdout, /started 0/)
})

test('a loop that never ends is ended too', { skip }, () => {
  const { signal, status } = inOwnNamespace('selfDestruct(300).wind(); for (;;);')
  assert.ok(signal === 'SIGKILL' || status === 137, `${signal} ${status}`)
})

test('questions are read as the kernel writes them', () => {
  const bytes = Buffer.alloc(72)
  for (const [at, file] of [7, 8, -1].entries()) {
    bytes.writeUInt32LE(24, at * 24)
    bytes[at * 24 + 4] = 3
    bytes.writeUInt32LE(0x40000, at * 24 + 8)
    bytes.writeInt32LE(file, at * 24 + 16)
    bytes.writeInt32LE(100 + at, at * 24 + 20)
  }
  assert.deepEqual(questionsIn(bytes), [
    { file: 7, pid: 100 },
    { file: 8, pid: 101 },
  ])
  assert.deepEqual(questionsIn(bytes.subarray(0, 40)), [{ file: 7, pid: 100 }])
  bytes[28] = 4
  assert.throws(() => questionsIn(bytes), RangeError)
})
