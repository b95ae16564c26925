import { spawnSync } from 'node:child_process'
import { existsSync } from 'node:fs'
import { join } from 'node:path'

/** Where images, compiled programs and running ranges lie on the machine that runs the tests. */
export const cacheDirectory = process.env['DAVYLAMP_CACHE'] ?? '/var/cache/davylamp'

/** Programs that the range calls, with the Debian package that has each (tools/packages.txt lists the packages). */
const programs = {
  debootstrap: 'debootstrap',
  'systemd-nspawn': 'systemd-container',
  'mkfs.ext4': 'e2fsprogs',
  debugfs: 'e2fsprogs',
  chattr: 'e2fsprogs',
  setfacl: 'acl',
  nsenter: 'util-linux',
  setpriv: 'util-linux',
  gcc: 'gcc',
  'dpkg-deb': 'dpkg',
}

/** Why a range cannot be opened on this machine, or undefined when it can. */
export function rangeImpossible(): string | undefined {
  if (process.platform !== 'linux') return 'the range needs Linux'
  if (process.getuid?.() !== 0) return 'the range needs root: it mounts an image and boots systemd in namespaces'
  for (const [program, pack] of Object.entries(programs)) {
    if (!isInstalled(program)) return `the range needs ${program} (Debian package ${pack})`
  }
  if (!existsSync('/dev/loop-control')) return 'the range needs loop devices'
  return undefined
}

/** Runs a program of this machine to its end and gives what it printed; throws with its message when it fails. */
export function runHere(argv: readonly string[], options: { input?: string; timeoutMs?: number } = {}): string {
  const [program = '', ...rest] = argv
  const done = spawnSync(program, rest, {
    input: options.input ?? '',
    timeout: options.timeoutMs ?? 120_000,
    maxBuffer: 64 << 20,
  })
  if (done.status === 0) return done.stdout.toString()
  throw new Error(`${argv.join(' ')}: ${done.error?.message ?? ''} ${done.stderr?.toString() ?? ''}`.trim())
}

function isInstalled(program: string): boolean {
  const path = `${process.env['PATH'] ?? ''}:/usr/sbin:/sbin:/usr/bin:/bin`
  return path.split(':').some(folder => folder !== '' && existsSync(join(folder, program)))
}
