import type { Target } from '../../target/index.ts'
import { openPackages } from './packages/package-database.ts'

/** A path that is worth a fact, and why. */
export interface Place {
  readonly path: string
  readonly seenAs: 'drop-place' | 'system-directory' | 'hidden-directory' | 'hidden-home'
}

/** A clean-up takes a hidden directory as a whole, so all of it has to be seen. */
const hiddenDepth = 8
const mostEntries = 20_000
const mostPerDirectory = 4_000
const mostTogether = 200
const mostSuspectBytes = 48 * 1024 * 1024

/** Directories that anybody can write to, or that a reboot empties, with how deep to look. */
const dropPlaces: readonly (readonly [string, number])[] = [
  ['/tmp', 5],
  ['/var/tmp', 5],
  ['/dev/shm', 5],
  ['/run/user', 4],
  ['/run/shm', 4],
  ['/var/lock', 2],
  ['/lost+found', 2],
]

/** Where a directory with a dot, or of dots and spaces only, hides among what belongs there. */
const hidingPlaces = [
  '/',
  '/bin',
  '/boot',
  '/dev',
  '/etc',
  '/lib',
  '/lib/systemd',
  '/lib/udev',
  '/mnt',
  '/opt',
  '/run',
  '/sbin',
  '/srv',
  '/usr',
  '/usr/bin',
  '/usr/games',
  '/usr/include',
  '/usr/lib',
  '/usr/local',
  '/usr/local/bin',
  '/usr/local/lib',
  '/usr/local/share',
  '/usr/sbin',
  '/usr/share',
  '/usr/src',
  '/var',
  '/var/cache',
  '/var/lib',
  '/var/log',
  '/var/spool',
  '/var/www',
  '/var/www/html',
]

/** Directories whose programs and libraries packages install, with how deep to look for one that none did or that changed since. */
const programPlaces: readonly (readonly [string, number])[] = [
  ['/', 1],
  ['/bin', 1],
  ['/boot', 2],
  ['/etc', 2],
  ['/lib', 1],
  ['/lib/systemd', 1],
  ['/lib/udev', 2],
  ['/lib64', 1],
  ['/mnt', 1],
  ['/opt', 2],
  ['/run', 2],
  ['/sbin', 1],
  ['/srv', 1],
  ['/usr', 1],
  ['/usr/bin', 2],
  ['/usr/games', 1],
  ['/usr/lib', 1],
  ['/usr/lib64', 1],
  ['/usr/lib/x86_64-linux-gnu', 1],
  ['/usr/lib/aarch64-linux-gnu', 1],
  ['/usr/lib/x86_64-linux-gnu/security', 1],
  ['/usr/lib/aarch64-linux-gnu/security', 1],
  ['/usr/lib64/security', 1],
  ['/lib/security', 1],
  ['/usr/local/bin', 1],
  ['/usr/local/lib', 1],
  ['/usr/local/sbin', 1],
  ['/usr/sbin', 2],
  ['/usr/share', 1],
  ['/var', 1],
  ['/var/lib', 1],
  ['/var/spool', 4],
]

/** The directory directly below a drop place in which something lies that is started. */
function dropDirectory(path: string): string | undefined {
  return /^(\/(?:tmp|var\/tmp|dev\/shm)\/[^./][^/]*)\/./.exec(path)?.[1]
}

const minutes = 10 * 60 * 1000

/** Whether everything in a directory was made in the same minutes, as a dropper does it and no person who works there. */
function cameTogether(target: Target, root: string): boolean {
  const births: number[] = []
  const gather = (path: string, depth: number): boolean => {
    const stat = target.files.lstat(path)
    if (stat === undefined || births.length > mostTogether) return false
    births.push(stat.createdMs ?? stat.changedMs)
    if (stat.type !== 'directory') return true
    return depth > 0 && (target.files.list(path) ?? []).every(name => gather(`${path}/${name}`, depth - 1))
  }
  return gather(root, 4) && Math.max(...births) - Math.min(...births) <= minutes
}

/** Sockets' directories of X, made by systemd-tmpfiles. */
const usualHidden = new Set(['.X11-unix', '.ICE-unix', '.XIM-unix', '.font-unix', '.Test-unix', '.lock', '.docker'])
/** Tools of people keep thousands of programs here; only what something points at is looked at. */
const toolHomes = new Set([
  '.bun',
  '.cache',
  '.cargo',
  '.deno',
  '.docker',
  '.dotnet',
  '.git',
  '.gem',
  '.gradle',
  '.kube',
  '.m2',
  '.mozilla',
  '.npm',
  '.nuget',
  '.nvm',
  '.oh-my-zsh',
  '.pyenv',
  '.rbenv',
  '.rustup',
  '.sdkman',
  '.ssh',
  '.vim',
  '.vscode-server',
])

