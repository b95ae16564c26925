import { existsSync, globSync, readFileSync } from 'node:fs'
import module from 'node:module'
import { dirname, join } from 'node:path'
import type { ArchiveFile } from './archive.ts'

/** The program as plain JavaScript, in the folders it has here: what `entry` imports, and what that imports. */
export function programFiles(root: string, entry: string): ArchiveFile[] {
  const files = new Map<string, ArchiveFile>()
  const waiting = [entry]
  for (let path = waiting.pop(); path !== undefined; path = waiting.pop()) {
    if (files.has(path)) continue
    const text = readFileSync(join(root, path), 'utf8')
    if (!path.endsWith('.ts')) {
      files.set(path, { path, content: Buffer.from(text) })
      continue
    }
    // Types are replaced by blanks, so that lines and columns in a message stay those of the source.
    const plain = module.stripTypeScriptTypes(text)
    const imports = [...plain.matchAll(ownImport)].map(match => join(dirname(path), match[2] ?? ''))
    waiting.push(...imports.filter(name => name !== 'package.json'))
    const renamed = plain.replace(ownImport, (_, before: string, name: string) => before + name.replace(/\.ts$/, '.js'))
    files.set(path, { path: path.replace(/\.ts$/, '.js'), content: Buffer.from(renamed.replace(/[ \t]+$/gm, '')) })
  }
  return [...files.values()]
}

/** `from '../a.ts'`, `import './a.ts'`, `import('./a.ts')`. */
const ownImport = /(\b(?:from|import)\s*\(?\s*['"])(\.{1,2}\/[^'"\n]+\.(?:ts|json))(?=['"])/g

/** The libraries that the program is given at run time, and theirs, without what only builds and readers need. */
export function libraryFiles(root: string, names: readonly string[]): ArchiveFile[] {
  return packagesOf(root, names).flatMap(name => {
    const folder = `node_modules/${name}`
    return globSync('**/*', { cwd: join(root, folder), withFileTypes: true })
      .filter(entry => entry.isFile())
      .map(entry => `${folder}/${join(entry.parentPath, entry.name).slice(join(root, folder).length + 1)}`)
      .filter(
        path => /\.(?:js|cjs|mjs|json|wasm|node)$|\/licen[cs]e[^/]*$/i.test(path) && !path.includes(`${folder}/src/`),
      )
      .map(path => ({ path, content: readFileSync(join(root, path)) }))
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
