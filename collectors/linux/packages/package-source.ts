import type { HashAlgorithm } from '../../../target/index.ts'

/** What one package manager's database says of one path. */
export interface ListedFile {
  readonly package: string
  /** Absent where the package recorded no content: links, directories, and what its maker left out. */
  readonly digest?: { readonly algorithm: HashAlgorithm; readonly hex: string } | undefined
  /** A configuration file that its package expects people to change. */
  readonly conffile: boolean
}

export interface InstalledPackage {
  readonly name: string
  readonly version: string
  readonly architecture: string
  readonly manager: 'dpkg' | 'rpm' | 'apk'
}

/** One package manager's database on a target, read by us and not by its program. */
export interface PackageSource {
  readonly manager: InstalledPackage['manager']
  packages(): readonly InstalledPackage[]
  /** Paths exactly as the database writes them; no link is followed. */
  find(path: string): ListedFile | undefined
  filesOf(name: string): readonly string[]
  /** About when the package came, as milliseconds since 1970: the ctime of its list, or of the database. */
  installedMs(name: string): number | undefined
}
