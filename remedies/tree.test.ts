import assert from 'node:assert/strict'
import { execFileSync } from 'node:child_process'
import { createHash } from 'node:crypto'
import {
  chmodSync,
  existsSync,
  linkSync,
  mkdirSync,
  readFileSync,
  statSync,
  symlinkSync,
  utimesSync,
  writeFileSync,
} from 'node:fs'
import { join } from 'node:path'
import { test } from 'node:test'
import type { Action } from '../model/index.ts'
import { decodeBytes, displayBytes, encodeBytes, exactBytes } from '../target/index.ts'
import type { HostFiles } from './host-files.ts'
import { carryOut } from './run.ts'
import { planOf, temporaryHost } from './testing/temporary-host.ts'
import { undoRun } from './undo.ts'

const root = process.getuid?.() === 0 ? false : 'needs root'

const sha256 = (content: string | Buffer) => createHash('sha256').update(content).digest('hex')
const evil = '#!/bin/sh\nexit 0\n'

/** Everything that undo must give back, without inode numbers. */
function snapshot(files: HostFiles, path = '/'): Record<string, unknown> {
  const found: Record<string, unknown> = {}
  for (const name of files.list(path) ?? []) {
    const its = path === '/' ? `/${name}` : `${path}/${name}`
    const metadata = files.inspect(its)
    if (metadata === undefined) continue
    const { type, mode, uid, gid, flags, attributes, linkCount, modifiedNs } = metadata
    const content = type === 'file' ? files.digest(its) : type === 'symlink' ? files.readLink(its) : undefined
    const kept = { type, mode, uid, gid, flags, attributes, content, modifiedNs }
    found[its] = type === 'directory' ? kept : { ...kept, linkCount }
    if (type === 'directory') Object.assign(found, snapshot(files, its))
  }
  return found
}

interface Case {
  readonly name: string
  readonly files: Readonly<Record<string, string | Buffer>>
  readonly arrange?: (root: string) => void
  readonly actions: readonly Action[]
  readonly gone: (root: string) => void
  /** Changes the object before the plan is carried out: every action must leave it as it is. */
  readonly meddle?: (root: string) => void
}

const passwd = 'root:x:0:0:root:/root:/bin/bash\nevil:x:0:0::/tmp:/bin/sh\nann:x:1000:1000::/home/ann:/bin/bash'
const shadow = 'root:$6$a:19000:0:99999:7:::\nevil:$6$b:19000:0:99999:7:::\nann:!:19000:0:99999:7:::\n'
const group = 'root:x:0:\nsudo:x:27:ann,evil\nevil:x:1001:\n'
const absent = (root: string, path: string) => assert.equal(existsSync(join(root, path)), false)
const holds = (root: string, path: string, text: string) => assert.equal(readFileSync(join(root, path), 'latin1'), text)
const named = (name: string | Buffer) => {
  const path = `/tmp/${decodeBytes(Buffer.from(name))}`
  const pathBytes = exactBytes(path)
  return { path: displayBytes(path), ...(pathBytes === undefined ? {} : { pathBytes }) }
}
const hostile = [
  '-rf',
  'two\nlines',
  'trailing ',
  '$(reboot)',
  Buffer.from('\xff\xfe bad', 'latin1'),
  '...',
  'x'.repeat(255),
].map(name => [name, named(name)] as const)

