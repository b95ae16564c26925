import assert from 'node:assert/strict'
import { execFileSync, spawn } from 'node:child_process'
import {
  closeSync,
  ftruncateSync,
  linkSync,
  mkdirSync,
  mkdtempSync,
  openSync,
  readdirSync,
  renameSync,
  rmSync,
  statSync,
  symlinkSync,
  truncateSync,
  utimesSync,
  writeFileSync,
} from 'node:fs'
import { createServer } from 'node:net'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { after, test } from 'node:test'
import { Worker } from 'node:worker_threads'
import { liveTarget, mountedTree, TargetError } from './index.ts'

const outside = mkdtempSync(join(tmpdir(), 'davylamp-outside-'))
const scratch = mkdtempSync(join(tmpdir(), 'davylamp-traps-'))
after(() => {
  for (const path of [outside, scratch]) rmSync(path, { recursive: true, force: true })
})
writeFileSync(join(outside, 'secret'), 'of the scanner')
mkdirSync(join(scratch, 'etc'))
writeFileSync(join(scratch, 'etc/secret'), 'of the host')

const traps: [string, string, string | undefined][] = [
  ['absolute link', '/etc/secret', 'of the host'],
  ['absolute link to what is only outside', join(outside, 'secret'), undefined],
  ['chain of dots', `${'../'.repeat(60)}etc/secret`, 'of the host'],
  ['chain of dots to the outside', `${'../'.repeat(60)}${outside.slice(1)}/secret`, undefined],
  ['root of this process', `/proc/self/root${outside}/secret`, undefined],
  ['working directory of this process', '/proc/self/cwd/package.json', undefined],
  ['the link itself', 'trap', undefined],
  ['many slashes', '////etc///secret', 'of the host'],
  ['longer than a path may be', '../'.repeat(1300), undefined],
]
const kinds = [
  ['mounted', {}],
  ['stepwise', { stepwise: true }],
] as const
for (const [kind, options] of kinds) {
  for (const [name, says, expected] of traps) {
    test(`${kind}: ${name} stays inside`, () => {
      const trap = join(scratch, 'trap')
      rmSync(trap, { force: true })
      symlinkSync(says, trap)
      const { files } = mountedTree(scratch, options)
      assert.equal(files.text('/trap'), expected)
      assert.equal(files.text(`/../..${outside}/secret`), undefined)
      assert.equal(files.readLink('/trap'), says)
    })
  }

  test(`${kind}: a directory that is exchanged with a link all the time stays inside`, async () => {
    const [real, link] = [join(scratch, `real-${kind}`), join(scratch, `link-${kind}`)]
    mkdirSync(real)
    writeFileSync(join(real, 'secret'), 'of the host')
    symlinkSync(outside, link)
    const stop = new Int32Array(new SharedArrayBuffer(4))
    const worker = new Worker(exchange, { eval: true, workerData: { real, link, stop } })
    const { files } = mountedTree(scratch, options)
    const seen = new Set<string | undefined>()
    for (const end = Date.now() + 400; Date.now() < end; ) {
      seen.add(files.text(`/link-${kind}/secret`))
      seen.add(files.text(`/real-${kind}/../real-${kind}/secret`))
    }
    Atomics.store(stop, 0, 1)
    await new Promise(resolve => worker.once('exit', resolve))
    seen.delete(undefined)
    assert.deepEqual([...seen], ['of the host'])
  })
}

const exchange = `
  const { renameSync } = require('node:fs'); const { workerData: { real, link, stop } } = require('node:worker_threads')
  while (Atomics.load(stop, 0) === 0) for (const [from, to] of [[real, real + '+'], [link, real], [real + '+', link], [real, real + '+'], [link, real], [real + '+', link]]) renameSync(from, to)
`

test('a disk that leads out by its own name is refused', () => {
  assert.throws(() => mountedTree(join(scratch, 'gone')), {
    name: 'TargetError',
    message: `There is no directory ${scratch}/gone. Name the directory under which the disk of the host is mounted.`,
  })
  assert.throws(() => mountedTree(join(scratch, 'etc/secret')), TargetError)
  assert.throws(() => mountedTree(''), TargetError)
})

test('a container is a tree by the root of its process', t => {
  const wait = 'import os,sys; os.chroot(sys.argv[1]); print("in", flush=True); sys.stdin.read()'
  const child = spawn('python3', ['-c', wait, scratch])
  return new Promise<void>(resolve => {
    child.once('error', () => resolve(t.skip('no python3')))
    child.once('exit', () => resolve(t.skip('needs root to change the root of a process')))
    child.stdout.once('data', () => {
      const target = mountedTree(`/proc/${child.pid}/root`)
      assert.equal(target.files.text('/etc/secret'), 'of the host')
      assert.equal(target.files.realPath('/etc/../etc'), '/etc')
      assert.equal(target.root, `/proc/${child.pid}/root`)
      target.close()
      child.removeAllListeners('exit').once('exit', () => resolve())
      child.stdin.end()
    })
  })
})

const oddFiles = join(scratch, 'odd')
mkdirSync(oddFiles)
execFileSync('mkfifo', [join(oddFiles, 'fifo')])
closeSync(openSync(join(oddFiles, 'sparse'), 'w'))
truncateSync(join(oddFiles, 'sparse'), 2 ** 40)
linkSync(join(scratch, 'etc/secret'), join(oddFiles, 'twin'))

function bothTrees(): [string, ReturnType<typeof liveTarget>, string][] {
  return [
    ['mounted', mountedTree(scratch), '/odd'],
    ['live', liveTarget(), oddFiles],
  ]
}

