import { createHash } from 'node:crypto'
import { existsSync, mkdirSync, readdirSync, readFileSync, renameSync, rmSync, writeFileSync } from 'node:fs'
import { dirname, join } from 'node:path'
import { cacheDirectory, runHere } from './machine.ts'

/** What a small server has; the decoys and the infections stand on these. */
const defaultPackages = [
  'systemd',
  'systemd-sysv',
  'dbus',
  'cron',
  'procps',
  'psmisc',
  'libpam-systemd',
  'openssh-server',
  'iproute2',
  'nftables',
  'logrotate',
  'xz-utils',
  // For the checkout's own runtime; the packaged program brings all of its libraries along.
  'libatomic1',
]
const suite = 'bookworm'

/** Changes to a fresh root that make it usable as a range. They are part of the cache key. */
const adjustments: Readonly<Record<string, string>> = {
  // Debian empties /tmp at boot; a range that forgot half of what was planted could not be compared.
  '/etc/tmpfiles.d/tmp.conf': 'd /tmp 1777 root root 30d\nd /var/tmp 1777 root root 60d\n',
  // Programs that ignore SIGTERM would hold each reboot up for 90 seconds.
  '/etc/systemd/system.conf.d/10-timeouts.conf': '[Manager]\nDefaultTimeoutStopSec=4s\n',
  // With version 1 cgroups in a namespace nobody tells systemd that a session's last process is gone.
  '/etc/systemd/system/user@.service.d/10-timeouts.conf': '[Service]\nTimeoutStopSec=1s\n',
  '/etc/hostname': 'lamp\n',
  '/etc/hosts': '127.0.0.1\tlocalhost\n127.0.1.1\tlamp\n::1\tlocalhost ip6-localhost ip6-loopback\n',
  '/etc/resolv.conf': 'nameserver 192.0.2.53\n',
}

/**
 * Path of an ext4 image with a bootable Debian on it, made by debootstrap at the first call (about a minute) and kept in
 * the cache. Nobody writes to it: a range works on a copy. A half-made image never has the final name.
 */
export function baseImage(extraPackages: readonly string[] = []): string {
  const packages = [...new Set([...defaultPackages, ...extraPackages])].sort()
  const image = join(cacheDirectory, 'range', `${suite}-${keyOf(packages)}.ext4`)
  if (existsSync(image)) return image
  mkdirSync(dirname(image), { recursive: true })
  const half = `${image}.${process.pid}.half`
  const root = `${half}-root`
  try {
    runHere(
      ['debootstrap', '--variant=minbase', `--include=${packages.join(',')}`, suite, root, ...mirrorOfThisMachine()],
      { timeoutMs: 900_000 },
    )
    adjust(root)
    runHere(['truncate', '-s', '2G', half])
    runHere(['mkfs.ext4', '-q', '-L', 'davylamp-range', '-d', root, half])
    renameSync(half, image)
  } finally {
    rmSync(root, { recursive: true, force: true })
    rmSync(half, { force: true })
  }
  return image
}

function keyOf(packages: readonly string[]): string {
  const all = JSON.stringify([1, suite, packages, adjustments])
  return createHash('sha256').update(all).digest('hex').slice(0, 16)
}

/** The archive this machine installs from, so that the range needs no other; none means debootstrap's own default. */
export function mirrorOfThisMachine(): string[] {
  const folder = '/etc/apt/sources.list.d'
  const files = [
    '/etc/apt/sources.list',
    ...(existsSync(folder) ? readdirSync(folder).map(name => join(folder, name)) : []),
  ]
  for (const file of files.filter(existsSync)) {
    const found = /^(?:URIs:|deb\s+(?:\[[^\]]*\]\s*)?)\s*(https?:\/\/\S+\/debian\/?)(?:\s|$)/m.exec(
      readFileSync(file, 'utf8'),
    )
    if (found?.[1] !== undefined) return [found[1]]
  }
  return []
}

function adjust(root: string): void {
  for (const [path, content] of Object.entries(adjustments)) {
    mkdirSync(dirname(join(root, path)), { recursive: true })
    rmSync(join(root, path), { force: true })
    writeFileSync(join(root, path), content)
  }
  for (const scratch of ['/var/cache/apt/archives', '/var/lib/apt/lists']) {
    for (const name of readdirSync(join(root, scratch)))
      rmSync(join(root, scratch, name), { recursive: true, force: true })
  }
  for (const folder of ['/var/cache/apt/archives/partial', '/var/lib/apt/lists/partial'])
    mkdirSync(join(root, folder), { recursive: true })
}