const cases: readonly Case[] = [
  {
    name: 'quarantine-file: owner, mode, times, attributes and capabilities come back',
    files: { 'tmp/miner': evil },
    arrange: root => {
      execFileSync('setfattr', ['-n', 'user.note', '-v', 'kept', join(root, 'tmp/miner')])
      execFileSync('chown', ['12:34', join(root, 'tmp/miner')])
      chmodSync(join(root, 'tmp/miner'), 0o4711)
      utimesSync(join(root, 'tmp/miner'), 1_500_000_000.25, 1_400_000_000.125)
    },
    actions: [{ kind: 'quarantine-file', path: '/tmp/miner', sha256: sha256(evil) }],
    gone: root => absent(root, 'tmp/miner'),
    meddle: root => writeFileSync(join(root, 'tmp/miner'), 'something else'),
  },
  {
    name: 'quarantine-file: immutable, in an immutable directory',
    files: { 'opt/x/miner': evil },
    arrange: root => execFileSync('chattr', ['+i', join(root, 'opt/x/miner'), join(root, 'opt/x')]),
    actions: [{ kind: 'quarantine-file', path: '/opt/x/miner', sha256: sha256(evil) }],
    gone: root => absent(root, 'opt/x/miner'),
  },
  {
    name: 'quarantine-file: a link is taken itself',
    files: { 'etc/shadow': 'secret\n' },
    arrange: root => symlinkSync('../etc/shadow', join(root, 'etc/link')),
    actions: [{ kind: 'quarantine-file', path: '/etc/link', linkTarget: '../etc/shadow' }],
    gone: root => {
      absent(root, 'etc/link')
      holds(root, 'etc/shadow', 'secret\n')
    },
  },
  {
    name: 'quarantine-file: fifo, and a directory after its only file',
    files: { 'var/tmp/.x/a': evil },
    arrange: root => execFileSync('mkfifo', ['-m', '600', join(root, 'var/fifo')]),
    actions: [
      { kind: 'quarantine-file', path: '/var/tmp/.x/a', sha256: sha256(evil) },
      { kind: 'quarantine-file', path: '/var/tmp/.x' },
      { kind: 'quarantine-file', path: '/var/fifo' },
    ],
    gone: root => {
      absent(root, 'var/tmp/.x')
      absent(root, 'var/fifo')
    },
  },
  {
    name: 'quarantine-file: hard links are one file again',
    files: { 'bin/one': evil },
    arrange: root => {
      linkSync(join(root, 'bin/one'), join(root, 'bin/two'))
      mkdirSync(join(root, 'lib'))
      linkSync(join(root, 'bin/one'), join(root, 'lib/three'))
    },
    actions: ['/bin/one', '/bin/two', '/lib/three'].map(path => ({
      kind: 'quarantine-file' as const,
      path,
      sha256: sha256(evil),
    })),
    gone: root => absent(root, 'bin/one'),
  },
  {
    name: 'quarantine-file: hostile names',
    files: {},
    arrange: root => {
      mkdirSync(join(root, 'tmp'))
      for (const [name] of hostile) writeFileSync(Buffer.concat([Buffer.from(`${root}/tmp/`), Buffer.from(name)]), evil)
    },
    actions: hostile.map(([, its]) => ({ kind: 'quarantine-file' as const, ...its, sha256: sha256(evil) })),
    gone: root => assert.equal(execFileSync('ls', ['-A', join(root, 'tmp')]).length, 0),
  },
  {
    name: 'remove-line: every other byte stays',
    files: { 'etc/crontab': Buffer.from('# a\r\n\0x\xff\n* * * * * evil\nlast', 'latin1') },
    arrange: root => chmodSync(join(root, 'etc/crontab'), 0o640),
    actions: [{ kind: 'remove-line', path: '/etc/crontab', line: 3, text: '* * * * * evil' }],
    gone: root => holds(root, 'etc/crontab', '# a\r\n\0x\xff\nlast'),
    meddle: root => writeFileSync(join(root, 'etc/crontab'), '# a\n* * * * * other\n'),
  },
  {
    name: 'remove-line: the last line without newline',
    files: { 'etc/profile': 'a\nevil' },
    actions: [{ kind: 'remove-line', path: '/etc/profile', line: 2, text: 'evil' }],
    gone: root => holds(root, 'etc/profile', 'a\n'),
  },
  {
    name: 'remove-line: bytes that are no text',
    files: { 'etc/x': Buffer.from('a\n\xffevil\0\nb\n', 'latin1') },
    actions: [
      {
        kind: 'remove-line',
        path: '/etc/x',
        line: 2,
        text: '\\xffevil\\x00',
        textBytes: Buffer.from('\xffevil\0', 'latin1').toString('base64'),
      },
    ],
    gone: root => holds(root, 'etc/x', 'a\nb\n'),
  },
  {
    name: 'remove-line: several of one file, two of them alike, immutable',
    files: { 'etc/x': 'evil\ngood\nevil\nworse\nevil\n' },
    arrange: root => execFileSync('chattr', ['+i', join(root, 'etc/x')]),
    actions: [1, 3, 4, 5].map(line => ({
      kind: 'remove-line' as const,
      path: '/etc/x',
      line,
      text: line === 4 ? 'worse' : 'evil',
    })),
    gone: root => holds(root, 'etc/x', 'good\n'),
  },
  {
    name: 'remove-line: through a link, and into a file with another hard link',
    files: { 'etc/real': 'good\nevil\n' },
    arrange: root => {
      symlinkSync('/etc/real', join(root, 'etc/link'))
      linkSync(join(root, 'etc/real'), join(root, 'etc/other'))
    },
    actions: [{ kind: 'remove-line', path: '/etc/link', line: 2, text: 'evil' }],
    gone: root => holds(root, 'etc/other', 'good\n'),
  },
  {
    name: 'remove-line: continued lines go together',
    files: { 'etc/udev/rules.d/9.rules': 'A=="b"\nACTION=="add", \\\n  RUN+="/tmp/x"\nC=="d"\n' },
    actions: [
      {
        kind: 'remove-line',
        path: '/etc/udev/rules.d/9.rules',
        line: 2,
        text: 'ACTION=="add", \\\\x0a  RUN+="/tmp/x"',
        textBytes: Buffer.from('ACTION=="add", \\\n  RUN+="/tmp/x"').toString('base64'),
      },
    ],
    gone: root => holds(root, 'etc/udev/rules.d/9.rules', 'A=="b"\nC=="d"\n'),
    meddle: root => writeFileSync(join(root, 'etc/udev/rules.d/9.rules'), 'ACTION=="add", \\\n  RUN+="/bin/true"\n'),
  },
  {
    name: 'remove-line: a shell script stays one',
    files: { 'root/.bashrc': 'if true; then\n  evil\n  worse\nfi\nls() {\n  evil | sh\n}\nx\nevil2' },
    actions: [
      [2, '  evil'],
      [3, '  worse'],
      [5, 'ls() {'],
      [6, '  evil | sh'],
      [9, 'evil2'],
    ].map(([line, text]) => ({
      kind: 'remove-line' as const,
      path: '/root/.bashrc',
      line: Number(line),
      text: `${text}`,
    })),
    gone: root => holds(root, 'root/.bashrc', 'if true; then\n  :\nfi\ndavylamp_removed() {\n  :\n}\nx\n'),
  },
  {
    name: 'replace-line',
    files: { 'etc/ssh/sshd_config': 'Port 22\nPermitRootLogin yes\n' },
    actions: [
      {
        kind: 'replace-line',
        path: '/etc/ssh/sshd_config',
        line: 2,
        text: 'PermitRootLogin yes',
        replacement: 'PermitRootLogin no',
      },
    ],
    gone: root => holds(root, 'etc/ssh/sshd_config', 'Port 22\nPermitRootLogin no\n'),
    meddle: root => writeFileSync(join(root, 'etc/ssh/sshd_config'), 'Port 22\n'),
  },
  {
    name: 'clear-attributes: flags of file and directory, and an ACL',
    files: { 'root/.ssh/authorized_keys': 'key\n' },
    arrange: root => {
      const file = join(root, 'root/.ssh/authorized_keys')
      execFileSync('setfattr', ['-n', 'system.posix_acl_access', '-v', acl, file])
      execFileSync('chattr', ['+ia', file])
      execFileSync('chattr', ['+i', join(root, 'root/.ssh')])
    },
    actions: [
      { kind: 'clear-attributes', path: '/root/.ssh/authorized_keys', flags: ['immutable', 'append'], acl: true },
    ],
    gone: root => {
      // touch fails on a file that is immutable or append-only.
      const file = join(root, 'root/.ssh/authorized_keys')
      execFileSync('touch', ['-r', file, file])
      assert.equal(execFileSync('getfattr', ['-d', '-m', 'posix', file]).length, 0)
    },
  },
  {
    name: 'remove-unit: file, link and drop-ins',
    files: {
      'etc/systemd/system/evil.service': '[Service]\nExecStart=/tmp/x\n',
      'etc/systemd/system/evil.service.d/more.conf': '[Service]\nRestart=always\n',
    },
    arrange: root => {
      mkdirSync(join(root, 'etc/systemd/system/multi-user.target.wants'))
      const link = join(root, 'etc/systemd/system/multi-user.target.wants/evil.service')
      symlinkSync('/etc/systemd/system/evil.service', link)
    },
    actions: [
      {
        kind: 'remove-unit',
        name: 'evil.service',
        path: '/etc/systemd/system/evil.service',
        sha256: sha256('[Service]\nExecStart=/tmp/x\n'),
        links: ['/etc/systemd/system/multi-user.target.wants/evil.service'],
      },
    ],
    gone: root => {
      absent(root, 'etc/systemd/system/evil.service')
      absent(root, 'etc/systemd/system/evil.service.d')
    },
    meddle: root => writeFileSync(join(root, 'etc/systemd/system/evil.service'), '[Service]\nExecStart=/bin/true\n'),
  },
  {
    name: 'lock-account',
    files: { 'etc/passwd': passwd, 'etc/shadow': shadow, 'etc/group': group },
    actions: [{ kind: 'lock-account', name: 'evil', uid: 0 }],
    gone: root =>
      holds(root, 'etc/shadow', shadow.replace('evil:$6$b:19000:0:99999:7:::', 'evil:!$6$b:19000:0:99999:7::1:')),
  },
  {
    name: 'remove-account: its records and its crontab, in all files',
    files: {
      'etc/passwd': passwd,
      'etc/shadow': `${shadow}evil:again:1::::::\n`,
      'etc/group': group,
      'etc/gshadow': 'sudo:*:evil:ann,evil\nevil:!::\n',
      'etc/subuid': 'ann:100000:65536\nevil:165536:65536\n',
      'var/spool/cron/crontabs/evil': '* * * * * x\n',
    },
    actions: [{ kind: 'remove-account', name: 'evil', uid: 0, line: 2, text: 'evil:x:0:0::/tmp:/bin/sh' }],
    gone: root => {
      holds(root, 'etc/passwd', passwd.replace('evil:x:0:0::/tmp:/bin/sh\n', ''))
      holds(root, 'etc/shadow', shadow.replace('evil:$6$b:19000:0:99999:7:::\n', ''))
      // Its gid is not that group's, so the group is not its own and stays without it.
      holds(root, 'etc/group', 'root:x:0:\nsudo:x:27:ann\nevil:x:1001:\n')
      holds(root, 'etc/gshadow', 'sudo:*::ann\nevil:!::\n')
      holds(root, 'etc/subuid', 'ann:100000:65536\n')
      absent(root, 'var/spool/cron/crontabs/evil')
    },
    meddle: root => writeFileSync(join(root, 'etc/passwd'), passwd.replace('evil:x:0', 'evil:x:4444')),
  },
  {
    name: 'remove-account: made with the number of another, which keeps its own group',
    files: {
      'etc/passwd':
        'root:x:0:0:root:/root:/bin/bash\nann:x:1000:1000::/home/ann:/bin/bash\nlsb:x:1000:1000::/home/lsb:/bin/sh\nlsb:x:1000:1000::/home/lsb:/bin/sh\n',
      'etc/shadow': 'ann:!:19000:0:99999:7:::\nlsb:$6$b:19000:0:99999:7:::\nlsb:$6$b:19000:0:99999:7:::\n',
      'etc/group': 'root:x:0:\nann:x:1000:\nlsb:x:1000:\n',
    },
    actions: [{ kind: 'remove-account', name: 'lsb', uid: 1000, line: 3, text: 'lsb:x:1000:1000::/home/lsb:/bin/sh' }],
    gone: root => {
      holds(root, 'etc/passwd', 'root:x:0:0:root:/root:/bin/bash\nann:x:1000:1000::/home/ann:/bin/bash\n')
      holds(root, 'etc/shadow', 'ann:!:19000:0:99999:7:::\n')
      holds(root, 'etc/group', 'root:x:0:\nann:x:1000:\n')
    },
  },
  {
    name: 'restore-command: the original goes back over the impostor',
    files: { 'bin/ps': evil, 'bin/ps.original': 'the real one' },
    arrange: root => {
      chmodSync(join(root, 'bin/ps.original'), 0o755)
      execFileSync('chattr', ['+i', join(root, 'bin/ps')])
    },
    actions: [
      {
        kind: 'restore-command',
        path: '/bin/ps',
        sha256: sha256(evil),
        from: '/bin/ps.original',
        fromSha256: sha256('the real one'),
        recordedDigest: `md5:${createHash('md5').update('the real one').digest('hex')}`,
      },
    ],
    gone: root => {
      holds(root, 'bin/ps', 'the real one')
      absent(root, 'bin/ps.original')
    },
    meddle: root => {
      execFileSync('chattr', ['-i', join(root, 'bin/ps')])
      writeFileSync(join(root, 'bin/ps'), 'a third one')
    },
  },
  {
    name: 'restore-command: a sound command that nobody may run gets its rights back',
    files: { 'bin/chmod': 'the real one' },
    arrange: root => {
      chmodSync(join(root, 'bin/chmod'), 0o644)
      execFileSync('setfacl', ['-m', 'u:daemon:rwx,m::r', join(root, 'bin/chmod')])
    },
    actions: [
      {
        kind: 'restore-command',
        path: '/bin/chmod',
        sha256: sha256('the real one'),
        from: '/bin/chmod',
        fromSha256: sha256('the real one'),
        recordedDigest: `md5:${createHash('md5').update('the real one').digest('hex')}`,
      },
    ],
    gone: root => {
      assert.equal(statSync(join(root, 'bin/chmod')).mode & 0o7777, 0o755)
      assert.equal(execFileSync('getfacl', ['-c', join(root, 'bin/chmod')]).includes('daemon'), false)
    },
    meddle: root => writeFileSync(join(root, 'bin/chmod'), 'a third one'),
  },
  {
    name: 'stop-container: the restart policy in its file',
    files: {
      'var/lib/docker/containers/0123456789ab/hostconfig.json': '{"Binds":null,"RestartPolicy":{"Name":"always"}}',
    },
    actions: [
      {
        kind: 'stop-container',
        id: '0123456789ab',
        runtime: 'docker',
        name: 'x',
        path: '/var/lib/docker/containers/0123456789ab/config.v2.json',
        restartPolicy: 'always',
      },
    ],
    gone: root =>
      holds(
        root,
        'var/lib/docker/containers/0123456789ab/hostconfig.json',
        '{"Binds":null,"RestartPolicy":{"Name":"no"}}',
      ),
  },
]

