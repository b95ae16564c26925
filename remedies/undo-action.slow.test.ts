import assert from 'node:assert/strict'
import { spawn, spawnSync } from 'node:child_process'
import { createHash } from 'node:crypto'
import { chmodSync, copyFileSync, existsSync, mkdirSync, readFileSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { type TestContext, test } from 'node:test'
import { nftables } from '../native/write/nftables.ts'
import { action as actionSchema, type Action, type ActionKind, type ProcessName } from '../model/index.ts'
import { blockedAddresses } from './block-address.ts'
import type { WritableHost } from './host.ts'
import { executableOf, procText, readProcess, standing, until } from './processes.ts'
import { readMounts } from './protected.ts'
import { carryOut } from './run.ts'
import { inNamespaces, inside } from './testing/inner-run.ts'
import { debs, missingTools, packageAction, signedRepository } from './testing/signed-repository.ts'
import { planOf, temporaryHost } from './testing/temporary-host.ts'
import { undoRun } from './undo.ts'

const missing =
  process.getuid?.() !== 0 ? 'needs root' : nftables([]) === undefined ? 'no libnftables here' : (false as const)
inNamespaces(import.meta.url, missing, 120)

interface Scene {
  readonly host: WritableHost
  readonly action: Action
  /** What the action changes, as text: other after it, the same again after its undo. */
  readonly look: () => unknown
  /** Where files for the actions beside it may lie. */
  readonly folder?: string
  /** Only evidence is gathered, nothing is changed. */
  readonly quiet?: true
  readonly final?: true
}

const evil = 'inert\n'
const sha256 = (text: string | Buffer) => createHash('sha256').update(text).digest('hex')

/** A scene on a tree: what is looked at are all its files, except those of the actions beside it. */
function tree(files: Readonly<Record<string, string>>, action: Action, change?: (root: string) => void) {
  return async (t: TestContext): Promise<Scene> => {
    const { root, host } = temporaryHost(t, files)
    change?.(root)
    const list = [
      '-c',
      "find . ! -type d ! -path './beside/*' -exec sha256sum {} + ; lsattr -R . 2>/dev/null | grep i-",
    ]
    return {
      host,
      action,
      look: () => spawnSync('sh', list, { cwd: root, encoding: 'utf8' }).stdout.split('\n').sort(),
    }
  }
}

/** A scene with a running look-alike. */
function running(
  make: (name: ProcessName, path: string) => Action,
  look: (name: ProcessName) => unknown,
  more: Partial<Scene> = {},
) {
  return async (t: TestContext): Promise<Scene> => {
    const { root } = temporaryHost(t, { 'tmp/x': '' })
    const { host } = temporaryHost(t, {}, { root: '/', live: true })
    const miner = join(root, 'tmp/miner')
    copyFileSync('/bin/sleep', miner)
    chmodSync(miner, 0o755)
    const child = spawn(miner, ['120'], { stdio: 'ignore' })
    t.after(() => child.kill('SIGKILL'))
    const pid = child.pid ?? 0
    await until(() => executableOf(pid) === miner, 2_000)
    const name: ProcessName = { pid, startTime: readProcess(pid)?.startTime ?? 0, path: miner, command: 'test' }
    return { host, action: make(name, miner), look: () => look(name), folder: root, ...more }
  }
}

const live =
  (action: Action, look: () => unknown, prepare: () => unknown = () => {}) =>
  async (t: TestContext): Promise<Scene> => {
    const { root } = temporaryHost(t)
    const { host } = temporaryHost(t, {}, { root: '/', live: true })
    await prepare()
    return { host, action, look, folder: root }
  }

const forwarding = '/proc/sys/net/ipv4/ip_forward'
const passwd = 'root:x:0:0::/root:/bin/bash\nann:x:1000:1000::/home/ann:/bin/bash\nevil:x:1001:1001::/:/bin/sh\n'
const accounts = { 'etc/passwd': passwd, 'etc/shadow': 'root:$6$a:1::::::\nann:!:1::::::\nevil:$6$b:1::::::\n' }
const addresses = () => blockedAddresses().map(({ address }) => address)
const block: Action = { kind: 'block-address', address: '198.51.100.9', seconds: 600 }

const scenes: Readonly<Record<ActionKind, (t: TestContext) => Promise<Scene>>> = {
  'block-address': live(block, addresses),
  'unblock-address': async t => {
    const scene = await live({ kind: 'unblock-address', address: '198.51.100.7' }, addresses)(t)
    await carryOut(planOf([{ ...block, address: '198.51.100.7' }], true), scene.host)
    return scene
  },
  'freeze-processes': running(
    (name, path) => ({ kind: 'freeze-processes', processes: [name], follow: { paths: [path], sha256: [] } }),
    ({ pid }) => procText(pid, 'cgroup'),
  ),
  'preserve-process': running(name => ({ kind: 'preserve-process', process: name }), standing, { quiet: true }),
  'preserve-file': async t => ({
    ...(await tree({ 'tmp/x': evil }, { kind: 'preserve-file', path: '/tmp/x' })(t)),
    quiet: true,
  }),
  'clear-attributes': tree(
    { 'tmp/x': evil },
    { kind: 'clear-attributes', path: '/tmp/x', flags: ['immutable'], acl: false },
    root => spawnSync('chattr', ['+i', join(root, 'tmp/x')]),
  ),
  'remove-line': tree({ 'etc/x': 'a\nevil\nb' }, { kind: 'remove-line', path: '/etc/x', line: 2, text: 'evil' }),
  'replace-line': tree(
    { 'etc/x': 'a\nevil\nb' },
    { kind: 'replace-line', path: '/etc/x', line: 2, text: 'evil', replacement: 'good' },
  ),
  'mask-unit': async t => {
    const { root, host } = temporaryHost(t, {}, { live: true })
    const link = join(root, 'run/systemd/system.control/x.service')
    return { host, action: { kind: 'mask-unit', name: 'x.service' }, look: () => existsSync(link) || 'no link' }
  },
  'remove-unit': tree(
    { 'etc/systemd/system/x.service': evil, 'etc/systemd/system/x.service.d/a.conf': evil },
    {
      kind: 'remove-unit',
      name: 'x.service',
      path: '/etc/systemd/system/x.service',
      sha256: sha256(evil),
      links: [],
    },
  ),
  'quarantine-file': tree({ 'tmp/x': evil }, { kind: 'quarantine-file', path: '/tmp/x', sha256: sha256(evil) }),
  'kill-process': running(name => ({ kind: 'kill-process', process: name }), standing, { final: true }),
  'lock-account': tree(accounts, { kind: 'lock-account', name: 'evil', uid: 1001 }),
  'remove-account': tree(accounts, {
    kind: 'remove-account',
    name: 'evil',
    uid: 1001,
    line: 3,
    text: 'evil:x:1001:1001::/:/bin/sh',
  }),
  'restore-command': tree(
    { 'bin/ps': evil, 'bin/ps.original': 'real' },
    {
      kind: 'restore-command',
      path: '/bin/ps',
      sha256: sha256(evil),
      from: '/bin/ps.original',
      fromSha256: sha256('real'),
      recordedDigest: `sha256:${sha256('real')}`,
    },
  ),
  'reinstall-package': async t => {
    const { root, host } = await signedRepository(t, { deb: debs.get('xz') ?? Buffer.alloc(0) })
    const at = (path: string) => (existsSync(join(root, path)) ? readFileSync(join(root, path), 'utf8') : undefined)
    return { host, action: packageAction, look: () => [at('usr/bin/toola'), at('usr/bin/toolb'), at('usr/bin/toolc')] }
  },
  unmount: async t => {
    let path = ''
    // Hooks run in their order: the mount goes before the folder below it.
    t.after(() => void spawnSync('umount', [path]))
    const { root } = temporaryHost(t, { 'hidden/x': '', 'over/y': '' })
    const { host } = temporaryHost(t, {}, { root: '/', live: true })
    path = join(root, 'hidden')
    spawnSync('mount', ['--bind', join(root, 'over'), path])
    const mountId = readMounts().find(mount => mount.path === path)?.id ?? 0
    return { host, action: { kind: 'unmount', path, mountId }, look: () => existsSync(join(path, 'y')), folder: root }
  },
  'stop-container': tree(
    { 'var/lib/docker/containers/0123456789ab/hostconfig.json': '{"RestartPolicy":{"Name":"always"}}' },
    {
      kind: 'stop-container',
      id: '0123456789ab',
      runtime: 'docker',
      name: 'x',
      path: '/var/lib/docker/containers/0123456789ab/config.v2.json',
      restartPolicy: 'always',
    },
  ),
  'set-sysctl': live(
    { kind: 'set-sysctl', name: 'net.ipv4.ip_forward', value: '1', expected: '0' },
    () => readFileSync(forwarding, 'utf8'),
    () => writeFileSync(forwarding, '0\n'),
  ),
}

for (const [kind, arrange] of inside ? Object.entries(scenes) : []) {
  const skip = kind === 'reinstall-package' && missingTools
  test(`${kind}: one action is taken back, those beside it stay`, { skip }, async t => {
    const { host, action, look, folder, quiet, final } = await arrange(t)
    const place = folder ?? host.root
    const beside = (name: string): Action => {
      mkdirSync(join(place, 'beside'), { recursive: true })
      writeFileSync(join(place, 'beside', name), evil)
      const path = folder === undefined ? `/beside/${name}` : join(folder, 'beside', name)
      return { kind: 'quarantine-file', path, sha256: sha256(evil) }
    }
    const before = look()
    const run = await carryOut(planOf([beside('one'), action, beside('two')], host.live), host)
    assert.deepEqual(
      run.actions.map(({ outcome, detail }) => detail ?? outcome),
      ['done', 'done', 'done'],
    )
    if (quiet) assert.deepEqual(look(), before)
    else assert.notDeepEqual(look(), before)
    const { run: undone } = await undoRun(run.id, host, { action: 2 })
    const expected = ['done', final ? 'done' : 'undone', 'done']
    assert.deepEqual(
      undone.actions.map(({ outcome, detail }) => detail ?? outcome),
      expected,
    )
    if (!final) assert.deepEqual(look(), before)
    const present = ['one', 'two'].map(name => existsSync(join(place, 'beside', name)))
    assert.deepEqual(present, [false, false])
    await undoRun(run.id, host)
    assert.deepEqual(
      ['one', 'two'].map(name => existsSync(join(place, 'beside', name))),
      [true, true],
    )
  })
}

test('every kind of action has its scene', () => {
  assert.deepEqual(Object.keys(scenes).sort(), actionSchema.options.map(({ shape }) => shape.kind.value).sort())
})
