import assert from 'node:assert/strict'
import { execFileSync, spawn } from 'node:child_process'
import { once } from 'node:events'
import { mkdirSync, mkdtempSync, readFileSync, rmSync, symlinkSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { setTimeout as pause } from 'node:timers/promises'
import { type TestContext, test } from 'node:test'
import type { FileLooker } from '../../detect/yara/index.ts'
import { decodeBytes } from '../../target/index.ts'
import { SeenFiles } from './seen-files.ts'

function scene(t: TestContext) {
  const folder = mkdtempSync(join(tmpdir(), 'davylamp-seen-'))
  t.after(() => rmSync(folder, { recursive: true }))
  const looked: number[] = []
  const looker = {
    look(_: number, size: number) {
      looked.push(size)
      return { matches: [], cut: [], bytes: size }
    },
  } as unknown as FileLooker
  return { at: (name: string) => join(folder, name), files: new SeenFiles(looker), looked }
}

test('regular files are looked at, each content once, also by links and by names that are no UTF-8', t => {
  const { at, files, looked } = scene(t)
  const name = Buffer.concat([Buffer.from(at('')), Buffer.from([0x80, 0x0a, 0xff])])
  writeFileSync(name, 'one')
  symlinkSync(name, at('link'))
  const [direct, linked] = [files.at(decodeBytes(name)), files.at(at('link'))]
  assert.ok(direct !== undefined)
  assert.equal(direct, linked)
  writeFileSync(name, 'another')
  assert.notEqual(files.at(at('link'))?.identity, direct.identity)
  assert.deepEqual(looked, [3, 7])
})

test('what is no regular file is not even opened', async t => {
  const { at, files, looked } = scene(t)
  mkdirSync(at('folder'))
  execFileSync('mkfifo', [at('fifo')])
  symlinkSync('/dev/null', at('device'))
  symlinkSync(at('fifo'), at('link'))
  // Whoever writes to a FIFO goes on as soon as somebody opens it for reading.
  const writer = spawn('/bin/sh', ['-c', 'echo waits; exec 3>"$0"; echo opened', at('fifo')], { stdio: 'pipe' })
  t.after(() => writer.kill('SIGKILL'))
  let said = ''
  writer.stdout.on('data', part => {
    said += part
  })
  while (!said.includes('waits')) await pause(5)
  const state = () => /\) (\w)/.exec(readFileSync(`/proc/${writer.pid}/stat`, 'latin1'))?.[1]
  while (state() !== 'S') await pause(5)
  for (const one of ['folder', 'fifo', 'device', 'link', 'nothing']) assert.equal(files.at(at(one)), undefined, one)
  await pause(100)
  assert.equal(said, 'waits\n')
  assert.deepEqual(looked, [])
  writer.kill('SIGKILL')
  await once(writer, 'exit')
})
