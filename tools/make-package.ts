import { spawnSync } from 'node:child_process'
import {
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
import { join } from 'node:path'
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
  readonly dependencies: Readonly<Record<string, string>>
}

/** Makes `dist/davylamp-VERSION-linux-ARCH.tar.gz` and returns its path. The same sources on the same machine give the same bytes. */
export function makePackage(root: string, into: string): string {
  const about = JSON.parse(readFileSync(join(root, 'package.json'), 'utf8')) as About
  const name = `${about.name}-${about.version}-linux-${process.arch}`
  const files = [
    launcher(),
    ...runtimeFiles(join(root, 'node_modules', runtimePackage, 'bin', 'node')),
    ...programFiles(root, mainFile.replace(/\.js$/, '.ts')),
    ...libraryFiles(root, Object.keys(about.dependencies)),
    ...dataFiles(root),
    { path: 'package.json', content: Buffer.from(`${JSON.stringify(packaged(about), undefined, 2)}\n`) },
    { path: 'THIRD-PARTY.txt', content: Buffer.from(notices(root, about)) },
  ]
  mkdirSync(into, { recursive: true })
  const path = join(into, `${name}.tar.gz`)
  writeFileSync(`${path}.part`, archiveOf(files.map(file => ({ ...file, path: `${name}/${file.path}` }))))
  renameSync(`${path}.part`, path)
  return path
}

const runtimePackage = `node-linux-${process.arch === 'arm64' ? 'arm64' : 'x64'}`

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
function dataFiles(root: string): ArchiveFile[] {
  return globSync(['rules/**/*', 'docs/**/*', 'LICENSE', 'README.md', 'CHANGELOG.md'], {
    cwd: root,
    withFileTypes: true,
  })
    .filter(entry => entry.isFile() && !entry.name.endsWith('.ts'))
    .map(entry => join(entry.parentPath, entry.name))
    .map(file => ({ path: file.slice(root.length + 1), content: readFileSync(file) }))
}

function packaged({ name, version, license }: About) {
  return { name, version, license, type: 'module' }
}

function notices(root: string, about: About): string {
  const { loader, libraries } = librariesOf(join(root, 'node_modules', runtimePackage, 'bin', 'node'))
  return noticesOf(root, packagesOf(root, Object.keys(about.dependencies)), runtimePackage, [loader, ...libraries])
}
