import assert from 'node:assert/strict'
import { spawn, spawnSync } from 'node:child_process'
import { copyFileSync, mkdtempSync, readFileSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { test } from 'node:test'
import { setTimeout as sleep } from 'node:timers/promises'
import { type Detection, detection } from '../model/index.ts'
import { exitCodes } from './exit-codes.ts'

const launcher = join(import.meta.dirname, '..', 'davylamp')
const skip = process.getuid?.() === 0 ? false : 'watching needs root'

test('a program with the name of a thread of the kernel is told as it starts, with who started it, once', {
  skip,
}, async t => {
  const folder = mkdtempSync(join(tmpdir(), 'davylamp-watch-'))
  t.after(() => rmSync(folder, { recursive: true, force: true }))
  const look = join(folder, 'kdevtmpfsi')
  copyFileSync('/bin/sleep', look)
  const state = join(folder, 'state')
  const child = spawn(launcher, ['--state', state, '--json', 'watch'], { stdio: ['ignore', 'pipe', 'pipe'] })
  t.after(() => child.kill('SIGKILL'))
  const told: Detection[] = []
  let rest = ''
  child.stdout.setEncoding('utf8').on('data', (text: string) => {
    const lines = `${rest}${text}`.split('\n')
    rest = lines.pop() ?? ''
    for (const line of lines) told.push(detection.parse(JSON.parse(line)))
  })
  const about = () => told.filter(one => one.subject.path === look)
  // Rules are made ready with the first start.
  for (let tries = 0; tries < 40 && about().length === 0; tries++) {
    spawnSync('/bin/sh', ['-c', `'${look}' 0.3; :`], { stdio: 'ignore' })
    await sleep(700)
  }
  const [first] = about()
  assert.ok(first, 'nothing was told')
  assert.ok(first.findings.length > 0 || first.examination !== undefined)
  assert.equal(first.chain[0]?.command, `/bin/sh -c '${look}' 0.3; :`)
  assert.deepEqual(
    first.responses.filter(one => one.outcome === 'done'),
    [],
  )
  spawnSync('/bin/sh', ['-c', `'${look}' 0.3; :`], { stdio: 'ignore' })
  await sleep(1_500)
  assert.equal(new Set(about().map(one => one.id)).size, 1)
  child.kill('SIGINT')
  const [status] = await new Promise<[number | null]>(resolve => child.once('close', code => resolve([code])))
  assert.ok(status === exitCodes.suspected || status === exitCodes.confirmed, `exit status ${status}`)
  assert.match(readFileSync(join(state, 'agent', 'detections.jsonl'), 'utf8'), /kdevtmpfsi/)
})

test('what it cannot do it says in words', () => {
  const { status, stderr } = spawnSync(launcher, ['watch', '--mode', 'sometimes'], { encoding: 'utf8' })
  assert.equal(status, exitCodes.usage)
  assert.match(stderr, /observe, block/)
})