/** Walks the usual places of a target, the same way each time; what it may not look at for its number becomes a gap. */
export function* usualPlaces(
  target: Target,
  homes: readonly string[],
  pointed: readonly string[] = [],
): Generator<Place> {
  const walk = walkerOf(target)
  // What is started from a hidden directory of a home may have brought everything else in it.
  for (const root of new Set(pointed.map(hiddenRoot).filter(one => one !== undefined))) {
    yield { path: root, seenAs: 'hidden-directory' }
    yield* walk.below(root, hiddenDepth, 'hidden-directory', () => true)
  }
  for (const root of new Set(pointed.map(dropDirectory).filter(one => one !== undefined))) {
    if (!cameTogether(target, root)) continue
    yield { path: root, seenAs: 'hidden-directory' }
    yield* walk.below(root, hiddenDepth, 'hidden-directory', () => true)
  }
  for (const [directory, depth] of dropPlaces) yield* walk.below(directory, depth, 'drop-place', () => true)
  for (const directory of [...hidingPlaces, ...homes]) yield* walk.hiddenIn(directory, homes.includes(directory))
  for (const [directory, depth] of programPlaces) {
    yield* walk.below(directory, depth, 'system-directory', path => !walk.owned(path) || walk.changedLater(path))
  }
  for (const home of homes) yield* walk.below(home, 1, 'system-directory', () => true)
  if (walk.left() <= 0)
    target.addGap({
      what: 'files',
      why: `more than ${mostEntries} entries in the usual places; the rest was not looked at`,
    })
}

/** The first directory on the way to a path that hides and belongs to no known tool. */
function hiddenRoot(path: string): string | undefined {
  const parts = path.split('/')
  const at = parts.findIndex((part, index) => index < parts.length - 1 && part.startsWith('.') && part.length > 1)
  const name = parts[at]
  if (name === undefined || toolHomes.has(name) || usualHidden.has(name) || name === '.config' || name === '.local')
    return undefined
  return parts.slice(0, at + 1).join('/')
}

/** A name that means to be overlooked: hidden, only dots and spaces, a space at its end, or brackets as of a kernel thread. */
export function isOddName(name: string): boolean {
  return /^\.+\s*$|^\s+$|^\s|\s$|^\[.*\]$|^-/.test(name) || /[\u0000-\u001f\u007f]/.test(name)
}

function walkerOf(target: Target) {
  const { files } = target
  const packages = openPackages(target)
  const seen = new Set<string>()
  let entries = mostEntries
  let suspectBytes = mostSuspectBytes
  const owned = (path: string) => packages.packageOf(path) !== undefined

  /** Bounded, because whoever copied a host file by file changed every inode after the packages' lists. */
  const changedLater = (path: string) => {
    if (!packages.changedLater(path)) return false
    suspectBytes -= files.lstat(path)?.size ?? 0
    return suspectBytes > 0
  }

  function* below(
    directory: string,
    depth: number,
    seenAs: Place['seenAs'],
    wanted: (path: string) => boolean,
  ): Generator<Place> {
    const real = files.realPath(directory)
    if (real === undefined || seen.has(`${real}:${seenAs}`)) return
    seen.add(`${real}:${seenAs}`)
    for (const name of (files.list(real) ?? []).slice(0, mostPerDirectory)) {
      if (entries-- <= 0) return
      const path = real === '/' ? `/${name}` : `${real}/${name}`
      if (!wanted(path)) continue
      const type = files.lstat(path)?.type
      if (type === undefined) continue
      if (seenAs === 'hidden-directory') yield { path, seenAs }
      else if (type === 'file' || (type === 'symlink' && seenAs === 'drop-place')) yield { path, seenAs }
      if (type !== 'directory') continue
      const hidden = (name.startsWith('.') && !usualHidden.has(name)) || isOddName(name)
      if (hidden && seenAs === 'drop-place') {
        yield { path, seenAs: 'hidden-directory' }
        yield* below(path, hiddenDepth, 'hidden-directory', wanted)
      } else if (depth > 1) yield* below(path, depth - 1, seenAs, wanted)
    }
  }

  function* hiddenIn(directory: string, home: boolean): Generator<Place> {
    const real = files.realPath(directory)
    if (real === undefined) return
    for (const name of (files.list(real) ?? []).slice(0, mostPerDirectory)) {
      if (!name.startsWith('.') && !isOddName(name)) continue
      if (home && toolHomes.has(name)) continue
      const path = real === '/' ? `/${name}` : `${real}/${name}`
      if (seen.has(`${path}:drop-place`) || usualHidden.has(name) || owned(path)) continue
      if (files.lstat(path)?.type !== 'directory') continue
      if (!home || /^\.*\s|^\.+$/.test(name)) yield { path, seenAs: 'hidden-directory' }
      yield* below(
        path,
        hiddenDepth,
        home && !/^\.*\s|^\.+$/.test(name) ? 'hidden-home' : 'hidden-directory',
        () => true,
      )
    }
  }

  return { below, hiddenIn, owned, changedLater, left: () => entries }
}
