import { spawnSync } from 'node:child_process'
import { createHash } from 'node:crypto'
import {
  existsSync,
  globSync,
  mkdirSync,
  mkdtempSync,
  readFileSync,
  realpathSync,
  renameSync,
  rmSync,
  statSync,
  writeFileSync,
} from 'node:fs'
import { basename, dirname, join } from 'node:path'
import { type Architecture, type Origin, runtimePackage } from '../origin.ts'
import { architectureNames } from './about.ts'

/** The runtime or the libraries of another processor cannot be had here. */
export class CannotFetch extends Error {
  override readonly name = 'CannotFetch'
}

/** Debian packages that hold what the runtime needs; those that they need come along. */
const wanted = ['libc6', 'libstdc++6', 'libgcc-s1', 'libatomic1', 'libnftables1']
/** Later there may be mended ones. */
const freshMs = 24 * 60 * 60 * 1000

/**
 * For another processor than this machine's: its runtime from npm, held against package-lock.json, and its libraries from the Debian
 * repositories that apt knows here, whose signatures apt checks. Nothing of it is installed; it lies in `.cache/packaging`, libraries for a
 * day. Throws `CannotFetch`.
 */
export function foreignOrigin(root: string, architecture: Architecture): Origin {
  const place = join(root, '.cache', 'packaging', architecture)
  mkdirSync(place, { recursive: true })
  return {
    architecture,
    runtime: fetchedRuntime(root, place, architecture),
    system: realpathSync(fetchedSystem(place, architectureNames(architecture).deb)),
  }
}

interface Locked {
  readonly version: string
  readonly integrity?: string
}

function fetchedRuntime(root: string, place: string, architecture: Architecture): string {
  const name = runtimePackage(architecture)
  const { packages } = JSON.parse(readFileSync(join(root, 'package-lock.json'), 'utf8')) as {
    packages: Readonly<Record<string, Locked>>
  }
  const { version = '', integrity = '' } = packages[`node_modules/${name}`] ?? {}
  const folder = join(place, `${name}-${version}`)
  if (existsSync(folder)) return folder
  return inOneStep(folder, temporary => {
    run('npm', ['pack', `${name}@${version}`, '--pack-destination', temporary, '--loglevel=error'], root)
    const [archive] = globSync(join(temporary, '*.tgz'))
    if (archive === undefined) throw new CannotFetch(`npm pack ${name} made no file`)
    const digest = createHash('sha512').update(readFileSync(archive)).digest('base64')
    if (integrity !== `sha512-${digest}`)
      throw new CannotFetch(`${name} ${version} is not what package-lock.json says it is`)
    run('tar', ['-xzf', archive, '-C', temporary, '--strip-components=1', '--no-same-owner'])
    rmSync(archive)
  })
}

/** A tree of unpacked packages with a list of what is whose, as dpkg keeps it for an installed system. */
function fetchedSystem(place: string, architecture: string): string {
  const folder = join(place, 'system')
  const made = statSync(folder, { throwIfNoEntry: false })?.mtimeMs
  if (made !== undefined && Date.now() - made < freshMs) return folder
  return inOneStep(folder, temporary => {
    const state = join(temporary, '.apt')
    fetchPackages(state, architecture)
    const info = join(temporary, 'var/lib/dpkg/info')
    mkdirSync(info, { recursive: true })
    const about: string[] = []
    for (const deb of globSync(join(state, 'cache/archives/*.deb')).sort()) {
      const name = basename(deb).replace(/_.*/, '')
      run('dpkg-deb', ['--extract', deb, temporary])
      writeFileSync(join(info, `${name}.list`), pathsIn(run('dpkg-deb', ['--contents', deb])))
      about.push(run('dpkg-deb', ['--field', deb]))
    }
    writeFileSync(join(dirname(info), 'status'), about.join('\n'))
    rmSync(state, { recursive: true })
  })
}

/** With settings of its own, so that this machine's list of processors and packages stays as it is. */
function fetchPackages(state: string, architecture: string): void {
  for (const folder of ['lists/partial', 'cache/archives/partial']) mkdirSync(join(state, folder), { recursive: true })
  writeFileSync(join(state, 'status'), '')
  const settings = [
    `Dir::State=${state}`,
    `Dir::State::lists=${join(state, 'lists')}`,
    `Dir::State::status=${join(state, 'status')}`,
    `Dir::Cache=${join(state, 'cache')}`,
    `APT::Architecture=${architecture}`,
    `APT::Architectures::=${architecture}`,
    'APT::Sandbox::User=root',
    'APT::Get::AllowUnauthenticated=false',
    'Acquire::AllowInsecureRepositories=false',
  ].flatMap(one => ['-o', one])
  run('apt-get', [...settings, 'update', '-qq'])
  run('apt-get', [...settings, 'install', '-qq', '-y', '--download-only', '--no-install-recommends', ...wanted])
}

/** Of lines as `tar --list --verbose` writes them, what stands in a list of dpkg. */
function pathsIn(listed: string): string {
  const paths = listed
    .split('\n')
    .map(line => /^\S+ \S+ +\d+ \S+ \S+ \.(\/.*?)(?: -> .*)?$/.exec(line)?.[1])
    .filter(path => path !== undefined)
  return `${paths.map(path => path.replace(/(.)\/$/, '$1')).join('\n')}\n`
}

/** A folder that has its name only once it is whole. */
function inOneStep(folder: string, fill: (temporary: string) => void): string {
  const temporary = mkdtempSync(`${folder}-`)
  try {
    fill(temporary)
    rmSync(folder, { recursive: true, force: true })
    renameSync(temporary, folder)
  } finally {
    rmSync(temporary, { recursive: true, force: true })
  }
  return folder
}

function run(program: string, words: readonly string[], cwd?: string): string {
  const env = { ...process.env, LC_ALL: 'C', DEBIAN_FRONTEND: 'noninteractive' }
  const done = spawnSync(program, words, {
    encoding: 'utf8',
    env,
    maxBuffer: 1 << 26,
    ...(cwd === undefined ? {} : { cwd }),
  })
  if (done.error !== undefined) throw new CannotFetch(`${program}: ${done.error.message}`)
  if (done.status !== 0) throw new CannotFetch(`${program} ${words.at(-1)}: ${(done.stderr || done.stdout).trim()}`)
  return done.stdout
}
