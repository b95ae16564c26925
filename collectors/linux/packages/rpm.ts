import { decodeBytes, encodeBytes, type HashAlgorithm, type Target } from '../../../target/index.ts'
import { linesOf } from './lines.ts'
import type { InstalledPackage, PackageSource } from './package-source.ts'
import { PathIndex } from './path-index.ts'
import { RpmHeader } from './rpm-header.ts'
import { ndbPlaces } from './rpm-ndb.ts'
import { openSqliteTable } from './sqlite-table.ts'

const roots = ['/var/lib/rpm', '/usr/lib/sysimage/rpm']
const mostPackages = 50_000
/** RPMFILE_CONFIG and RPMFILE_GHOST of rpmfiles.h. */
const configFlag = 1
const ghostFlag = 64

/** rpm(8): `rpmdb.sqlite` (Fedora, RHEL 9) or `Packages.db` (SUSE). Undefined where there is none; Berkeley DB is a gap. */
export function openRpm(target: Target): PackageSource | undefined {
  for (const root of roots) {
    const store = openStore(target, root)
    if (store !== undefined) return sourceOf(store, target.files.stat(`${root}/rpmdb.sqlite`)?.changedMs)
    const berkeley = `${root}/Packages`
    if ((target.files.stat(berkeley)?.size ?? 0) === 0) continue
    target.addGap({
      what: 'packages',
      why: 'the rpm database is a Berkeley DB, which is not read; what it owns is not known',
      path: berkeley,
    })
  }
  return undefined
}

/** One function per package that reads its header. */
type Store = readonly (() => Buffer | undefined)[]

function openStore(target: Target, root: string): Store | undefined {
  const table = openSqliteTable(target, `${root}/rpmdb.sqlite`, 'Packages')
  if (table !== undefined) return [...table.rows()].slice(0, mostPackages).map(place => () => table.lastColumn(place))
  const ndb = `${root}/Packages.db`
  const places = target.files.stat(ndb)?.type === 'file' ? ndbPlaces(target, ndb) : undefined
  return places?.slice(0, mostPackages).map(
    ({ offset, length }) =>
      () =>
        target.files.slice(ndb, offset, length),
  )
}

function sourceOf(store: Store, changedMs: number | undefined): PackageSource | undefined {
  const packages: InstalledPackage[] = []
  const readers: Store[number][] = []
  const lists: Buffer[] = []
  for (const reader of store) {
    const header = headerOf(reader)
    // The keys that rpm trusts are stored as packages without files.
    if (header === undefined || header.name === '' || header.name === 'gpg-pubkey') continue
    packages.push({ name: header.name, version: header.version, architecture: header.architecture, manager: 'rpm' })
    readers.push(reader)
    lists.push(Buffer.concat(header.paths().flatMap(path => [path, lineEnd])))
  }
  if (packages.length === 0) return undefined
  const index = new PathIndex(lists)
  const filesOf = recentFiles(readers)

  return {
    manager: 'rpm',
    packages: () => packages,
    filesOf: name =>
      packages.flatMap((one, number) => (one.name === name ? [...linesOf(index.list(number))].map(decodeBytes) : [])),
    installedMs: name => (packages.some(one => one.name === name) ? changedMs : undefined),
    find(path) {
      const number = index.find(encodeBytes(path))
      const owner = number === undefined ? undefined : packages[number]
      if (number === undefined || owner === undefined) return undefined
      const file = filesOf(number)?.get(path)
      const ghost = file !== undefined && (file.flags & ghostFlag) !== 0
      const digest =
        file?.algorithm === undefined || ghost || !/^[0-9a-f]{32,128}$/.test(file.hex)
          ? undefined
          : { algorithm: file.algorithm, hex: file.hex }
      return { package: owner.name, digest, conffile: file !== undefined && (file.flags & configFlag) !== 0 }
    },
  }
}

interface RpmFile {
  readonly hex: string
  readonly algorithm: HashAlgorithm | undefined
  readonly flags: number
}

/** Digests and flags by path of the packages asked for last: those of all packages at once would be the biggest thing in memory. */
function recentFiles(readers: Store): (number: number) => ReadonlyMap<string, RpmFile> | undefined {
  const recent = new Map<number, ReadonlyMap<string, RpmFile>>()
  return number => {
    const known = recent.get(number)
    if (known !== undefined) return known
    const reader = readers[number]
    const header = reader === undefined ? undefined : headerOf(reader)
    if (header === undefined) return undefined
    const algorithm = algorithms.get(header.digestAlgorithm)
    const [digests, flags] = [header.digests(), header.flags()]
    const files = new Map<string, RpmFile>()
    for (const [at, path] of header.paths().entries()) {
      const hex = digests[at]?.toString('latin1') ?? ''
      files.set(decodeBytes(path), { hex, algorithm, flags: flags[at] ?? 0 })
    }
    if (recent.size >= 16) recent.delete(recent.keys().next().value ?? 0)
    recent.set(number, files)
    return files
  }
}

const algorithms: ReadonlyMap<number, HashAlgorithm> = new Map([
  [1, 'md5'],
  [2, 'sha1'],
  [8, 'sha256'],
  [9, 'sha384'],
  [10, 'sha512'],
])

function headerOf(reader: Store[number]): RpmHeader | undefined {
  const bytes = reader()
  return bytes === undefined ? undefined : RpmHeader.parse(bytes)
}

const lineEnd = Buffer.from('\n')
