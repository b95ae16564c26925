import { lstatSync, readFileSync } from 'node:fs'
import type { Item } from '../../hosts/index.ts'
import { displayBytes, encodeBytes } from '../../target/index.ts'
import { runHere } from './machine.ts'
import { isInMemory } from './plant.ts'
import type { Range } from './range.ts'
import type { Entry } from './snapshot.ts'

/** The part of a fact in `scan --json` that the expectations look at. */
export interface SeenFact {
  readonly kind: string
  readonly path?: string
  readonly line?: number
  readonly text?: string
  readonly name?: string
  readonly command?: string
  readonly script?: string
  readonly links?: readonly string[]
  readonly targets?: readonly string[]
  /** Of a page of the host: what was put into it. */
  readonly injected?: readonly { readonly text: string }[]
  /** Of a replaced command: where its original went. */
  readonly originals?: readonly { readonly path: string }[]
}

/** As much of a host as it takes to see what is on it: a range, or a tree on which nothing runs. */
export type SeenHost = Pick<Range, 'root' | 'inside' | 'processes'>

/** What was planted, in words that fit into a message. */
export function nameOf(item: Item): string {
  if (item.kind === 'account' || item.kind === 'unit') return `${item.kind} ${item.name}`
  if (item.kind === 'line') return `line of ${item.path}: ${item.text}`
  if (item.kind === 'process') return `process ${item.path} ${item.argv.join(' ')}`.trim()
  if (item.kind === 'mount') return `mount over the process of ${displayBytes(item.over)}`
  if (item.kind === 'rename') return `${item.path} renamed to ${item.to}`
  if (item.kind === 'changed-line') return `line of ${item.path}, changed: ${item.text}`
  return `${item.kind} ${displayBytes(item.path)}`
}

/** Whether a scan must count it to the intrusion; a line that only a person can judge need not be. */
export function mustBeFound(item: Item): boolean {
  return !(item.kind === 'line' && item.after === 'advised')
}

/** Whether one of these facts is about the item: the fact itself, or one that takes it along (a unit its links). */
export function isAmong(item: Item, facts: readonly SeenFact[]): boolean {
  return facts.some(fact => isAbout(item, fact))
}

/** Whether the item is on the host now, as it was planted or as its own guard put it back. */
export function isPresent(range: SeenHost, item: Item): boolean {
  if (item.kind === 'process') return range.processes().some(process => isProcessOf(item, process))
  if (item.kind === 'account')
    return textOf(range, '/etc/passwd')
      .split('\n')
      .some(line => line.startsWith(`${item.name}:`))
  if (item.kind === 'line') return textOf(range, item.path).split('\n').includes(item.text)
  if (item.kind === 'mount') return mountsOf(range).some(path => /^\/proc\/\d+$/.test(path))
  if (item.kind === 'attribute') return flagsOf(range, item.path).includes(item.flag)
  if (item.kind === 'changed-line') return textOf(range, item.path).split('\n').includes(item.text)
  if (item.kind === 'rename') return exists(range, item.to) && !exists(range, item.path)
  if (item.kind === 'mode') return modeOf(range, item.path) === item.mode
  return exists(range, item.path)
}

/** Whether a clean-up did with the item what it must. `cleanFile` is what lay at its path before the infection. */
export function isSettled(
  range: SeenHost,
  item: Item,
  current: Entry | undefined,
  cleanFile: Entry | undefined,
): boolean {
  if (item.kind === 'changed-line')
    return !isPresent(range, item) && textOf(range, item.path).split('\n').includes(item.was)
  if (item.kind === 'rename' && exists(range, item.to)) return false
  if (item.kind === 'rename' || item.kind === 'mode' || item.after === 'restored')
    return current !== undefined && current.sha256 === cleanFile?.sha256 && current.mode === cleanFile?.mode
  if (item.after === 'advised') return item.kind === 'line' || current !== undefined
  if (item.kind === 'account') return !isPresent(range, item) || isLocked(range, item.name)
  // What lay there before the intruder may lie there again.
  if (item.kind === 'file' && cleanFile !== undefined)
    return current === undefined || current.sha256 === cleanFile.sha256
  return !isPresent(range, item)
}

