import { existsSync, globSync, readFileSync } from 'node:fs'
import module from 'node:module'
import { dirname, join } from 'node:path'
import type { ArchiveFile } from './archive.ts'

export interface Program {
  readonly files: readonly ArchiveFile[]
  /** Names of the packages that they import. */
  readonly libraries: readonly string[]
}

/**
 * The program as plain JavaScript, in the folders it has here: what `entry` imports, and what that imports. Folders that are left
 * out take along whatever imports them at its start; what loads them only when called stays and must say what is missing.
 */
export function programFiles(root: string, entry: string, leftOut: readonly string[] = []): Program {
  const sources = readSources(root, entry)
  const absent = absentFiles(sources, leftOut)
  const reached = new Set<string>()
  const waiting = [entry]
  for (let path = waiting.pop(); path !== undefined; path = waiting.pop()) {
    if (reached.has(path) || absent.has(path)) continue
    reached.add(path)
    waiting.push(...(sources.get(path)?.imports.map(one => one.path) ?? []))
  }
  const kept = [...reached].map(path => sources.get(path)).filter(one => one !== undefined)
  return { files: kept.map(one => one.file), libraries: [...new Set(kept.flatMap(one => one.libraries))].sort() }
}

interface Source {
  readonly file: ArchiveFile
  readonly imports: readonly { readonly path: string; readonly whenCalled: boolean }[]
  readonly libraries: readonly string[]
}

function readSources(root: string, entry: string): Map<string, Source> {
  const sources = new Map<string, Source>()
  const waiting = [entry]
  for (let path = waiting.pop(); path !== undefined; path = waiting.pop()) {
    if (sources.has(path) || path === 'package.json') continue
    const source = sourceOf(path, readFileSync(join(root, path), 'utf8'))
    sources.set(path, source)
    waiting.push(...source.imports.map(one => one.path))
  }
  return sources
}

function sourceOf(path: string, text: string): Source {
  if (!path.endsWith('.ts')) return { file: { path, content: Buffer.from(text) }, imports: [], libraries: [] }
  // Types are replaced by blanks, so that lines and columns in a message stay those of the source.
  const plain = module.stripTypeScriptTypes(text)
  const unseen = bareThread.exec(plain)
  if (unseen !== null) throw new Error(`${path}: ${unseen[0]}… begins with ./, or the package lacks it`)
  const renamed = plain.replace(ownImport, (_, before: string, name: string) => before + name.replace(/\.ts$/, '.js'))
  return {
    file: { path: path.replace(/\.ts$/, '.js'), content: Buffer.from(renamed.replace(/[ \t]+$/gm, '')) },
    imports: [...plain.matchAll(ownImport)].map(([, before = '', name = '']) => ({
      path: join(dirname(path), name),
      whenCalled: before.includes('('),
    })),
    libraries: [...plain.matchAll(libraryImport)].map(([, name = '']) => name),
  }
}

function absentFiles(sources: ReadonlyMap<string, Source>, leftOut: readonly string[]): Set<string> {
  const absent = new Set([...sources.keys()].filter(path => leftOut.some(folder => path.startsWith(`${folder}/`))))
  for (let before = -1; before !== absent.size; ) {
    before = absent.size
    for (const [path, { imports }] of sources)
      if (imports.some(one => !one.whenCalled && absent.has(one.path))) absent.add(path)
  }
  return absent
}

/** `from '../a.ts'`, `import './a.ts'`, `import('./a.ts')`, and what a thread starts with: `new URL('./a.ts', …)`. */
const ownImport = /(\b(?:from|import|new URL)\s*\(?\s*['"])(\.{1,2}\/[^'"\n]+\.(?:ts|json))(?=['"])/g

/** `new URL('a.ts', …)` works in a checkout, and is not seen as an import. */
const bareThread = /\bnew URL\s*\(\s*['"](?!\.{1,2}\/)[^'"\n]+\.ts(?=['"])/

/** `from '@a/b/c'`, `require('@a/b')`: the package's name. Modules of node have `node:`. */
const libraryImport =
  /(?:^(?:import|export|\})[^'"\n]*\bfrom\s*|^import\s*|\b(?:import|require|require\.resolve)\(\s*)['"](?!node:|\.)((?:@[\w.-]+\/)?\w[\w.-]*)/gm

/** The libraries that the program is given at run time, and theirs, without what only builds and readers need. */
export function libraryFiles(root: string, names: readonly string[]): ArchiveFile[] {
  return packagesOf(root, names).flatMap(name => {
    const folder = `node_modules/${name}`
    const sources = runsItsSources(join(root, folder, 'package.json'))
    return (
      globSync('**/*', { cwd: join(root, folder), withFileTypes: true })
        .filter(entry => entry.isFile())
        .map(entry => `${folder}/${join(entry.parentPath, entry.name).slice(join(root, folder).length + 1)}`)
        .filter(path =>
          /\.(?:js|cjs|mjs|json|wasm|node|css|html|png)$|-wght-normal\.woff2$|\/licen[cs]e[^/]*$/i.test(path),
        )
        // Nobody starts a library's own command line here.
        .filter(path => !/\/bin\.m?js$/.test(path) && (sources || !path.includes(`${folder}/src/`)))
        .map(path => ({ path, content: readFileSync(join(root, path)) }))
    )
  })
}

/** Some are loaded from `src/`, at once or by the file that is; for others it is what `dist/` was made from. */
function runsItsSources(file: string): boolean {
  const { main, module: entry, exports } = JSON.parse(readFileSync(file, 'utf8')) as Record<string, unknown>
  const named = JSON.stringify([main, entry, exports])
  if (/"(?:\.\/)?src\//.test(named)) return true
  return [...named.matchAll(/"(?:\.\/)?(\w+\.[cm]?js)"/g)].some(([, name = '']) => {
    const path = join(dirname(file), name)
    return existsSync(path) && /['"]\.\/src\//.test(readFileSync(path, 'utf8'))
  })
}

/** All packages that these need, themselves included. */
export function packagesOf(root: string, names: readonly string[], known: Set<string> = new Set()): string[] {
  for (const name of names) {
    if (known.has(name)) continue
    known.add(name)
    const about = join(root, 'node_modules', name, 'package.json')
    if (!existsSync(about)) throw new Error(`${name} is not installed`)
    packagesOf(root, Object.keys(dependenciesIn(about)), known)
  }
  return [...known].sort()
}

function dependenciesIn(file: string): Record<string, string> {
  const { dependencies = {} } = JSON.parse(readFileSync(file, 'utf8')) as { dependencies?: Record<string, string> }
  return dependencies
}
