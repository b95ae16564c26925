import { spawnSync } from 'node:child_process'
import { createHash } from 'node:crypto'
import { closeSync, existsSync, mkdirSync, openSync, readFileSync, renameSync, rmSync, writeFileSync } from 'node:fs'
import { dirname, join } from 'node:path'
import { mirrorOfThisMachine } from '../../range/base-image.ts'
import { cacheDirectory, runHere } from '../../range/machine.ts'
import { type PackageGroup, packageGroups } from './package-list.ts'

const suite = 'bookworm'

/** What the installation is told: nothing starts, nobody is asked, no database is set up that does not run. */
const whileInstalling: Readonly<Record<string, string>> = {
  '/usr/sbin/policy-rc.d': '#!/bin/sh\nexit 101\n',
  '/etc/dpkg/dpkg.cfg.d/fast': 'force-unsafe-io\n',
  '/etc/apt/apt.conf.d/99build':
    'APT::Install-Recommends "false";\nAPT::Sandbox::User "root";\nAcquire::Retries "3";\n',
}
const answers = [
  'man-db man-db/auto-update boolean false',
  'wireshark-common wireshark-common/install-setuid boolean true',
  ...['dbconfig-common', 'phpmyadmin', 'roundcube-core', 'opendmarc', 'wordpress'].map(
    name => `${name} ${name}/dbconfig-install boolean false`,
  ),
]
/** As `test/range` leaves it, so that this tree can be booted. */
const afterwards: Readonly<Record<string, string>> = {
  '/etc/hostname': 'lamp\n',
  '/etc/hosts': '127.0.0.1\tlocalhost\n127.0.1.1\tlamp\n::1\tlocalhost ip6-localhost ip6-loopback\n',
  '/etc/resolv.conf': 'nameserver 192.0.2.53\n',
  '/etc/systemd/system.conf.d/10-timeouts.conf': '[Manager]\nDefaultTimeoutStartSec=20s\nDefaultTimeoutStopSec=4s\n',
}

/**
 * A directory with a Debian on which all packages of the list are installed, made at the first call (half an hour, 6 GB) and kept in
 * the cache under a key of what is in it. Nobody writes to it.
 */
export function cleanRoot(
  groups: readonly PackageGroup[] = packageGroups(),
  say: (line: string) => void = () => {},
): string {
  const place = join(cacheDirectory, 'silence')
  const root = join(place, `${suite}-${keyOf(groups)}`)
  if (existsSync(root)) return root
  const half = `${root}.half`
  const archives = join(place, 'archives')
  mkdirSync(join(archives, 'partial'), { recursive: true })
  // What was interrupted is gone on with.
  if (existsSync(`${half}.begun`)) inside(half, archives, false, ['dpkg', '--configure', '-a'])
  else begin(half, archives, say)
  for (const { reason, names } of groups) {
    say(`${names.length} packages: ${reason}`)
    const install = ['apt-get', 'install', '--assume-yes', ...names]
    inside(half, archives, true, [...install, '--download-only'])
    // What packages do while they are installed reaches no network.
    inside(half, archives, false, [...install, '--no-download'])
  }
  for (const path of Object.keys(whileInstalling)) rmSync(join(half, path))
  for (const path of ['/etc/resolv.conf', '/etc/hosts', '/var/lib/apt/lists'])
    rmSync(join(half, path), { recursive: true, force: true })
  write(half, afterwards)
  renameSync(half, root)
  for (const left of [`${half}.begun`, `${half}.log`]) rmSync(left, { force: true })
  return root
}

function begin(half: string, archives: string, say: (line: string) => void): void {
  rmSync(half, { recursive: true, force: true })
  say(`debootstrap of ${suite}`)
  const debootstrap = ['debootstrap', '--variant=minbase', `--cache-dir=${archives}`, suite, half]
  // What it mounts, and may leave behind when it is ended, is seen by nobody else.
  runHere(['unshare', '--mount', ...debootstrap, ...mirrorOfThisMachine()], { timeoutMs: 1_800_000 })
  write(half, whileInstalling, 0o755)
  write(half, Object.fromEntries(['/etc/resolv.conf', '/etc/hosts'].map(path => [path, readFileSync(path, 'utf8')])))
  inside(half, archives, true, ['apt-get', 'update'])
  inside(half, archives, false, ['debconf-set-selections'], `${answers.join('\n')}\n`)
  writeFileSync(`${half}.begun`, '')
}

/** Mounts what packages expect below `$1`, with the cache of packages `$2`, and runs the rest of the line in there. */
const enter = `set -e
mount --bind "$1" "$1"
cd "$1"
mount -t proc proc proc
mount -t sysfs -o ro sysfs sys
mount -t tmpfs -o mode=755 tmpfs run
mkdir run/lock
mount -t tmpfs -o mode=755 tmpfs dev
mkdir dev/pts dev/shm
mount -t devpts -o newinstance,ptmxmode=0666 devpts dev/pts
ln -s pts/ptmx dev/ptmx
ln -s /proc/self/fd dev/fd
for node in "null 1 3" "zero 1 5" "full 1 7" "random 1 8" "urandom 1 9" "tty 5 0"; do mknod -m 666 dev/\${node%% *} c \${node#* }; done
mount --bind "$2" var/cache/apt/archives
shift 2
exec chroot . "$@"
`

/** Runs a program in the tree with namespaces of its own: mounts, processes and, unless it fetches, the network. */
function inside(root: string, archives: string, network: boolean, argv: readonly string[], input = ''): void {
  const flags = ['--mount', '--pid', '--fork', '--kill-child', '--ipc', '--uts', ...(network ? [] : ['--net'])]
  const log = `${root}.log`
  const output = openSync(log, 'a')
  // Postfix wants an address of its own while it is set up.
  const script = network ? enter : `ip link set lo up\n${enter}`
  const done = spawnSync('unshare', [...flags, '/bin/sh', '-c', script, 'sh', root, archives, ...argv], {
    input,
    env: { PATH: '/usr/sbin:/usr/bin:/sbin:/bin', HOME: '/root', LANG: 'C.UTF-8', DEBIAN_FRONTEND: 'noninteractive' },
    timeout: 3_600_000,
    stdio: ['pipe', output, output],
  })
  closeSync(output)
  if (done.status !== 0)
    throw new Error(`${argv.slice(0, 2).join(' ')}: status ${done.status}\n${readFileSync(log, 'utf8').slice(-3000)}`)
}

function write(root: string, files: Readonly<Record<string, string>>, mode = 0o644): void {
  for (const [path, content] of Object.entries(files)) {
    mkdirSync(dirname(join(root, path)), { recursive: true })
    rmSync(join(root, path), { force: true })
    writeFileSync(join(root, path), content, { mode })
  }
}

function keyOf(groups: readonly PackageGroup[]): string {
  const names = groups.map(group => group.names)
  return createHash('sha256')
    .update(JSON.stringify([1, suite, names, answers, afterwards]))
    .digest('hex')
    .slice(0, 16)
}
