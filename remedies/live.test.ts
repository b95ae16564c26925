import assert from 'node:assert/strict'
import { spawn, spawnSync } from 'node:child_process'
import { createHash } from 'node:crypto'
import {
  closeSync,
  existsSync,
  mkdirSync,
  openSync,
  readFileSync,
  readlinkSync,
  rmSync,
  symlinkSync,
  writeFileSync,
} from 'node:fs'
import { createServer } from 'node:net'
import { join } from 'node:path'
import { test } from 'node:test'
import { fileURLToPath } from 'node:url'
import { openDirectory, walk } from '../native/write/directory.ts'
import { callSystemd, methodCall } from '../native/write/systemd-bus.ts'
import { executableOf, readProcess } from './processes.ts'
import { readMounts } from './protected.ts'
import { carryOut } from './run.ts'
import { fakeSystemd, reply } from './testing/fake-systemd.ts'
import { planOf, temporaryHost } from './testing/temporary-host.ts'
import { undoRun } from './undo.ts'

const root = process.getuid?.() === 0 ? false : 'needs root'
const inside = process.env['DAVYLAMP_TEST_PRIVATE'] !== undefined
const inner = inside ? false : 'needs its own mounts and network'

test('in mount and network namespaces of its own', { skip: inside ? 'this is the inner run' : root }, () => {
  const env: Record<string, string | undefined> = { ...process.env, DAVYLAMP_TEST_PRIVATE: '1' }
  delete env['NODE_TEST_CONTEXT']
  const flags = [
    '-m',
    '-n',
    process.execPath,
    '--disable-warning=ExperimentalWarning',
    '--test',
    fileURLToPath(import.meta.url),
  ]
  const result = spawnSync('unshare', flags, { encoding: 'utf8', env, timeout: 60_000 })
  assert.equal(result.status, 0, result.stdout.slice(-4_000))
})

test('a mount over something goes, and undo binds it again', { skip: inner }, async t => {
  const { root, host } = temporaryHost(t, { 'hidden/x': 'seen', 'empty/y': 'bound' }, { live: true })
  const path = join(root, 'hidden')
  spawnSync('mount', ['--bind', join(root, 'empty'), path])
  host.close()
  const { host: live } = temporaryHost(t, {}, { root: '/', live: true })
  const mountId = readMounts().find(mount => mount.path === path)?.id ?? 0
  const plan = planOf([{ kind: 'unmount', path, mountId }], true)
  const run = await carryOut(plan, live)
  assert.deepEqual([run.actions[0]?.detail ?? run.actions[0]?.outcome, existsSync(join(path, 'x'))], ['done', true])
  assert.equal((await carryOut(plan, live)).actions[0]?.outcome, 'already-done')
  await undoRun(run.id, live)
  assert.equal(existsSync(join(path, 'y')), true)
  spawnSync('umount', [path])
})

test('a process over which something is mounted is no process that has gone', { skip: inner }, async t => {
  const { root, host } = temporaryHost(t, { 'empty/y': '' }, { live: true })
  const child = spawn('sleep', ['60'])
  t.after(() => child.kill('SIGKILL'))
  const pid = child.pid ?? 0
  const ended = new Promise(done => child.once('exit', (_code, signal) => done(signal)))
  const { startTime } = readProcess(pid) ?? { startTime: 0 }
  spawnSync('mount', ['--bind', join(root, 'empty'), `/proc/${pid}`])
  try {
    assert.equal(existsSync(`/proc/${pid}/stat`), false)
    const process = { pid, startTime, path: executableOf(pid), command: 'sleep 60' }
    const plan = planOf([{ kind: 'kill-process', process }], true)
    const run = await carryOut(plan, host)
    assert.deepEqual([run.actions[0]?.detail ?? run.actions[0]?.outcome, await ended], ['done', 'SIGKILL'])
    assert.equal((await carryOut(plan, host)).actions[0]?.outcome, 'already-done')
  } finally {
    spawnSync('umount', [`/proc/${pid}`])
  }
})

test('a kernel setting goes back, and again', { skip: inner }, async t => {
  const { host } = temporaryHost(t, {}, { root: '/', live: true })
  const path = '/proc/sys/net/ipv4/ip_forward'
  const now = readFileSync(path, 'utf8').trim()
  const value = now === '1' ? '0' : '1'
  const set = (expected: string) => planOf([{ kind: 'set-sysctl', name: 'net.ipv4.ip_forward', value, expected }], true)
  assert.equal((await carryOut(set('7'), host)).actions[0]?.outcome, 'changed-since')
  const run = await carryOut(set(now), host)
  assert.equal(readFileSync(path, 'utf8').trim(), value)
  await undoRun(run.id, host)
  assert.equal(readFileSync(path, 'utf8').trim(), now)
  const strange = planOf([{ kind: 'set-sysctl', name: '../../etc/passwd', value, expected: now }], true)
  assert.match((await carryOut(strange, host)).actions[0]?.detail ?? '', /refused/)
})

