import assert from 'node:assert/strict'
import { spawn, spawnSync } from 'node:child_process'
import { once } from 'node:events'
import { mkdirSync, readdirSync, readFileSync, statfsSync, statSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { type TestContext, test } from 'node:test'
import type { Scan } from '../model/index.ts'
import { type Ended, infectedFiles, type TemporaryTree, temporaryTree } from './temporary-tree.ts'

/** A state folder on a file system of its own, in a mount namespace that ends with the test. */
interface SmallDisk {
  readonly tree: TemporaryTree
  davylamp(...words: string[]): Ended
  /** From now on there are so many bytes left, rounded up to whole pages. */
  leave(bytes: number): void
  readOnly(): void
  /** Paths of all files of the state folder. */
  files(): string[]
  read(path: string): string
}

const flags = ['--disable-warning=ExperimentalWarning', '--enable-experimental-regexp-engine-on-excessive-backtracks']
const plenty = 64 << 20
const skip = canMount() ? {} : { skip: 'needs root, and mount namespaces' }

function canMount(): boolean {
  return spawnSync('unshare', ['-m', 'nsenter', '--version'], { stdio: 'ignore' }).status === 0
}

async function smallDisk(t: TestContext): Promise<SmallDisk> {
  const tree = temporaryTree(t, infectedFiles)
  const place = join(tree.folder, 'disk')
  mkdirSync(place)
  // Something lies there, because no size at all means no limit.
  const script = `mount -t tmpfs -o size=${plenty},mode=700 disk "$1" && echo > "$1/filler" && echo ready && exec cat`
  const holder = spawn('unshare', ['-m', '--propagation', 'private', 'sh', '-c', script, 'sh', place], {
    stdio: ['pipe', 'pipe', 'inherit'],
  })
  t.after(() => holder.stdin.end())
  await once(holder.stdout, 'data')
  const inside = (program: string, words: readonly string[]) => {
    const { status, stdout, stderr } = spawnSync('nsenter', ['-m', '-t', `${holder.pid}`, '--', program, ...words], {
      encoding: 'utf8',
      env: { PATH: '/usr/sbin:/usr/bin:/sbin:/bin', COLUMNS: '80' },
      maxBuffer: 1 << 28,
    })
    return { status, stdout, stderr }
  }
  const remount = (options: string) => {
    const { status, stderr } = inside('mount', ['-o', `remount,${options}`, place])
    assert.equal(status, 0, stderr)
  }
  const seen = `/proc/${holder.pid}/root${place}`
  return {
    tree,
    davylamp: (...words) =>
      inside(process.execPath, [
        ...flags,
        join(import.meta.dirname, 'main.ts'),
        ...['--state', join(place, 'state'), ...words],
      ]),
    leave(bytes) {
      const { bsize, blocks, bfree } = statfsSync(seen)
      remount(`size=${(blocks - bfree) * bsize + bytes}`)
    },
    readOnly: () => remount('ro'),
    files: () =>
      readdirSync(seen, { recursive: true, encoding: 'utf8' })
        .filter(path => statSync(join(seen, path)).isFile())
        .sort(),
    read: path => readFileSync(join(seen, path), 'utf8'),
  }
}

const scanOf = ({ stdout }: Ended) => JSON.parse(stdout) as Scan
const incidentsOf = (scan: Scan) => scan.incidents.map(one => [one.id, one.verdict])
const stateGaps = (scan: Scan) => scan.gaps.filter(one => one.what === 'state folder').map(one => one.why)
const halfWritten = (disk: SmallDisk) => disk.files().filter(path => /\.tmp$|\.part$|\.adding-|new-/.test(path))

/** Every name of a tree with what it holds. */
function contentsOf(folder: string): [string, string][] {
  return readdirSync(folder, { recursive: true, encoding: 'utf8' })
    .filter(path => statSync(join(folder, path)).isFile())
    .sort()
    .map(path => [path, readFileSync(join(folder, path), 'latin1')])
}

for (const words of [[], ['--full']])
  test(`scan ${words.join(' ')}: where nothing can be kept it says so, and finds what it finds`, skip, async t => {
    const disk = await smallDisk(t)
    const { tree } = disk
    const usual = incidentsOf(tree.document('scan', ['scan', '--root', tree.root, '--no-save', ...words]))
    const scan = () => disk.davylamp('scan', '--root', tree.root, '--json', ...words)
    for (const leave of words.length === 0 ? [0] : [0, 2 * 4_096]) {
      disk.leave(leave)
      const ended = scan()
      assert.equal(ended.status, 20, ended.stderr)
      assert.deepEqual(incidentsOf(scanOf(ended)), usual)
      assert.match(stateGaps(scanOf(ended)).join(), /no space is left/)
      assert.deepEqual(halfWritten(disk), [])
    }
    disk.leave(plenty)
    const ended = scan()
    assert.deepEqual([incidentsOf(scanOf(ended)), stateGaps(scanOf(ended))], [usual, []])
    disk.readOnly()
    const last = scan()
    assert.equal(last.status, 20, last.stderr)
    assert.deepEqual(incidentsOf(scanOf(last)), usual)
    assert.match(stateGaps(scanOf(last)).join(), /the file system is read-only/)
  })

test('rules add and intel add: what was in use stays in use', skip, async t => {
  const disk = await smallDisk(t)
  const source = (name: string, text: string) => {
    const path = join(disk.tree.folder, name)
    writeFileSync(path, text)
    return path
  }
  const rule = (name: string, filler = '') =>
    `// ${filler}\nrule ${name} { strings: $a = "some-${name}" condition: $a }\n`
  const domains = (count: number) => Array.from({ length: count }, (_, at) => `host-${at}.mine.example\n`).join('')
  const add = () => [
    disk.davylamp('rules', 'add', join(disk.tree.folder, 'pack.yar')),
    disk.davylamp('intel', 'add', '--replace', join(disk.tree.folder, 'feed.txt')),
  ]
  const inUse = () => [
    disk.read('state/rules/packs/pack/pack.yar').includes('rule first'),
    /source: 10 domain/.test(disk.davylamp('intel', 'stats').stdout),
    JSON.parse(disk.davylamp('rules', 'list', '--json').stdout).packs.length,
  ]
  source('pack.yar', rule('first'))
  source('feed.txt', domains(10))
  assert.deepEqual(
    add().map(one => one.status),
    [0, 0],
  )
  source('pack.yar', rule('second', 'x'.repeat(50_000)))
  source('feed.txt', domains(5_000))
  for (const leave of [0, 4 * 4_096]) {
    disk.leave(leave)
    for (const { status, stderr } of add()) {
      assert.equal(status, 77, stderr)
      assert.match(stderr, /^davylamp: no space is left on the disk: make room there, or name another state folder/)
    }
    assert.deepEqual(inUse(), [true, true, 1])
    assert.deepEqual(halfWritten(disk), [])
  }
  disk.leave(plenty)
  disk.readOnly()
  for (const { status, stderr } of add()) {
    assert.equal(status, 77, stderr)
    assert.match(stderr, /read-only/)
  }
  assert.deepEqual(inUse(), [true, true, 1])
})

test('clean: what could not be kept is not done, what was done is told and can be taken back', skip, async t => {
  const disk = await smallDisk(t)
  const { tree } = disk
  const before = contentsOf(tree.root)
  const run = () => disk.davylamp('clean', '--root', tree.root, '--yes')
  const outcomes = new Set<string>()
  for (const pages of [0, 4, 18, 40]) {
    disk.leave(pages * 4_096)
    const { status, stdout, stderr } = run()
    const changed = JSON.stringify(contentsOf(tree.root)) !== JSON.stringify(before)
    outcomes.add(`${status} ${changed}`)
    // Either it never began, or it is told like every other run.
    if (stdout === '') assert.match(stderr, /^davylamp: no space is left on the disk: make room there/)
    else assert.match(stdout, /^[A-Z ]+ – \d of \d actions done/)
    if (stdout === '') assert.deepEqual([status, changed], [77, false])
    assert.deepEqual(halfWritten(disk), [])
    disk.leave(plenty)
    const undone = disk.davylamp('undo', '--root', tree.root, '--yes')
    if (changed) assert.equal(undone.status, 0, undone.stdout + undone.stderr)
    assert.deepEqual(contentsOf(tree.root), before)
  }
  assert.ok(outcomes.has('77 false') && outcomes.has('0 true'), [...outcomes].join())
  disk.readOnly()
  const { status, stderr } = run()
  assert.deepEqual([status, /cannot be written \(the file system is read-only\)/.test(stderr)], [77, true])
  assert.deepEqual(contentsOf(tree.root), before)
})
