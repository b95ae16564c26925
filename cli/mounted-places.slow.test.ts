import assert from 'node:assert/strict'
import { spawnSync } from 'node:child_process'
import { mkdirSync } from 'node:fs'
import { join } from 'node:path'
import { test } from 'node:test'
import { scan as scanSchema } from '../model/index.ts'
import { cleanFiles, temporaryTree } from './temporary-tree.ts'

/** Text that speaks of mining and mines nothing. */
const configuration = JSON.stringify({
  'donate-level': 1,
  pools: [{ url: 'stratum+tcp://pool.example:3333', user: 'nobody', 'rig-id': 'a' }],
  randomx: { wrmsr: true },
  cpu: { 'max-threads-hint': 50 },
})
const main = join(import.meta.dirname, 'main.ts')
const flags = ['--disable-warning=ExperimentalWarning', '--enable-experimental-regexp-engine-on-excessive-backtracks']
const may = spawnSync('unshare', ['-m', 'true']).status === 0

/** In a mount namespace of its own: what is mounted there is seen by nobody else and goes with it. `$1`: the tree. */
const mounts = `
set -e
mount --make-rprivate /
cd "$1"
mount -t proc proc proc
mount -t sysfs sysfs sys
mount -t tmpfs tmpfs mnt/memory
cp srv/data/notes.dat mnt/memory/other.dat
mount --bind "$1" srv/loop
mount --bind "$1" srv/loop/srv/data/again
mount --rbind srv mnt/srv
shift
exec "$@"`

function scanOf(root: string, state: string, words: readonly string[]) {
  const program = [process.execPath, ...flags, main, '--state', state, '--json', 'scan', '--root', root, ...words]
  return spawnSync('unshare', ['-m', 'sh', '-c', mounts, 'sh', root, ...program], { encoding: 'utf8' })
}

test('mounts that show one another, proc and sysfs: each file once, and nothing that the kernel makes up', {
  skip: !may && 'no mount namespace can be made here',
}, t => {
  const tree = temporaryTree(t, { ...cleanFiles, '/srv/data/notes.dat': configuration })
  for (const name of ['proc', 'sys', 'mnt/memory', 'mnt/srv', 'srv/loop', 'srv/data/again'])
    mkdirSync(join(tree.root, name), { recursive: true })
  const ended = scanOf(tree.root, tree.state, ['--full'])
  const scan = scanSchema.parse(JSON.parse(ended.stdout || ended.stderr))
  const paths = scan.findings.flatMap(({ fact }) => (fact.kind === 'file' ? [fact.path] : []))
  assert.deepEqual([...new Set(paths)].sort(), ['/mnt/memory/other.dat', '/srv/data/notes.dat'])
  assert.equal(scan.contents?.files, Object.keys(cleanFiles).length + 2)
  assert.deepEqual(
    scan.gaps.filter(gap => gap.path !== undefined),
    [],
  )
  for (const path of ['/proc', '/proc/self', '/sys/kernel']) {
    const refused = scanOf(tree.root, tree.state, ['--path', path])
    assert.deepEqual([refused.status, refused.stdout], [64, ''])
    assert.match(refused.stderr, /cannot be scanned: it lies on (?:proc|sysfs), which holds no files/)
  }
  const below = scanOf(tree.root, tree.state, ['--path', '/mnt/srv/data'])
  const found = scanSchema.parse(JSON.parse(below.stdout || below.stderr)).findings
  assert.ok(
    found.some(({ fact }) => fact.kind === 'file' && fact.path === '/mnt/srv/data/notes.dat'),
    'whoever names a place wants it, however it is mounted',
  )
})
