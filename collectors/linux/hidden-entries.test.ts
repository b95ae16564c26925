import assert from 'node:assert/strict'
import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { test } from 'node:test'
import { liveTarget, memoryTarget, type Target } from '../../target/index.ts'
import { hiddenDirectories, viewsWithoutPath } from './hidden-entries.ts'

/** The same host with a kernel that leaves that name out of listings. */
function hiding(target: Target, name: string): Target {
  const list: Target['files']['list'] = path => target.files.list(path)?.filter(one => one !== name)
  return { ...target, files: { ...target.files, list } }
}

const files = { '/usr/bin/.sysd': 'x', '/usr/bin/ls': 'x', '/usr/share/.x/run': 'x', '/usr/share/doc/y': '' }

test('a file that is there and not listed', () => {
  const honest = memoryTarget({ files, live: true })
  assert.deepEqual(viewsWithoutPath(honest, '/usr/bin/.sysd'), [])
  assert.deepEqual(viewsWithoutPath(hiding(honest, '.sysd'), '/usr/bin/.sysd'), ['readdir'])
  assert.deepEqual(viewsWithoutPath(hiding(honest, '.sysd'), '/usr/bin/ls'), [])
  assert.deepEqual(viewsWithoutPath(hiding(honest, 'gone'), '/usr/bin/gone'), [])
  assert.deepEqual(viewsWithoutPath(hiding(memoryTarget({ files, live: false }), '.sysd'), '/usr/bin/.sysd'), [])
})

test('a file system without regard to case lists another spelling', () => {
  const host = memoryTarget({ files: { '/mnt/README': 'x', '/mnt/ReadMe': 'x' }, live: true })
  assert.deepEqual(viewsWithoutPath(hiding(host, 'ReadMe'), '/mnt/ReadMe'), [])
})

test('a directory that is counted and not listed', () => {
  const target = memoryTarget({ files, live: true })
  // Link counts of a memory target are not those of a file system.
  const counted = (honest: Target): Target => ({
    ...honest,
    files: {
      ...honest.files,
      stat: path => {
        const stat = target.files.stat(path)
        const inside = (target.files.list(path) ?? []).filter(
          name => target.files.lstat(`${path}/${name}`)?.type === 'directory',
        )
        return stat && { ...stat, linkCount: stat.type === 'directory' ? 2 + inside.length : 1 }
      },
    },
  })
  assert.deepEqual([...hiddenDirectories(counted(target))], [])
  assert.deepEqual(
    [...hiddenDirectories(counted(hiding(target, '.x')))].map(({ path, value }) => [path, value]),
    [['/usr/share', '1']],
  )
})

test('on this machine nothing is hidden', t => {
  const folder = mkdtempSync(join(tmpdir(), 'davylamp-hidden-'))
  t.after(() => rmSync(folder, { recursive: true }))
  mkdirSync(join(folder, '.x'))
  writeFileSync(join(folder, '.x', 'y'), '')
  const target = liveTarget()
  assert.deepEqual(viewsWithoutPath(target, join(folder, '.x', 'y')), [])
  assert.deepEqual([...hiddenDirectories(target)], [])
})
