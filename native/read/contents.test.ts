import assert from 'node:assert/strict'
import {
  closeSync,
  ftruncateSync,
  linkSync,
  mkdirSync,
  mkdtempSync,
  openSync,
  rmSync,
  statSync,
  symlinkSync,
  writeFileSync,
  writeSync,
} from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { test, type TestContext } from 'node:test'
import { dataSegments } from './data-segments.ts'
import { eachEntry } from './directory-entries.ts'
import { FileStatus } from './file-status.ts'
import { openBelow } from './open-below.ts'

function folder(t: TestContext): string {
  const path = mkdtempSync(join(tmpdir(), 'davylamp-read-'))
  t.after(() => rmSync(path, { recursive: true, force: true }))
  return path
}

function opened(t: TestContext, path: string): number {
  const descriptor = openSync(path, 'r')
  t.after(() => closeSync(descriptor))
  return descriptor
}

test('statx says what lstat says', t => {
  const path = folder(t)
  writeFileSync(join(path, 'one'), 'hello')
  linkSync(join(path, 'one'), join(path, 'two'))
  symlinkSync('one', join(path, 'link'))
  const directory = opened(t, path)
  const status = new FileStatus()
  status.fillAt(directory, Buffer.from('one\0'))
  const expected = statSync(join(path, 'one'))
  assert.deepEqual(
    [status.isFile, status.isDirectory, status.size, status.links, status.changedSeconds],
    [true, false, 5, 2, Math.floor(expected.ctimeMs / 1_000)],
  )
  const { identity } = status
  status.fillOf(opened(t, join(path, 'two')))
  assert.equal(status.identity, identity)
  status.fillAt(directory, Buffer.from('link\0'))
  assert.deepEqual([status.isFile, status.isDirectory], [false, false])
  assert.throws(() => status.fillAt(directory, Buffer.from('none\0')), { code: 'ENOENT' })
})

test('a directory is gone through without keeping it, whatever its names are', t => {
  const path = folder(t)
  const names = [
    'a',
    ' ',
    '\n',
    '-rf',
    '...',
    '*',
    'x'.repeat(255),
    Buffer.from([0xff, 0xfe, 0x2f ^ 1]).toString('latin1'),
  ]
  for (const name of names) writeFileSync(Buffer.concat([Buffer.from(`${path}/`), Buffer.from(name, 'latin1')]), '')
  mkdirSync(join(path, 'below'))
  const seen = new Map<string, number>()
  eachEntry(opened(t, path), (name, type) => {
    assert.equal(name.at(-1), 0)
    seen.set(name.toString('latin1', 0, name.length - 1), type)
    return true
  })
  assert.deepEqual([...seen.keys()].sort(), [...names, 'below'].sort())
  assert.equal(seen.get('below'), 4)
  let count = 0
  eachEntry(opened(t, path), () => ++count < 3)
  assert.equal(count, 3)
})

test('a path below a root: never through a link, and of any length', t => {
  const path = folder(t)
  mkdirSync(join(path, 'real/in'), { recursive: true })
  symlinkSync('real', join(path, 'link'))
  const root = opened(t, path)
  closeSync(openBelow(root, Buffer.from('real/in'), 0))
  closeSync(openBelow(root, Buffer.from(''), 0))
  assert.throws(() => openBelow(root, Buffer.from('link/in'), 0), { code: 'ELOOP' })
  assert.throws(() => openBelow(root, Buffer.from('../..'), 0), { code: 'EXDEV' })
  let deep = ''
  let here = root
  // Longer than any path that the kernel takes.
  for (let level = 0; level < 40; level++) {
    const name = `${level}-`.padEnd(200, 'd')
    mkdirSync(`/proc/self/fd/${here}/${name}`)
    const next = openBelow(here, Buffer.from(name), 0)
    if (here !== root) closeSync(here)
    here = next
    deep += `${deep === '' ? '' : '/'}${name}`
  }
  const status = new FileStatus()
  status.fillOf(here)
  closeSync(here)
  const { identity } = status
  assert.equal(deep.length > 8_000, true)
  const descriptor = openBelow(root, Buffer.from(deep), 0)
  status.fillOf(descriptor)
  closeSync(descriptor)
  assert.equal(status.identity, identity)
})

test('of a sparse terabyte only what was written', t => {
  const path = join(folder(t), 'sparse')
  const descriptor = openSync(path, 'w+')
  t.after(() => closeSync(descriptor))
  ftruncateSync(descriptor, 1024 ** 4)
  const at = 512 * 1024 ** 3
  writeSync(descriptor, 'here', at)
  const segments = [...dataSegments(descriptor, 1024 ** 4)]
  assert.equal(segments.length, 1)
  const [{ start, end } = { start: 0, end: 0 }] = segments
  assert.ok(start <= at && end >= at + 4 && end - start <= 1024 ** 2)
  assert.deepEqual([...dataSegments(descriptor, 1_000)], [])
})