test('a FIFO does not block', () => {
  for (const [name, { files, gaps }, at] of bothTrees()) {
    const path = `${at}/fifo`
    const answers = [
      files.stat(path)?.type,
      files.read(path),
      files.slice(path, 0, 1),
      files.digest(path),
      files.list(path),
    ]
    assert.deepEqual([...answers, files.attributes(path), gaps], ['fifo', ...Array(4).fill(undefined), [], []], name)
  }
})

test('a socket and a device are only looked at', async () => {
  const server = createServer().listen(join(oddFiles, 'socket'))
  await new Promise(resolve => server.once('listening', resolve))
  for (const [name, { files, gaps }, at] of bothTrees()) {
    assert.deepEqual(
      [files.stat(`${at}/socket`)?.type, files.read(`${at}/socket`), gaps],
      ['socket', undefined, []],
      name,
    )
  }
  server.close()
  const { files } = liveTarget()
  assert.deepEqual(
    [files.stat('/dev/tty')?.type, files.read('/dev/tty'), files.read('/dev/zero')],
    ['device', undefined, undefined],
  )
})

test('a sparse file of a terabyte costs nothing', () => {
  for (const [name, target, at] of bothTrees()) {
    const { files } = target
    const path = `${at}/sparse`
    assert.equal(files.stat(path)?.size, 2 ** 40, name)
    assert.equal(files.read(path)?.length, 4 * 1024 * 1024, name)
    assert.equal(files.digest(path), undefined, name)
    assert.deepEqual(files.slice(path, 2 ** 40 - 2, 10), Buffer.alloc(2), name)
    assert.deepEqual(
      target.gaps.map(gap => gap.why),
      ['longer than 4194304 bytes, the rest was not read', 'longer than 1073741824 bytes, not hashed'],
      name,
    )
  }
})

test('hard links are one file', () => {
  for (const [, { files }, at] of bothTrees()) assert.equal(files.stat(`${at}/twin`)?.linkCount, 2)
})

test('a directory of 20,000 names is listed within its limit', () => {
  const many = join(scratch, 'many')
  mkdirSync(many)
  const one = join(scratch, 'etc/secret')
  for (let at = 0; at < 20_000; at++) linkSync(one, join(many, `name-${at}`))
  const target = mountedTree(scratch)
  assert.equal(target.files.list('/many')?.length, 20_000)
  assert.equal(target.files.list('/many', 100)?.length, 100)
  assert.deepEqual(target.gaps, [{ what: '/many', why: 'more than 100 names', path: '/many' }])
})

test('a path that is longer than the kernel takes is walked in a mounted tree and a gap on a live one', () => {
  const name = 'd'.repeat(200)
  const depth = 25
  const script =
    'import os,sys\nos.chdir(sys.argv[1])\nfor _ in range(int(sys.argv[3])):\n os.mkdir(sys.argv[2]);os.chdir(sys.argv[2])\nopen("deep","w").write("found")'
  execFileSync('python3', ['-c', script, scratch, name, String(depth)])
  const path = `/${`${name}/`.repeat(depth)}deep`
  assert.equal(mountedTree(scratch).files.text(path), 'found')
  const live = liveTarget()
  assert.equal(live.files.text(`${scratch}${path}`), undefined)
  assert.deepEqual(
    live.gaps.map(gap => gap.why),
    ['the path is too long'],
  )
})

test('reading leaves the access time alone', () => {
  const path = join(scratch, 'etc/secret')
  utimesSync(path, new Date('2001-01-01'), new Date('2020-01-01'))
  const { files } = mountedTree(scratch)
  files.read('/etc/secret')
  files.digest('/etc/secret')
  liveTarget().files.read(path)
  assert.equal(statSync(path).atime.toISOString(), '2001-01-01T00:00:00.000Z')
})

test('a file that shrinks or vanishes between look and read is just shorter or missing', () => {
  const path = join(scratch, 'changing')
  const { files, gaps } = liveTarget()
  for (const size of [10, 1_000_000, 0]) {
    writeFileSync(path, 'x'.repeat(size))
    assert.equal(files.read(path)?.length, size)
  }
  const descriptor = openSync(path, 'r+')
  ftruncateSync(descriptor, 5)
  renameSync(path, `${path}-moved`)
  closeSync(descriptor)
  assert.deepEqual([files.read(path), files.read(`${path}-moved`)?.length, gaps], [undefined, 5, []])
})

test('files of /proc are read whole although they say that they are empty', () => {
  const { files, processes } = liveTarget()
  assert.equal(processes, true)
  assert.equal(files.stat('/proc/self/status')?.size, 0)
  assert.match(files.text('/proc/self/status') ?? '', /^Name:[\s\S]*nonvoluntary_ctxt_switches:\t\d+\n$/)
  assert.ok((files.text('/proc/self/maps')?.length ?? 0) > 4096)
  assert.equal(files.digest('/proc/self/exe')?.sha256, files.digest(process.execPath)?.sha256)
})

test('what the kernel refuses to read is a gap', () => {
  const { files, gaps } = liveTarget()
  assert.equal(files.slice('/proc/self/mem', 0, 16), undefined)
  assert.deepEqual(gaps, [{ what: '/proc/self/mem', why: 'input/output error', path: '/proc/self/mem' }])
})

test('no descriptor stays open', () => {
  const open = () => readdirSync('/proc/self/fd').length
  const target = mountedTree(scratch)
  const before = open()
  const { files } = target
  for (const path of ['/etc/secret', '/odd/fifo', '/odd/sparse', '/trap', '/many', '/gone', '/'])
    for (const ask of [
      files.stat,
      files.lstat,
      files.list,
      files.readLink,
      files.realPath,
      files.digest,
      files.attributes,
    ])
      ask(path, 1)
  assert.equal(open(), before)
  target.close()
  assert.equal(open(), before - 1)
})
