import assert from 'node:assert/strict'
import { spawnSync } from 'node:child_process'
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { test } from 'node:test'

/** On a tmpfs in a mount namespace of its own, the only file system that is guarded. */
function inOwnNamespace(body: string) {
  const program = `
    import { execFileSync, spawn } from 'node:child_process'
    import { copyFileSync, readFileSync, writeFileSync } from 'node:fs'
    import { startGate } from ${JSON.stringify(new URL('gate.ts', import.meta.url).pathname)}
    const copy = (name, more = '') => {
      copyFileSync('/bin/true', '/mnt/' + name)
      if (more !== '') writeFileSync('/mnt/' + name, more, { flag: 'a' })
      return '/mnt/' + name
    }
    // Started by a shell outside of the guarded file system.
    const run = command => new Promise(resolve => {
      const from = performance.now()
      spawn('/bin/sh', ['-c', command], { stdio: 'ignore' }).on('exit', (code, signal) => resolve([signal ?? code, performance.now() - from]))
    })
    const isBad = descriptor => readFileSync('/proc/self/fd/' + descriptor).includes('davylamp look-alike')
    ${body}`
  const words = ['--mount', '--propagation', 'private', 'sh', '-c', 'mount -t tmpfs none /mnt && exec "$@"', 'sh']
  const folder = mkdtempSync(join(tmpdir(), 'davylamp-gate-'))
  try {
    writeFileSync(join(folder, 'program.mts'), program)
    return spawnSync('unshare', [...words, process.execPath, ...process.execArgv, join(folder, 'program.mts')], {
      encoding: 'utf8',
      timeout: 60_000,
    })
  } finally {
    rmSync(folder, { recursive: true, force: true })
  }
}

const tried = inOwnNamespace(`
  const gate = await startGate({ only: ['/mnt'], judge: async () => ({ verdict: 'allow', lasting: false }), onEnd: () => {} })
  await gate.close(); console.log('can')`)
const skip = tried.stdout.includes('can') ? false : `not possible here: ${tried.stderr.trim().split('\n').at(-1)}`

function told(body: string): Record<string, unknown> {
  const { stdout, stderr, status } = inOwnNamespace(body)
  assert.equal(status, 0, stderr)
  return JSON.parse(stdout) as Record<string, unknown>
}

test('by content: what is bad never starts, under whatever name; each file is judged once', { skip }, () => {
  const { statuses, counts, judged } = told(`
    let judged = 0
    const gate = await startGate({ only: ['/mnt'], onEnd: error => { throw error }, judge: async ({ descriptor }) => {
      judged++
      return { verdict: isBad(descriptor) ? 'deny' : 'allow', lasting: true }
    } })
    const [good, bad] = [copy('good'), copy('kworker', 'davylamp look-alike')]
    const statuses = []
    for (const command of [good, good, bad, bad, 'cp ' + bad + ' /mnt/other; /mnt/other', 'mv ' + bad + ' ' + good + '; ' + good])
      statuses.push((await run(command))[0])
    await new Promise(resolve => setTimeout(resolve, 1300))
    const counts = gate.counts()
    await gate.close()
    statuses.push((await run('/mnt/other'))[0])
    console.log(JSON.stringify({ statuses, counts, judged }))
    process.exit()`)
  assert.deepEqual(statuses, [0, 0, 126, 126, 126, 126, 0])
  // A file that was moved counts as another one.
  assert.equal(judged, 4)
  const { denied, allowed, late } = counts as Record<string, number>
  assert.deepEqual({ denied, allowed, late }, { denied: 4, allowed: 1, late: 0 })
})

test('a judge who hangs holds nobody for long, and one who fails says yes', { skip }, () => {
  const { slow, failed } = told(`
    let way = 'hang'
    const gate = await startGate({ only: ['/mnt'], onEnd: error => { throw error }, judge: async () => {
      if (way === 'hang') await new Promise(resolve => setTimeout(resolve, 5000))
      throw new Error('no rules')
    } })
    const slow = await run(copy('one'))
    way = 'fail'
    const failed = await run(copy('two'))
    console.log(JSON.stringify({ slow, failed }))
    process.exit()`)
  const [status, milliseconds] = slow as [number, number]
  assert.deepEqual([status, (failed as [number, number])[0]], [0, 0])
  assert.ok(milliseconds >= 250, String(milliseconds))
})

test('a main thread in a loop holds nobody: the answering thread says yes', { skip }, () => {
  const { status } = told(`
    const gate = await startGate({ only: ['/mnt'], onEnd: error => { throw error }, judge: async () => ({ verdict: 'deny', lasting: false }) })
    const program = copy('one')
    const child = spawn('/bin/sh', ['-c', 'sleep 0.1; ' + program + '; echo $? > /mnt/status'], { stdio: 'ignore' })
    for (const end = Date.now() + 1500; Date.now() < end; );
    const status = readFileSync('/mnt/status', 'utf8').trim()
    console.log(JSON.stringify({ status }))
    process.exit()`)
  assert.equal(status, '0')
})

test('many at once: each is judged or known, none is lost', { skip }, () => {
  const { counts, status } = told(`
    const gate = await startGate({ only: ['/mnt'], onEnd: error => { throw error }, judge: async ({ descriptor }) => ({ verdict: isBad(descriptor) ? 'deny' : 'allow', lasting: false }) })
    for (let at = 0; at < 20; at++) copy('p' + at)
    const [status] = await run('for i in $(seq 0 19); do (for j in $(seq 20); do /mnt/p$i || exit 1; done) & done; wait')
    await new Promise(resolve => setTimeout(resolve, 1300))
    console.log(JSON.stringify({ counts: gate.counts(), status }))
    process.exit()`)
  const { asked, allowed, denied, known } = counts as Record<string, number>
  assert.deepEqual([status, asked, allowed, denied], [0, 400, 400, 0])
  assert.ok((known ?? 0) >= 360)
})