/** user::rw- user:1000:rw- group::r-- mask::rw- other::r-- (posix_acl_xattr.h). */
const acl = '0x0200000001000600ffffffff02000600e803000004000400ffffffff10000600ffffffff20000400ffffffff'

for (const { name, files, arrange, actions, gone, meddle } of cases) {
  test(`${name} – done, gone, undone, as it was`, { skip: root }, async t => {
    const { root, host } = temporaryHost(t, files)
    arrange?.(root)
    const before = snapshot(host.files)
    const run = await carryOut(planOf(actions), host)
    assert.deepEqual(
      run.actions.map(({ outcome, detail }) => detail ?? outcome),
      actions.map(() => 'done'),
    )
    gone(root)
    const again = await carryOut(planOf(actions), host)
    assert.ok(
      again.actions.every(({ outcome }) => outcome !== 'done' && outcome !== 'failed'),
      JSON.stringify(again.actions),
    )
    const { run: undone } = await undoRun(run.id, host)
    assert.deepEqual(
      undone.actions.map(({ outcome, detail }) => detail ?? outcome),
      actions.map(() => 'undone'),
    )
    assert.equal(undone.state, 'undone')
    assert.deepEqual(snapshot(host.files), before)
    await undoRun(run.id, host)
    assert.deepEqual(snapshot(host.files), before)
  })
  if (meddle === undefined) continue
  test(`${name} – changed meanwhile, untouched`, { skip: root }, async t => {
    const { root, host } = temporaryHost(t, files)
    arrange?.(root)
    meddle(root)
    const before = snapshot(host.files)
    const run = await carryOut(planOf(actions), host)
    assert.deepEqual(
      run.actions.map(({ outcome }) => outcome),
      actions.map(() => 'changed-since'),
    )
    assert.equal(run.state, 'partial')
    assert.deepEqual(snapshot(host.files), before)
  })
}