test('a mask is a link in the control directory', { skip: root }, async t => {
  const { root, host } = temporaryHost(t, {}, { live: true })
  const plan = planOf([{ kind: 'mask-unit', name: 'dltest-evil.service' }], true)
  const run = await carryOut(plan, host)
  const link = join(root, 'run/systemd/system.control/dltest-evil.service')
  assert.equal(run.actions[0]?.detail ?? readlinkSync(link), '/dev/null')
  assert.equal((await carryOut(plan, host)).actions[0]?.outcome, 'already-done')
  await undoRun(run.id, host)
  assert.equal(existsSync(join(root, 'run/systemd/system.control')), false)
  const strange = planOf([{ kind: 'mask-unit', name: '../evil.service' }], true)
  assert.match((await carryOut(strange, host)).actions[0]?.detail ?? '', /refused/)
})

test("a user's unit: masked for that user's manager, then taken away, then back", { skip: root }, async t => {
  const unit = '[Service]\nExecStart=/tmp/x\n'
  const { root, host } = temporaryHost(
    t,
    {
      'etc/passwd': 'root:x:0:0::/root:/bin/bash\nann:x:1000:1000::/home/ann:/bin/bash\n',
      'home/ann/.config/systemd/user/x.service': unit,
      'home/ann/.config/systemd/user/x.service.d/a.conf': '[Service]\nRestart=always\n',
    },
    { live: true },
  )
  const heard = await fakeSystemd(t, join(root, 'run/user/1000/systemd/private'))
  const system = await fakeSystemd(t, join(root, 'run/systemd/private'))
  const path = '/home/ann/.config/systemd/user/x.service'
  const sha256 = createHash('sha256').update(unit).digest('hex')
  const plan = planOf(
    [
      { kind: 'mask-unit', name: 'x.service', user: 'ann' },
      { kind: 'remove-unit', name: 'x.service', path, sha256, links: [], user: 'ann' },
      { kind: 'mask-unit', name: 'x.service', user: 'nobody-here' },
    ],
    true,
  )
  const run = await carryOut(plan, host)
  assert.deepEqual(
    run.actions.map(({ outcome }) => outcome),
    ['done', 'done', 'skipped'],
  )
  const link = join(root, 'run/user/1000/systemd/user.control/x.service')
  assert.deepEqual([readlinkSync(link), existsSync(join(root, path))], ['/dev/null', false])
  const calls = heard.map(bytes => /Reload|ResetFailedUnit/.exec(bytes.toString('latin1'))?.[0]).filter(Boolean)
  assert.deepEqual([calls, system], [['Reload', 'Reload', 'ResetFailedUnit'], []])
  // 1000 in hex of its digits: the login is as that user.
  assert.match(heard[0]?.toString() ?? '', /AUTH EXTERNAL 31303030/)
  await undoRun(run.id, host)
  assert.deepEqual([existsSync(link), readFileSync(join(root, path), 'utf8')], [false, unit])
})

test('systemd is spoken to without a bus', async t => {
  const { state } = temporaryHost(t)
  const path = join(state, 'private')
  const heard: Buffer[] = []
  const server = createServer(socket => {
    socket.on('data', bytes => {
      heard.push(Buffer.from(bytes))
      if (heard.length === 1) socket.write('OK 0123\r\nAGREE_UNIX_FD\r\n')
      else socket.write(heard.length === 2 ? reply(2, 1) : reply(3, 1))
    })
    socket.on('error', () => {})
  }).listen(path)
  t.after(() => server.close())
  await callSystemd(path, 'ResetFailedUnit', ['x.service'])
  assert.equal(heard[0]?.toString(), '\0AUTH EXTERNAL 30\r\nNEGOTIATE_UNIX_FD\r\nBEGIN\r\n')
  assert.deepEqual(heard[1], methodCall('ResetFailedUnit', ['x.service']))
  heard.length = 1
  heard.push(Buffer.alloc(0))
  await assert.rejects(callSystemd(path, 'Reload', [], { timeoutMs: 500 }))
})

test('without openat2 links are followed the same way, inside the root', { skip: root }, t => {
  const { root } = temporaryHost(t, { 'a/b/c/file': 'x' })
  symlinkSync('/a/b', join(root, 'absolute'))
  symlinkSync('../a', join(root, 'a/relative'))
  symlinkSync('../../../../..', join(root, 'a/out'))
  symlinkSync('loop', join(root, 'loop'))
  mkdirSync(join(root, 'etc'))
  writeFileSync(join(root, 'etc/plain'), '')
  const top = openSync(root, 'r')
  t.after(() => closeSync(top))
  const seen = (open: typeof walk, path: string) => {
    try {
      const descriptor = open(top, Buffer.from(path))
      const leads = readlinkSync(`/proc/self/fd/${descriptor}`)
      closeSync(descriptor)
      return leads
    } catch (error) {
      return (error as { code?: string }).code
    }
  }
  for (const path of [
    '',
    '.',
    'a',
    'absolute/c',
    'a/relative/b',
    'a/out',
    'a/out/etc',
    'loop',
    'missing',
    'etc/plain',
    'a/./b//c',
  ]) {
    assert.equal(seen(walk, path), seen(openDirectory, path), path)
  }
  rmSync(join(root, 'loop'))
})
