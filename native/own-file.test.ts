import assert from 'node:assert/strict'
import { spawn } from 'node:child_process'
import { once } from 'node:events'
import {
  mkdirSync,
  mkdtempSync,
  readdirSync,
  readFileSync,
  rmSync,
  statSync,
  symlinkSync,
  writeFileSync,
} from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { type TestContext, test } from 'node:test'
import { replaceFile } from './own-file.ts'
import { lockFile } from './own-lock.ts'

function folder(t: TestContext): string {
  const path = mkdtempSync(join(tmpdir(), 'davylamp-own-'))
  t.after(() => rmSync(path, { recursive: true, force: true }))
  return path
}

/** A process that says so when it is in the middle of it, and stays there until it is ended. */
async function stuck(t: TestContext, code: string) {
  const main = `const wait = () => { process.stdout.write('.'); Atomics.wait(new Int32Array(new SharedArrayBuffer(4)), 0, 0) }\n${code}`
  const child = spawn(process.execPath, ['--disable-warning=ExperimentalWarning', '--input-type=module', '-e', main], {
    cwd: import.meta.dirname,
    stdio: ['ignore', 'pipe', 'inherit'],
  })
  t.after(() => child.kill('SIGKILL'))
  await once(child.stdout, 'data')
  return async () => {
    child.kill('SIGKILL')
    await once(child, 'close')
  }
}

test('a file is replaced whole, in a folder that is made, readable by its owner only unless asked', t => {
  const path = join(folder(t), 'new', 'file')
  replaceFile(path, 'one')
  replaceFile(path, [Buffer.from('two '), Buffer.from('pieces')], { mayBeLost: true })
  assert.deepEqual([readFileSync(path, 'utf8'), statSync(path).mode & 0o777], ['two pieces', 0o600])
  replaceFile(path, 'three', { mode: 0o640 })
  assert.deepEqual([readFileSync(path, 'utf8'), statSync(path).mode & 0o777], ['three', 0o640])
  assert.deepEqual(readdirSync(join(path, '..')), ['file'])
})

test('what fails in the middle leaves the file as it was, and nothing else', t => {
  const path = join(folder(t), 'file')
  replaceFile(path, 'before')
  const failing = function* () {
    yield Buffer.from('half')
    throw new Error('no space')
  }
  assert.throws(() => replaceFile(path, failing()), /no space/)
  assert.deepEqual([readFileSync(path, 'utf8'), readdirSync(join(path, '..'))], ['before', ['file']])
})

test('what a killed process left goes with the next writing; what another is writing stays', async t => {
  const place = folder(t)
  const path = join(place, 'file')
  const writing = `import { replaceFile } from './own-file.ts'
    replaceFile(${JSON.stringify(path)}, (function* () { yield Buffer.from('half'); wait() })())`
  const kill = await stuck(t, writing)
  assert.match(readdirSync(place).join(), /^file\.[0-9a-f]{8}\.tmp$/)
  replaceFile(path, 'mine')
  assert.equal(readdirSync(place).length, 2)
  await kill()
  assert.equal(readdirSync(place).length, 2)
  replaceFile(path, 'mine')
  assert.deepEqual(readdirSync(place), ['file'])
})

test('what only looks like a leftover stays', t => {
  const place = folder(t)
  for (const name of ['file.old.tmp', 'file2.01234567.tmp', 'file.0123456.tmp']) writeFileSync(join(place, name), '')
  mkdirSync(join(place, 'file.00000000.tmp'))
  symlinkSync('/etc/passwd', join(place, 'file.11111111.tmp'))
  const before = readdirSync(place)
  replaceFile(join(place, 'file'), '')
  assert.deepEqual(readdirSync(place), ['file', ...before].sort())
})

test('a lock is held by one until it is given back, or its holder ends in whatever way', async t => {
  const path = join(folder(t), 'lock')
  const unlock = lockFile(path)
  assert.ok(unlock)
  assert.equal(lockFile(path), undefined)
  unlock()
  const kill = await stuck(t, `import { lockFile } from './own-lock.ts'\nif (lockFile(${JSON.stringify(path)})) wait()`)
  assert.equal(lockFile(path), undefined)
  await kill()
  const again = lockFile(path)
  assert.ok(again)
  again()
})

test('the lock of a folder that was taken away holds nothing', t => {
  const place = folder(t)
  mkdirSync(join(place, 'a'))
  const unlock = lockFile(join(place, 'a/lock'))
  assert.ok(unlock)
  rmSync(join(place, 'a'), { recursive: true })
  mkdirSync(join(place, 'a'))
  const other = lockFile(join(place, 'a/lock'))
  assert.ok(other)
  other()
  unlock()
})
