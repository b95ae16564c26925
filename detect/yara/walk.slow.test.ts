import assert from 'node:assert/strict'
import { mkdirSync, rmSync, utimesSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { test } from 'node:test'
import { hits, mark, read, rules, tree } from './testing/read-tree.ts'

/** Long ago enough to be remembered. */
function settle(path: string): void {
  const past = new Date(Date.now() - 60_000)
  utimesSync(path, past, past)
}

test('a second scan reads only what changed; what was found stays found; other rules read everything', async t => {
  const folder = tree(t)
  const cache = { path: join(tree(t), 'files.cache'), read: true, write: true, whole: true }
  for (let number = 0; number < 30; number++)
    writeFileSync(join(folder, `f${number}`), number === 7 ? mark : `${number}`)
  for (let number = 0; number < 30; number++) settle(join(folder, `f${number}`))
  // A change of the inode counts too, and is of now.
  await new Promise(done => setTimeout(done, 2_100))
  const first = await read(folder, { cache })
  assert.deepEqual([hits(first), first.counts.cached], [['/f7'], 0])
  const second = await read(folder, { cache })
  assert.deepEqual([hits(second), second.counts.cached, second.counts.bytes], [['/f7'], 30, 0])
  assert.deepEqual(second.found, first.found)
  writeFileSync(join(folder, 'f3'), mark)
  rmSync(join(folder, 'f7'))
  const third = await read(folder, { cache })
  assert.deepEqual([hits(third), third.counts.cached, third.counts.bytes], [['/f3'], 28, mark.length])
  const named = await read(folder, { cache: { ...cache, whole: false }, directories: [], files: [{ path: '/f1' }] })
  assert.deepEqual([named.counts.files, named.counts.cached], [1, 1])
  const others = await read(folder, { cache, rules: { ...rules, version: 'other' } })
  assert.deepEqual([hits(others), others.counts.cached], [['/f3'], 0])
  assert.equal((await read(folder, { cache: { ...cache, read: false } })).counts.cached, 0)
})

test('an interrupted scan keeps what it found, and the next one goes on there', async t => {
  const folder = tree(t)
  const cache = { path: join(tree(t), 'files.cache'), read: true, write: true, whole: true }
  // Enough to read that the ceiling makes it last.
  for (let number = 0; number < 400; number++) writeFileSync(join(folder, `f${number}`), mark.padEnd(200_000, ' '))
  await new Promise(done => setTimeout(done, 2_100))
  const stop = new AbortController()
  const first = await read(folder, {
    cache,
    cpuPercent: 3,
    signal: stop.signal,
    progress: ({ files }) => files > 20 && stop.abort(),
  })
  assert.ok(first.interrupted)
  assert.ok(first.counts.files > 20 && first.counts.files < 400)
  assert.ok(first.found.length > 0)
  let known = 0
  const second = await read(folder, { cache, begun: count => (known = count) })
  assert.deepEqual([second.found.length, second.counts.cached, second.interrupted], [400, known, false])
  assert.ok(known > 0 && known >= first.found.length - 1)
})

test('what could not be kept for a while is kept later in the same scan', async t => {
  const folder = tree(t)
  const cache = { path: join(tree(t), 'files.cache'), read: true, write: true, whole: true, everyMs: 50 }
  // A folder cannot be replaced by a file: as if the disk could not be written to.
  mkdirSync(cache.path)
  for (let number = 0; number < 400; number++) writeFileSync(join(folder, `f${number}`), mark.padEnd(200_000, ' '))
  await new Promise(done => setTimeout(done, 2_100))
  const kept: number[] = []
  const result = await read(folder, {
    cache,
    cpuPercent: 3,
    progress: ({ files }) => {
      if (files >= 100 && kept.length === 0) rmSync(cache.path, { force: true, recursive: true })
    },
    kept: ({ files }) => kept.push(files),
  })
  assert.equal(result.notKept, undefined)
  assert.ok((kept[0] ?? 0) >= 100, `${kept}`)
  rmSync(cache.path)
  mkdirSync(cache.path)
  assert.notEqual((await read(folder, { cache })).notKept, undefined)
})

test('two threads read each file once, in many directories and in one with very many names', async t => {
  const folder = tree(t)
  for (let number = 0; number < 300; number++) {
    mkdirSync(join(folder, `d${number % 60}/e${number}`), { recursive: true })
    writeFileSync(join(folder, `d${number % 60}/e${number}/file`), number % 50 === 0 ? mark : '-')
  }
  mkdirSync(join(folder, 'many'))
  for (let number = 0; number < 5_000; number++) writeFileSync(join(folder, 'many', `${number}`), '')
  const result = await read(folder, { threads: 2 })
  assert.deepEqual([result.counts.files, result.found.length], [5_300, 6])
})

test('two threads read each named file once, in whichever thread it is', async t => {
  const folder = tree(t)
  // Enough that the second thread finds some left.
  for (let number = 0; number < 700; number++)
    writeFileSync(join(folder, `f${number}`), `${'-'.repeat(900_000)}${mark}`)
  const files = Array.from({ length: 700 }, (_, number) => ({ path: `/f${number}` }))
  const result = await read(folder, { directories: [], files, threads: 2 })
  assert.equal(result.counts.files, 700)
  assert.deepEqual(hits(result), files.map(one => one.path).sort())
})

test('a ceiling of the processor is held by pauses', async t => {
  const folder = tree(t)
  for (let number = 0; number < 60; number++) writeFileSync(join(folder, `${number}`), Buffer.alloc(1_000_000, number))
  const used = process.cpuUsage()
  const { seconds } = (await read(folder, { cpuPercent: 25 })).counts
  const { user, system } = process.cpuUsage(used)
  // Starting a thread is not rationed, and is part of this.
  assert.ok((user + system) / 1e6 < seconds * 0.25 + 0.3, `${(user + system) / 1e6} of ${seconds}`)
})
