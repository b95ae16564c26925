import { readdirSync, readFileSync, statSync } from 'node:fs'
import { basename, join, relative } from 'node:path'
import type { Problem } from '../sigma/rule.ts'
import { ownNamespace } from './content-rule.ts'
import type { ContentSource } from './usable-rules.ts'

const largestFile = 32 * 1024 * 1024
const mostFiles = 20_000

/** The program's own rules: all of one namespace. */
export function ownContentFiles(folder: string): ContentFiles {
  return contentFiles(folder, () => ownNamespace)
}

/** Rules of others: each file is a namespace of its own, because collections repeat names. A file may be named too. */
export function foreignContentFiles(path: string): ContentFiles {
  return contentFiles(path, file => {
    const inside = relative(path, file)
    return inside === '' ? basename(file) : join(basename(path), inside)
  })
}

export interface ContentFiles {
  readonly sources: readonly ContentSource[]
  readonly problems: readonly Problem[]
}

function contentFiles(path: string, namespaceOf: (file: string) => string): ContentFiles {
  const sources: ContentSource[] = []
  const problems: Problem[] = []
  for (const file of filesBelow(path, problems)) {
    try {
      if (statSync(file).size > largestFile) throw new Error(`it is larger than ${largestFile} bytes`)
      sources.push({ file, namespace: namespaceOf(file), text: textOf(readFileSync(file)) })
    } catch (error) {
      problems.push({ file, message: `it cannot be read: ${error instanceof Error ? error.message : String(error)}` })
    }
  }
  return { sources, problems }
}

function filesBelow(path: string, problems: Problem[]): string[] {
  const found = statSync(path, { throwIfNoEntry: false })
  if (found?.isFile() === true) return isContentFile(path) ? [path] : []
  if (found?.isDirectory() !== true) return []
  const names = readdirSync(path, { recursive: true, encoding: 'utf8' }).filter(isContentFile).sort()
  if (names.length > mostFiles) problems.push({ file: path, message: `only the first ${mostFiles} files are read` })
  return names.slice(0, mostFiles).map(name => join(path, name))
}

export function isContentFile(name: string): boolean {
  return /\.yara?$/i.test(name)
}

/** Collections hold files of older encodings: in them each byte is a character. */
function textOf(bytes: Buffer): string {
  try {
    return new TextDecoder('utf-8', { fatal: true }).decode(bytes)
  } catch {
    return bytes.toString('latin1')
  }
}
