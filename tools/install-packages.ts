import { spawnSync } from 'node:child_process'
import { readFileSync } from 'node:fs'
import { join } from 'node:path'

// Run by `tools/bootstrap.mjs` before what needs Debian packages: installs those of packages.txt that are missing and that this release has.

const file = join(import.meta.dirname, 'packages.txt')
// The words of apt and dpkg are translated.
const env = { ...process.env, LC_ALL: 'C', DEBIAN_FRONTEND: 'noninteractive' }

if (import.meta.main) install(packagesIn(readFileSync(file, 'utf8')))

function install(wanted: readonly string[]): void {
  const states = spawnSync('dpkg-query', ['-W', '-f', '\u0024{Package} \u0024{db:Status-Status}\n', ...wanted], {
    encoding: 'utf8',
    env,
  })
  if (states.error !== undefined) return
  const installed = installedIn(states.stdout)
  const missing = wanted.filter(one => !installed.has(one))
  if (missing.length === 0) return
  if (process.getuid?.() !== 0) {
    console.error(`Not installed, so some tests skip: ${missing.join(' ')} (run as root to have them installed)`)
    return
  }
  spawnSync('apt-get', ['update', '-qq'], { stdio: 'inherit', env })
  const policy = spawnSync('apt-cache', ['policy', ...missing], { encoding: 'utf8', env, maxBuffer: 16 * 1024 * 1024 })
  const there = availableIn(policy.stdout ?? '')
  const here = missing.filter(one => there.has(one))
  const absent = missing.filter(one => !there.has(one))
  if (absent.length > 0) console.error(`This release does not have, so some tests skip: ${absent.join(' ')}`)
  if (here.length === 0) return
  console.error(`Installing Debian packages: ${here.join(' ')} …`)
  const { status } = spawnSync('apt-get', ['install', '-y', '-qq', '--no-install-recommends', ...here], {
    stdio: ['ignore', 'ignore', 'inherit'],
    env,
  })
  if (status !== 0) console.error('apt-get could not install them: see above. Some tests skip or fail.')
}

/** One a line; a comment begins with `#`. */
export function packagesIn(text: string): string[] {
  return text
    .split('\n')
    .map(line => line.replace(/#.*/, '').trim())
    .filter(line => line !== '')
}

/** Of lines `NAME STATUS`. */
export function installedIn(states: string): ReadonlySet<string> {
  const lines = states.split('\n').filter(line => line.endsWith(' installed'))
  return new Set(lines.map(line => line.slice(0, line.indexOf(' '))))
}

/** What `apt-cache policy` has a candidate for. Of a name that it never heard it says nothing at all. */
export function availableIn(policy: string): ReadonlySet<string> {
  const found = policy.matchAll(/^(\S+):\n(?:[ \t].*\n)*?[ \t]+Candidate: (?!\(none\))\S+/gm)
  return new Set([...found].map(([, name = '']) => name))
}
