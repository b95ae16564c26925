import assert from 'node:assert/strict'
import { execFileSync } from 'node:child_process'
import { createHash } from 'node:crypto'
import { appendFileSync, chmodSync, linkSync, mkdirSync, symlinkSync, truncateSync, writeFileSync } from 'node:fs'
import { createServer } from 'node:net'
import { join } from 'node:path'
import { test } from 'node:test'
import { gzipSync } from 'node:zlib'
import { hits, mark, read, tree } from './testing/read-tree.ts'

test('files of every kind: regular ones are read, everything else is passed by', async t => {
  const folder = tree(t)
  mkdirSync(join(folder, 'a/b'), { recursive: true })
  writeFileSync(join(folder, 'a/plain'), `before ${mark} behind`)
  writeFileSync(join(folder, 'a/b/script'), `#!/bin/sh\n# ${mark}\n`)
  writeFileSync(join(folder, 'a/clean'), 'nothing here')
  writeFileSync(join(folder, 'a/empty'), '')
  writeFileSync(join(folder, 'a/packed.gz'), gzipSync('a text'))
  writeFileSync(Buffer.concat([Buffer.from(`${folder}/a/`), Buffer.of(0xff, 0x0a, 0x5c)]), mark)
  writeFileSync(join(folder, 'last'), `${'x'.repeat(5 * 1024 * 1024)}${mark}`)
  symlinkSync('plain', join(folder, 'a/link'))
  symlinkSync('..', join(folder, 'a/loop'))
  execFileSync('mkfifo', [join(folder, 'a/pipe')])
  const server = createServer().listen(join(folder, 'a/socket'))
  t.after(() => server.close())
  const result = await read(folder)
  assert.deepEqual(hits(result), ['/a/b/script', '/a/plain', '/a/\udcff\n\\', '/last'])
  assert.equal(result.counts.files, 7)
  assert.deepEqual([result.missed, result.interrupted], [[], false])
  const script = result.found.find(one => one.path === '/a/b/script')
  assert.equal(script?.sha256, createHash('sha256').update(`#!/bin/sh\n# ${mark}\n`).digest('hex'))
  assert.deepEqual(
    [script?.matches.map(one => one.rule), script?.matches[0]?.offset, script?.matches[0]?.words],
    [['davylamp/marked'], 12, [mark]],
  )
  const large = result.found.find(one => one.path === '/last')
  assert.deepEqual([large?.matches[0]?.offset, large?.sha256], [5 * 1024 * 1024, undefined])
})

test('a handful of named files gives the same whether a thread reads them or not', async t => {
  const folder = tree(t)
  writeFileSync(join(folder, 'script'), `#!/bin/sh\n# ${mark}\n`)
  writeFileSync(join(folder, 'packed'), gzipSync(mark))
  writeFileSync(join(folder, 'clean'), 'nothing')
  symlinkSync('script', join(folder, 'link'))
  const files = ['script', 'packed', 'clean', 'link', 'gone'].map(name => ({ path: `/${name}` }))
  const [here, there] = [
    await read(folder, { directories: [], files }),
    // A ceiling is held by rests, for which there must be a thread.
    await read(folder, { directories: [], files, cpuPercent: 100 }),
  ]
  assert.deepEqual(hits(here), ['/packed', '/script'])
  assert.deepEqual([here.found, here.missed], [there.found, there.missed])
  const { files: count, bytes, cached } = here.counts
  assert.deepEqual({ ...there.counts, seconds: 0 }, { files: count, bytes, cached, seconds: 0 })
})

test('what is not entered, what may not be read, and two names of one file', async t => {
  const folder = tree(t)
  for (const name of ['other', 'own/state', 'shut']) mkdirSync(join(folder, name), { recursive: true })
  for (const name of ['other/x', 'own/state/x', 'own/x']) writeFileSync(join(folder, name), mark)
  linkSync(join(folder, 'own/x'), join(folder, 'own/y'))
  const result = await read(folder, { notInto: ['/other', '/own/state'] })
  assert.deepEqual(hits(result), ['/own/x', '/own/y'])
  assert.equal(result.counts.bytes, mark.length)
  chmodSync(join(folder, 'shut'), 0)
  chmodSync(join(folder, 'own/x'), 0)
  if (process.getuid?.() === 0) return t.diagnostic('root may read everything, so that is not looked at')
  const { missed } = await read(folder)
  assert.deepEqual(missed, [{ why: 'permission denied', count: 3, paths: ['/own/x', '/own/y', '/shut'] }])
})

test('programs of any size have the hash of all their bytes', async t => {
  const folder = tree(t)
  const program = (size: number) => Buffer.concat([Buffer.from('\x7fELF', 'latin1'), Buffer.alloc(size, mark)])
  const sizes = [100, 2 * 1024 * 1024 - 4, 3_000_000, 9_000_000]
  for (const size of sizes) writeFileSync(join(folder, String(size)), program(size))
  const { found } = await read(folder)
  assert.deepEqual(
    Object.fromEntries(found.map(one => [one.path, one.sha256])),
    Object.fromEntries(sizes.map(size => [`/${size}`, createHash('sha256').update(program(size)).digest('hex')])),
  )
})

test('of a sparse terabyte and of what is too large only a part, and that is said', async t => {
  const folder = tree(t)
  writeFileSync(join(folder, 'sparse'), mark)
  truncateSync(join(folder, 'sparse'), 1024 ** 4)
  appendFileSync(join(folder, 'sparse'), mark)
  writeFileSync(join(folder, 'large'), Buffer.concat([Buffer.from(mark), Buffer.alloc(4 * 1024 * 1024, 'y')]))
  const result = await read(folder, { largest: 3 * 1024 * 1024 })
  const cut = result.found.map(({ path, cut, matches }) => [path, cut, matches.length]).sort()
  assert.deepEqual(cut, [
    ['/large', ['limit'], 1],
    ['/sparse', [], 1],
  ])
  assert.ok(result.counts.bytes < 10 * 1024 * 1024)
})