function isAbout(item: Item, fact: SeenFact): boolean {
  if (item.kind === 'process') return fact.kind === 'process' && sameProcess(item, fact)
  if (item.kind === 'account') return fact.kind === 'account' && fact.name === item.name
  if (item.kind === 'line' || item.kind === 'changed-line')
    return samePath(fact.path, item.path) && linesOf(fact).some(text => text.trim() === item.text.trim())
  if (item.kind === 'unit')
    return fact.kind === 'autostart' && (fact.name === item.name || samePath(fact.path, item.path))
  if (item.kind === 'mount') return fact.kind === 'mount'
  if (item.kind === 'directory') return merged(fact.path ?? '').startsWith(merged(displayBytes(item.path)))
  if (item.kind === 'file' && isDeletedProgram(item.path, fact)) return true
  if (item.kind === 'rename' && samePath(fact.path, item.to)) return true
  const goAlong = [...(fact.links ?? []), ...(fact.originals ?? []).map(({ path }) => path)]
  return samePath(fact.path, item.path) || goAlong.some(path => samePath(path, item.path))
}

function linesOf({ text = '', injected = [] }: SeenFact): string[] {
  return [text, ...injected.map(one => one.text)]
}

/** A program whose file was removed is found through its process alone. */
function isDeletedProgram(path: string, fact: SeenFact): boolean {
  return fact.kind === 'process' && samePath(fact.path, path)
}

function sameProcess(item: Extract<Item, { kind: 'process' }>, fact: SeenFact): boolean {
  if (!samePath(fact.path, item.path)) return false
  const script = item.argv[1]
  return (
    !/\/(perl|bash|sh)$/.test(item.path) ||
    script === undefined ||
    fact.script === script ||
    !(fact.command ?? '').includes('/')
  )
}

function samePath(seen: string | undefined, planted: string): boolean {
  return seen !== undefined && merged(seen) === merged(displayBytes(planted))
}

/** /lib and /usr/lib are one directory on a Debian of today, and so on. */
function merged(path: string): string {
  return path.replace(/^\/(bin|sbin|lib|lib64)\//, '/usr/$1/')
}

function isProcessOf(
  item: Extract<Item, { kind: 'process' }>,
  process: { exe: string; argv: readonly string[] },
): boolean {
  return process.exe.replace(/ \(deleted\)$/, '') === item.path
}

function isLocked(range: SeenHost, name: string): boolean {
  const shadow = textOf(range, '/etc/shadow')
    .split('\n')
    .find(line => line.startsWith(`${name}:`))
  return shadow === undefined || /^[!*]/.test(shadow.split(':')[1] ?? '')
}

function textOf(range: SeenHost, path: string): string {
  try {
    return readFileSync(encodeBytes(range.root + path), 'utf8')
  } catch {
    return ''
  }
}

function mountsOf(range: SeenHost): string[] {
  const init = range.inside.replace(/root$/, 'mountinfo')
  return readFileSync(init, 'utf8')
    .split('\n')
    .map(line => line.split(' ')[4] ?? '')
}

function modeOf(range: SeenHost, path: string): number {
  return exists(range, path) ? lstatSync(range.root + path).mode & 0o7777 : -1
}

function flagsOf(range: SeenHost, path: string): string {
  if (!exists(range, path)) return ''
  return runHere(['lsattr', '-d', range.root + path]).split(' ')[0] ?? ''
}

function exists(range: SeenHost, path: string): boolean {
  try {
    lstatSync(encodeBytes((isInMemory(path) ? range.inside : range.root) + path))
    return true
  } catch {
    return false
  }
}
