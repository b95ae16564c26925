import { writeFileSync } from 'node:fs'
import { minerWords } from '../../hosts/host-part.ts'
import { type Infection, type Item, poolPort } from '../../hosts/index.ts'
import { plantFiles } from './plant.ts'
import type { Range } from './range.ts'

export const program = '/usr/local/share/netupd'
export const libraryPath = '/usr/local/lib/libnetupd.so'

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
export function hiddenBy(
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

const work = { lookalike: { burn: 20, stubborn: true as const }, words: minerWords }
/** What hides beside the library, each its own way: deleted, renamed, covered by a mount, or nowhere but in memory. */
export const tricks: readonly Item[] = [
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
  { kind: 'mount', over: '/usr/lib/udev/netlinkd', source: '/mnt' },
  { kind: 'mount', over: '/memfd:kcached', source: '/mnt' },
]

/** What looks like it and is an administrator's or a distribution's. */
export const innocents: readonly Item[] = [
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

/** Starts what is in no file of the host. Before the library is there: what that hides cannot be copied either. */
export async function startWithoutFiles(range: Range): Promise<void> {
  plantFiles(range.root, [{ ...miner, path: '/srv/kc' }])
  await startInMemory(range)
  await startInOwnMount(range)
  await range.sh('rm /srv/kc')
}

/** Runs the innocents, each in a root or mounts of its own. */
export async function startInnocents(range: Range): Promise<void> {
  plantFiles(range.root, innocents)
  await range.sh('systemctl daemon-reload && systemctl enable --quiet --now worker.service')
  await range.sh('setsid chroot /var/lib/schroot/mount/bookworm /usr/bin/builder >/dev/null 2>&1 </dev/null &')
  await range.sh(
    `setsid unshare --mount bash -c 'mount -t tmpfs none /mnt; exec /usr/local/sbin/worker' >/dev/null 2>&1 </dev/null &`,
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