test('a later edit survives the undo of a removed line', { skip: root }, async t => {
  const { root, host } = temporaryHost(t, { 'etc/crontab': 'a\nevil\nb\n' })
  const run = await carryOut(planOf([{ kind: 'remove-line', path: '/etc/crontab', line: 2, text: 'evil' }]), host)
  writeFileSync(join(root, 'etc/crontab'), 'new\na\nb\nmore\n')
  await undoRun(run.id, host)
  holds(root, 'etc/crontab', 'new\na\nevil\nb\nmore\n')
})

test('undo never writes over something new', { skip: root }, async t => {
  const { root, host } = temporaryHost(t, { 'tmp/x': evil })
  const run = await carryOut(planOf([{ kind: 'quarantine-file', path: '/tmp/x', sha256: sha256(evil) }]), host)
  writeFileSync(join(root, 'tmp/x'), 'mine')
  const { run: undone } = await undoRun(run.id, host)
  holds(root, 'tmp/x', 'mine')
  assert.equal(undone.actions[0]?.outcome, 'done')
  assert.match(undone.actions[0]?.detail ?? '', /something else/)
})

test('links in a path never lead out of the root', { skip: root }, async t => {
  const { root, state, host } = temporaryHost(t, { 'keep/x': 'x' })
  writeFileSync(join(state, 'outside'), evil)
  for (const target of [state, '../../state', '/proc/self/root', `/../../../../../..${state}`]) {
    symlinkSync(target, join(root, 'trap'))
    const run = await carryOut(planOf([{ kind: 'quarantine-file', path: '/trap/outside', sha256: sha256(evil) }]), host)
    assert.notEqual(run.actions[0]?.outcome, 'done')
    execFileSync('rm', [join(root, 'trap')])
  }
  assert.equal(readFileSync(join(state, 'outside'), 'utf8'), evil)
})

