import assert from 'node:assert/strict'
import { createHash } from 'node:crypto'
import { linkSync, mkdirSync, utimesSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { test } from 'node:test'
import { shareHashes } from '../intel/index.ts'
import { writeSource } from '../intel/write-source.ts'
import { mark, read, tree } from './testing/read-tree.ts'

const now = '2026-06-01T00:00:00.000Z'
const script = (text: string) => `#!/bin/sh\n# ${text}\n`
const hashOf = (type: 'md5' | 'sha256', text: string) => createHash(type).update(script(text)).digest('hex')

async function list(intel: string, values: readonly (readonly ['md5' | 'sha256', string])[]) {
  await writeSource(intel, 'feed', now, async writer => {
    for (const [type, text] of values) writer.add({ type, value: hashOf(type, text) })
    return { name: 'feed', from: '/x', kind: 'list', addedAt: now, updatedAt: now, own: true, left: [], again: {} }
  })
  return shareHashes(intel)
}

test('programs and scripts whose hash a list holds are told, also those that an earlier scan read', async t => {
  const folder = tree(t)
  const state = tree(t)
  mkdirSync(join(folder, 'a'))
  for (const name of ['one', 'two', 'three', mark]) writeFileSync(join(folder, 'a', name), script(name))
  writeFileSync(join(folder, 'a/text'), 'one')
  linkSync(join(folder, 'a/one'), join(folder, 'a/one-again'))
  const cache = { path: join(state, 'cache'), read: true, write: true, whole: true }
  // What changed within the last seconds is not remembered, and its change cannot be set back.
  utimesSync(join(folder, 'a/one'), 1_000, 1_000)
  await new Promise(resolve => setTimeout(resolve, 2_300))
  const told = async (hashes: Awaited<ReturnType<typeof list>> | undefined) => {
    const { found, counts } = await read(folder, { cache, hashes })
    return {
      cached: counts.cached,
      listed: found
        .filter(one => one.listed)
        .map(one => [one.path, one.sha256, one.md5])
        .sort(),
    }
  }
  assert.deepEqual((await told(undefined)).listed, [])
  const one = hashOf('sha256', 'one')
  const first = await told(await list(join(state, 'intel'), [['sha256', 'one']]))
  assert.deepEqual(first, {
    cached: 6,
    listed: [
      ['/a/one', one, undefined],
      ['/a/one-again', one, undefined],
    ],
  })
  const withMd5 = await list(join(state, 'intel'), [
    ['md5', 'two'],
    ['sha256', 'three'],
  ])
  const expected = [
    ['/a/three', hashOf('sha256', 'three'), hashOf('md5', 'three')],
    ['/a/two', hashOf('sha256', 'two'), hashOf('md5', 'two')],
  ]
  // MD5 was not computed before: the files are read once more, and then no longer.
  assert.deepEqual(await told(withMd5), { cached: 0, listed: expected })
  assert.deepEqual(await told(withMd5), { cached: 6, listed: expected })
  const found = (await read(folder, { cache, hashes: withMd5 })).found.find(one => one.path.endsWith(mark))
  assert.deepEqual([found?.matches.length, found?.listed], [1, undefined])
})
