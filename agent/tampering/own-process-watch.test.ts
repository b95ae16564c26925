import assert from 'node:assert/strict'
import { mkdirSync, mkdtempSync, rmSync, symlinkSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { test, type TestContext } from 'node:test'
import { OwnProcessWatch } from './own-process-watch.ts'

const mapping = (permissions: string, path: string) => `7f00-7f10 ${permissions} 00000000 08:01 42 ${path}\n`
const usual =
  mapping('r-xp', '/opt/davylamp/runtime/node') +
  mapping('r-xp', '/usr/lib/libc.so.6') +
  mapping('rw-p', '/tmp/data') +
  mapping('r-xp', '[vdso]')

/** The files of /proc that tell about this process, without a kernel behind them. */
function proc(t: TestContext) {
  const root = mkdtempSync(join(tmpdir(), 'agent-proc-'))
  t.after(() => rmSync(root, { recursive: true }))
  for (const pid of ['self', '77']) mkdirSync(join(root, pid))
  const is = (name: string, text: string) => writeFileSync(join(root, 'self', name), text)
  const leads = (to: string) => {
    rmSync(join(root, 'self/exe'), { force: true })
    symlinkSync(to, join(root, 'self/exe'))
  }
  is('status', 'Name:\tx\nTracerPid:\t0\n')
  is('maps', usual)
  leads('/opt/davylamp/runtime/node')
  writeFileSync(join(root, '77/cmdline'), 'strace\0-p\0' + '4242\0')
  return { is, leads, watch: new OwnProcessWatch('/opt/davylamp', root) }
}

test('an ordinary process has nothing to tell', t => {
  const { watch } = proc(t)
  assert.deepEqual([watch.check(), watch.check()], [[], []])
})

test('a debugger is told once, and again when it comes back', t => {
  const { is, watch } = proc(t)
  is('status', 'Name:\tx\nTracerPid:\t77\n')
  const traced = {
    what: 'traced',
    detail: 'Another program reads and controls the agent (ptrace): strace -p 4242 (pid 77).',
  }
  assert.deepEqual([watch.glance(), watch.glance()], [[traced], []])
  is('status', 'Name:\tx\nTracerPid:\t0\n')
  assert.deepEqual(watch.glance(), [])
  is('status', 'Name:\tx\nTracerPid:\t78\n')
  assert.match(JSON.stringify(watch.glance()), /a process that has ended \(pid 78\)/)
})

for (const [path, told] of [
  ['/opt/davylamp/runtime/libsystemd.so.0', 0],
  ['/usr/lib/x86_64-linux-gnu/libnss_resolve.so.2', 0],
  ['/lib64/libnss_sss.so.2 (deleted)', 0],
  ['/tmp/libhide.so', 1],
  ['/usr/lib/x', 1],
  ['/usr/local/lib/libhide.so', 1],
  ['/memfd:x (deleted)', 1],
  ['/opt/davylamp/runtime/gone.so (deleted)', 1],
] as const)
  for (const first of [true, false])
    test(`code from ${path} ${first ? 'is there from the start' : 'comes later'}`, t => {
      const { is, watch } = proc(t)
      if (!first) assert.deepEqual(watch.check(), [])
      is('maps', usual + mapping('r-xp', path))
      assert.equal(watch.check().length, told)
      assert.deepEqual(watch.check(), [], 'told once')
    })

test('a program file that is taken away is told once', t => {
  const { leads, watch } = proc(t)
  watch.check()
  leads('/opt/davylamp/runtime/node (deleted)')
  assert.deepEqual(
    watch.check().map(one => one.what),
    ['program-replaced'],
  )
  assert.deepEqual(watch.check(), [])
})

test('this very process is not touched by anybody', () => {
  // The runtime is that of the checkout, or of whoever runs the tests.
  const told = new OwnProcessWatch(join(import.meta.dirname, '../..')).check()
  assert.deepEqual(
    told.filter(one => !one.detail.includes(process.execPath)),
    [],
  )
})