test('a line that the run itself took is done, one that somebody else took has changed', { skip: root }, async t => {
  const { host, root } = temporaryHost(t, { 'etc/x': 'good\nevil\nlast\n', 'etc/y': 'good\n' })
  const take = (path: string): Action => ({ kind: 'remove-line', path, line: 2, text: 'evil' })
  symlinkSync('x', join(root, 'etc/link'))
  const run = await carryOut(planOf([take('/etc/x'), take('/etc/x'), take('/etc/link'), take('/etc/y')]), host)
  assert.deepEqual(
    run.actions.map(({ outcome }) => outcome),
    ['done', 'already-done', 'already-done', 'changed-since'],
  )
})

test('what is protected is refused and says why', { skip: root }, async t => {
  const key = 'ssh-ed25519 AAAA ann'
  const files = {
    'etc/passwd': 'root:x:0:0::/root:/bin/bash\nann:x:1000:1000::/home/ann:/bin/bash\n',
    'etc/shadow': 'root:*:1::::::\nann:!:1::::::\n',
    'etc/group': 'sudo:x:27:ann\n',
    'home/ann/.ssh/authorized_keys': `${key}\n`,
    'bin/sh': 'shell',
  }
  const { host, root } = temporaryHost(t, files, { ownedUnmodified: path => path === '/bin/sh' })
  const actions: Action[] = [
    { kind: 'quarantine-file', path: '/bin/sh', sha256: sha256('shell') },
    { kind: 'remove-line', path: '/home/ann/.ssh/authorized_keys', line: 1, text: key },
    { kind: 'lock-account', name: 'ann', uid: 1000 },
    { kind: 'remove-account', name: 'root', uid: 0, line: 1, text: 'root:x:0:0::/root:/bin/bash' },
    { kind: 'quarantine-file', path: '/' },
    { kind: 'block-address', address: '192.0.2.1', seconds: 60 },
  ]
  const run = await carryOut(planOf(actions), host)
  assert.deepEqual(
    run.actions.map(({ outcome, detail }) => `${outcome}: ${detail}`),
    [
      'skipped: refused: a package owns /bin/sh and it is as installed',
      'skipped: refused: this is the last key of an administrator and nobody has a password: add your own key first',
      'skipped: refused: ann is the last administrator who can log in',
      'skipped: refused: root itself is never touched',
      'skipped: refused: the root is never touched',
      'skipped: needs a running system',
    ],
  )
  holds(root, 'home/ann/.ssh/authorized_keys', `${key}\n`)
})

