import { createHash } from 'node:crypto'
import { encodeBytes, type Target } from '../../../target/index.ts'
import type { Owner } from '../../collector.ts'
import { hashOf } from '../file-digest.ts'
import { openApk } from './apk.ts'
import { openDpkg } from './dpkg.ts'
import type { InstalledPackage, ListedFile, PackageSource } from './package-source.ts'
import { openRpm } from './rpm.ts'

/** What all package managers of a target together say about paths. */
export interface PackageDatabase {
  readonly managers: readonly InstalledPackage['manager'][]
  packages(): readonly InstalledPackage[]
  filesOf(name: string): readonly string[]
  /** True when a listed file's inode was changed well after its package came: cheap to ask, and worth a look at its content. */
  changedLater(path: string): boolean
  /** The package that lists a path (or where its link leads), without a look at the content. */
  packageOf(path: string): string | undefined
  /**
   * Ownership of the content that a path leads to. A file that a package lists and that is gone is `modified`; one that is
   * listed without a recorded digest is `owned` and has no `recordedDigest`.
   */
  owner(path: string): Owner
}

const opened = new WeakMap<Target, PackageDatabase>()

/** The package databases of a target, read once. Where none can be read all ownership is `unknown`, and that is one gap. */
export function openPackages(target: Target): PackageDatabase {
  const known = opened.get(target)
  if (known !== undefined) return known
  const database = readDatabases(target)
  opened.set(target, database)
  return database
}

function readDatabases(target: Target): PackageDatabase {
  const sources = [openDpkg(target), openRpm(target), openApk(target)].filter(source => source !== undefined)
  if (sources.length === 0) {
    target.addGap({ what: 'packages', why: 'no package database could be read, so nobody can say what belongs here' })
  }
  const spellings = spellingsOf(target)
  const { files } = target

  function listed(path: string): ListedFile | undefined {
    for (const spelling of spellings(path)) {
      const found = findIn(sources, spelling)
      if (found !== undefined) return found
    }
    return undefined
  }

  function listedAnywhere(path: string): ListedFile | undefined {
    const direct = listed(path)
    if (direct !== undefined) return direct
    const parent = files.realPath(parentOf(path))
    return parent === undefined || parent === parentOf(path) ? undefined : listed(joined(parent, nameOf(path)))
  }

  function owner(path: string): Owner {
    if (sources.length === 0) return { ownership: 'unknown' }
    const found = listedAnywhere(path)
    const isLink = files.lstat(path)?.type === 'symlink'
    const real = isLink ? files.realPath(path) : undefined
    // A link is what it leads to; but where the package put a file, the content behind the link is held against that.
    if (real !== undefined && (found?.digest === undefined || recordsLink(path, found.digest))) {
      return ownerOf(real, listed(real))
    }
    return ownerOf(path, found)
  }

  /** apk records of a link the digest of its text. */
  function recordsLink(path: string, { algorithm, hex }: NonNullable<ListedFile['digest']>): boolean {
    const text = files.readLink(path)
    return text !== undefined && createHash(algorithm).update(encodeBytes(text)).digest('hex') === hex
  }

  function ownerOf(path: string, found: ListedFile | undefined): Owner {
    if (found === undefined) return { ownership: 'unowned' }
    if (found.digest === undefined)
      return { ownership: files.lstat(path) ? 'owned' : 'modified', package: found.package }
    const { algorithm, hex } = found.digest
    const agrees = hashOf(target, path, algorithm) === hex
    const recordedDigest = `${algorithm}:${hex}`
    const ownership = agrees ? 'owned' : found.conffile ? 'conffile' : 'modified'
    return { ownership, package: found.package, recordedDigest }
  }

  const installed = new Map<string, number | undefined>()

  function installedMs(name: string): number | undefined {
    if (!installed.has(name)) {
      installed.set(
        name,
        sources.map(source => source.installedMs(name)).find(time => time !== undefined),
      )
    }
    return installed.get(name)
  }

  return {
    changedLater(path) {
      const name = listedAnywhere(path)?.package
      const at = name === undefined ? undefined : installedMs(name)
      const stat = at === undefined ? undefined : files.lstat(path)
      return at !== undefined && stat?.type === 'file' && stat.changedMs > at + hourMs
    },
    managers: sources.map(source => source.manager),
    packages: () => sources.flatMap(source => source.packages()),
    filesOf: name => sources.flatMap(source => source.filesOf(name)),
    packageOf(path) {
      const direct = listedAnywhere(path)
      if (direct !== undefined) return direct.package
      const real = files.realPath(path)
      return real === undefined || real === path ? undefined : listed(real)?.package
    },
    owner,
  }
}

const hourMs = 3_600_000

/** Directories that are one and the same on hosts with a merged /usr (or /sbin, or /run), and apart on others. */
const mergedDirectories = [
  '/bin',
  '/sbin',
  '/usr/bin',
  '/usr/sbin',
  '/lib',
  '/usr/lib',
  '/lib32',
  '/usr/lib32',
  '/lib64',
  '/usr/lib64',
  '/libx32',
  '/usr/libx32',
  '/run',
  '/var/run',
  '/run/lock',
  '/var/lock',
]

/** Every way in which a database may have written this path: packages from before the merge still say /bin. */
function spellingsOf(target: Target): (path: string) => string[] {
  const groups = new Map<string, string[]>()
  for (const directory of mergedDirectories) {
    const real = target.files.realPath(directory)
    if (real !== undefined) groups.set(real, [...(groups.get(real) ?? []), directory])
  }
  const twins = new Map<string, string[]>()
  for (const group of groups.values()) for (const one of group) twins.set(one, group.length > 1 ? group : [])
  return path => {
    const spellings = [path]
    for (let slash = path.length; slash > 0; slash = path.lastIndexOf('/', slash - 1)) {
      for (const twin of twins.get(path.slice(0, slash)) ?? []) {
        const spelling = twin + path.slice(slash)
        if (spelling !== path) spellings.push(spelling)
      }
    }
    return spellings
  }
}

function findIn(sources: readonly PackageSource[], path: string): ListedFile | undefined {
  for (const source of sources) {
    const found = source.find(path)
    if (found !== undefined) return found
  }
  return undefined
}

function parentOf(path: string): string {
  return path.slice(0, Math.max(1, path.lastIndexOf('/')))
}

function nameOf(path: string): string {
  return path.slice(path.lastIndexOf('/') + 1)
}

function joined(directory: string, name: string): string {
  return directory === '/' ? `/${name}` : `${directory}/${name}`
}
