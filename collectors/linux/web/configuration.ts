import type { Target } from '../../../target/index.ts'
import { filesIn, glob, join } from '../directory.ts'

/** What the configuration of a server says about what it serves. */
export interface Served {
  readonly roots: Map<string, string[]>
  /** Accounts as whom it runs pages. */
  readonly users: Set<string>
  /** Files that were read for it: lines of them may set what PHP runs. */
  readonly read: Set<string>
  /** How much more of them may be read. */
  bytesLeft: number
}

export function nothingServed(): Served {
  return { roots: new Map(), users: new Set(), read: new Set(), bytesLeft: limits.allBytes }
}

const limits = { files: 1_000, depth: 16, bytes: 1 << 20, allBytes: 32 << 20, roots: 2_000, sources: 10 } as const

/** Notes a root with the place that names it. What a variable decides is the directory above it. */
export function addRoot(served: Served, value: string, base: string, source: string): void {
  const path = placeOf(value, base)
  if (path === undefined || (!served.roots.has(path) && served.roots.size >= limits.roots)) return
  const sources = served.roots.get(path) ?? []
  if (sources.length < limits.sources && !sources.includes(source)) sources.push(source)
  served.roots.set(path, sources)
}

/** An absolute path without `.`, `..` and what begins with a variable: `/srv/$host/public` is `/srv`. */
export function placeOf(value: string, base: string): string | undefined {
  if (value === '' || value.length > 4_096 || value.includes('\0')) return undefined
  const whole = value.startsWith('/') ? value : `${base}/${value}`
  const parts: string[] = []
  for (const part of whole.split('/')) {
    if (/[$%{]/.test(part)) break
    if (part === '..') parts.pop()
    else if (part !== '' && part !== '.') parts.push(part)
  }
  return `/${parts.join('/')}`
}

/** The text of one file of a configuration, each once and so many of them; undefined where it was read or is none. */
export function textOf(target: Target, path: string, served: Served, depth: number): string | undefined {
  const real = target.files.realPath(path)
  if (real === undefined || served.read.has(real) || target.files.stat(real)?.type !== 'file') return undefined
  if (served.read.size >= limits.files || served.bytesLeft <= 0 || depth > limits.depth) {
    target.addGap({
      what: 'web roots',
      why: `a configuration includes more than ${limits.files} files or 32 MB, or too deeply`,
    })
    return undefined
  }
  served.read.add(real)
  const text = target.files.text(real, limits.bytes)
  served.bytesLeft -= text?.length ?? 0
  return text
}

/** What an `include` names: files, a pattern, or all files of a directory. */
export function included(target: Target, pattern: string, base: string): string[] {
  const whole = pattern.startsWith('/') ? pattern : join(base, pattern)
  return glob(target, whole).flatMap(path =>
    target.files.stat(path)?.type === 'directory' ? filesIn(target, path) : [path],
  )
}

/** A directive with what follows it, up to its end or the block that it opens. */
export interface Directive {
  readonly words: readonly string[]
  /** 1-based, of the first word. */
  readonly line: number
}

/**
 * The directives of nginx (`;` ends one) and of Caddy (the end of a line does), those in blocks too. A word is at most 4,096
 * characters; whatever is not closed ends with the text.
 */
export function* directivesOf(text: string, end: ';' | '\n'): Generator<Directive> {
  let words: string[] = []
  let first = 1
  for (const { word, line, bare } of wordsOf(text, end)) {
    const closes = bare && (word === end || word === '{' || word === '}')
    if (!closes) {
      if (words.length === 0) first = line
      if (words.length < 64) words.push(word)
      continue
    }
    if (words.length > 0) yield { words, line: first }
    words = []
  }
  if (words.length > 0) yield { words, line: first }
}

function* wordsOf(text: string, end: ';' | '\n'): Generator<{ word: string; line: number; bare: boolean }> {
  // Braces of Caddy stand alone; in a word they are placeholders.
  const pattern =
    end === ';'
      ? /[ \t\r]+|\n|#[^\n]*|"([^"\\]*(?:\\[\s\S][^"\\]*)*)"?|'([^'\\]*(?:\\[\s\S][^'\\]*)*)'?|[{};]|(?:\$\{[^}\n]*\}|[^\s{};"'#]|(?<=[^\s{};])["'#])+/g
      : /[ \t\r]+|\n|#[^\n]*|"([^"\\]*(?:\\[\s\S][^"\\]*)*)"?|`([^`]*)`?|[{}](?=\s|$)|(?:[^\s"`]|(?<=\S)["`])+/g
  let line = 1
  for (const { 0: whole, 1: double, 2: single } of text.matchAll(pattern)) {
    const quoted = double ?? single
    const blank = quoted === undefined && /^[ \t\r#]/.test(whole)
    if (whole === '\n') {
      if (end === '\n') yield { word: '\n', line, bare: true }
    } else if (!blank)
      yield { word: (quoted ?? whole).slice(0, 4_096), line, bare: quoted === undefined && /^[{};]$/.test(whole) }
    for (let at = whole.indexOf('\n'); at >= 0; at = whole.indexOf('\n', at + 1)) line++
  }
}