test('dependants of what failed are skipped, the others go on', { skip: root }, async t => {
  const { host, root } = temporaryHost(t, { 'tmp/a': 'other', 'tmp/b': evil, 'tmp/c': evil })
  const take = (name: string): Action => ({ kind: 'quarantine-file', path: `/tmp/${name}`, sha256: sha256(evil) })
  const run = await carryOut(planOf([take('a'), [take('b'), [1]], take('c')]), host)
  assert.deepEqual(
    run.actions.map(({ outcome }) => outcome),
    ['changed-since', 'skipped', 'done'],
  )
  assert.equal(existsSync(join(root, 'tmp/b')), true)
})

test('one action is taken back with what depends on it', { skip: root }, async t => {
  const { host, root } = temporaryHost(t, { 'etc/x': 'good\nevil\n', 'tmp/c': evil })
  const run = await carryOut(
    planOf([
      { kind: 'remove-line', path: '/etc/x', line: 2, text: 'evil' },
      { kind: 'quarantine-file', path: '/tmp/c', sha256: sha256(evil) },
      { kind: 'quarantine-file', path: '/etc/x', sha256: sha256('good\n') },
    ]),
    host,
  )
  const { run: undone, warnings } = await undoRun(run.id, host, { action: 1 })
  assert.deepEqual(
    undone.actions.map(({ outcome }) => outcome),
    ['undone', 'done', 'undone'],
  )
  assert.equal(undone.state, 'partly-undone')
  assert.equal(warnings.length, 2)
  holds(root, 'etc/x', 'good\nevil\n')
})

test('encodeBytes of every hostile name gives its bytes', () => {
  for (const [name, its] of hostile) {
    const path = its.pathBytes === undefined ? encodeBytes(its.path) : Buffer.from(its.pathBytes, 'base64')
    assert.deepEqual(path.subarray('/tmp/'.length), Buffer.from(name))
  }
})
