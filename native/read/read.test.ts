import assert from 'node:assert/strict'
import { execFileSync, spawn } from 'node:child_process'
import { once } from 'node:events'
import {
  closeSync,
  mkdtempSync,
  openSync,
  readdirSync,
  readFileSync,
  readlinkSync,
  rmSync,
  symlinkSync,
  writeFileSync,
} from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { after, test } from 'node:test'
import { readDirectory } from './directory.ts'
import { extendedAttribute } from './extended-attribute.ts'
import { fileFlags, immutableFlag } from './file-flags.ts'
import { fileSystemType } from './file-system-type.ts'
import { openInRoot } from './open.ts'
import { openOwnProc, openProcOfOwnNamespace } from './own-proc.ts'
import { processExists } from './process-exists.ts'

const scratch = mkdtempSync(join(tmpdir(), 'davylamp-native-'))
after(() => rmSync(scratch, { recursive: true, force: true }))
writeFileSync(join(scratch, 'file'), '')
symlinkSync('file', join(scratch, 'link'))

function withOpen<T>(path: string, work: (descriptor: number) => T): T {
  const descriptor = openSync(path, 'r')
  try {
    return work(descriptor)
  } finally {
    closeSync(descriptor)
  }
}

test('a directory gives names with their types, as readdir(3) does', () => {
  const entries = withOpen(scratch, descriptor => readDirectory(descriptor, 10))
  assert.deepEqual(entries.map(entry => [entry.name.toString(), entry.type]).sort(), [
    ['file', 8],
    ['link', 10],
  ])
  const names = withOpen('/usr/bin', descriptor => readDirectory(descriptor, 1e6)).map(entry => entry.name.toString())
  assert.deepEqual(names.sort(), readdirSync('/usr/bin').sort())
})

test('openat2 stays in its root and says why it cannot open', () => {
  withOpen(scratch, root => {
    closeSync(openInRoot(root, Buffer.from('/../../file'), 0))
    assert.throws(() => openInRoot(root, Buffer.from('/etc/passwd'), 0), { code: 'ENOENT' })
  })
})

test('the immutable flag', t => {
  const path = join(scratch, 'fixed')
  writeFileSync(path, '')
  try {
    execFileSync('chattr', ['+i', path], { stdio: 'pipe' })
  } catch {
    return t.skip('needs root and a file system with attributes')
  }
  const flags = withOpen(path, fileFlags)
  execFileSync('chattr', ['-i', path])
  assert.deepEqual([flags & immutableFlag, withOpen(path, fileFlags) & immutableFlag], [immutableFlag, 0])
})

test('a file system without flags has none', () => assert.equal(withOpen('/proc/version', fileFlags), 0))

test('kinds of file systems', () => {
  assert.deepEqual(['/proc', '/sys', '/nowhere'].map(fileSystemType), ['proc', 'sysfs', undefined])
})

test('an extended attribute', t => {
  const path = Buffer.from(join(scratch, 'file'))
  assert.equal(extendedAttribute(path, 'security.capability'), undefined)
  const set = "import os,sys; os.setxattr(sys.argv[1], 'user.davylamp', b'seen')"
  try {
    execFileSync('python3', ['-c', set, path.toString()], { stdio: 'pipe' })
  } catch {
    return t.skip('no python3, or a file system without user attributes')
  }
  assert.equal(extendedAttribute(path, 'user.davylamp')?.toString(), 'seen')
})

test('which processes exist', async () => {
  const child = spawn(process.execPath, ['-e', ''])
  const { pid = 0 } = child
  const before = processExists(pid)
  await once(child, 'exit')
  assert.deepEqual([before, processExists(pid)], [true, false])
  assert.deepEqual([1, 0, -1, 1.5, Number.NaN, 2 ** 40].map(processExists), [true, false, false, false, false, false])
})

test('lowers every thread of this program to the end of the line', () => {
  const script = `
    import { readdirSync, readFileSync } from 'node:fs'
    import { lowerOwnPriority } from '${new URL('./own-priority.ts', import.meta.url).pathname}'
    lowerOwnPriority()
    const nices = readdirSync('/proc/self/task').map(thread => readFileSync('/proc/self/task/' + thread + '/stat', 'latin1').split(') ').at(-1).split(' ')[16])
    console.log(nices.length > 1, [...new Set(nices)].join())
  `
  const out = execFileSync(process.execPath, ['--no-warnings', '--input-type=module', '-e', script], {
    encoding: 'utf8',
  })
  assert.equal(out, 'true 5\n')
})

test('a proc of our own, by both ways, and this thread is back where it was', t => {
  if (process.getuid?.() !== 0) return t.skip('needs root')
  const before = [process.cwd(), readlinkSync('/proc/thread-self/ns/mnt'), readFileSync('/proc/self/mountinfo', 'utf8')]
  for (const open of [openOwnProc, openProcOfOwnNamespace]) {
    const descriptor = open()
    const names = readdirSync(`/proc/self/fd/${descriptor}`)
    assert.ok(names.includes(String(process.pid)) && names.includes('1'))
    assert.match(readFileSync(`/proc/self/fd/${descriptor}/self/stat`, 'latin1'), new RegExp(`^${process.pid} `))
    closeSync(descriptor)
  }
  const after = [process.cwd(), readlinkSync('/proc/thread-self/ns/mnt'), readFileSync('/proc/self/mountinfo', 'utf8')]
  assert.deepEqual(after, before)
})
