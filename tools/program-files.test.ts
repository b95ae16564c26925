import assert from 'node:assert/strict'
import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join, resolve } from 'node:path'
import { test } from 'node:test'
import { programFiles } from './program-files.ts'

test('what threads start with is part of the program', () => {
  const paths = programFiles(resolve(import.meta.dirname, '..'), 'cli/main.ts').files.map(one => one.path)
  for (const thread of ['sensors/gate/gate-thread.js', 'sensors/exec/thread.js', 'detect/yara/walk-thread.js'])
    assert.ok(paths.includes(thread), thread)
})

test('a thread whose module would be missed is an error', t => {
  const root = mkdtempSync(join(tmpdir(), 'davylamp-program-'))
  t.after(() => rmSync(root, { recursive: true }))
  mkdirSync(join(root, 'cli'))
  const main = (name: string) =>
    writeFileSync(join(root, 'cli/main.ts'), `new Worker(new URL('${name}', import.meta.url))\n`)
  writeFileSync(join(root, 'cli/thread.ts'), '')
  main('./thread.ts')
  assert.deepEqual(
    programFiles(root, 'cli/main.ts').files.map(one => one.path),
    ['cli/main.js', 'cli/thread.js'],
  )
  main('thread.ts')
  assert.throws(() => programFiles(root, 'cli/main.ts'), /cli\/main\.ts: .*thread\.ts/)
})
