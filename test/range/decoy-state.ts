import { decoys, type Item } from '../../hosts/index.ts'
import { decodeBytes, displayBytes } from '../../target/index.ts'
import { isPresent, type SeenFact } from './expectations.ts'
import { decoyPaths } from './infected-host.ts'
import type { Range } from './range.ts'
import type { Entry, Snapshot } from './snapshot.ts'

/** Made by a program after the boot (`decoys.afterBoot`), so that it is no item. */
const socketOfX = '/tmp/.X11-unix/X0'

/** Decoys whose text intruders edit too: of those the lines count. */
const shared = new Set([
  '/root/.ssh/authorized_keys',
  '/var/spool/cron/crontabs/root',
  '/etc/ld.so.preload',
  '/root/.bashrc',
  '/etc/hosts',
])

/**
 * Every near-miss of the host, to compare with itself later: its bytes, owner, mode, times, flags and attributes in one word per
 * path, the lines of files that are not the decoy's alone, and each process of theirs by pid and start time.
 */
export function decoyState(range: Range, snapshot: Snapshot): Record<string, string> {
  const items = [...decoys.package.files, ...decoys.files]
  const state: Record<string, string> = {}
  for (const path of new Set([...items.flatMap(pathOf), socketOfX]))
    if (!shared.has(path)) state[displayBytes(path)] = wordOf(snapshot.get(path))
  for (const item of items) {
    if (item.kind === 'line' || item.kind === 'account') state[nameOf(item)] = String(isPresent(range, item))
    if (item.kind !== 'file' || !shared.has(item.path) || !('text' in item.content)) continue
    for (const text of item.content.text.split('\n').filter(line => line !== ''))
      state[`${item.path}: ${text}`] = String(isPresent(range, { kind: 'line', path: item.path, text }))
  }
  const programs = new Set([...items, ...decoys.processes].filter(item => !endsAtOnce(item)).flatMap(pathOf))
  for (const { pid, startTime, exe } of range.processes())
    if (programs.has(exe.replace(/ \(deleted\)$/, ''))) state[`process ${pid} of ${exe}`] = startTime
  return state
}

/** What is not as it was, one line each. Processes that came in between are no harm. */
export function harmToDecoys(before: Record<string, string>, after: Record<string, string>): string[] {
  return Object.entries(before)
    .filter(([name, word]) => after[name] !== word)
    .map(([name, word]) => `${name}: ${word} -> ${after[name] ?? 'gone'}`)
}

/** What fetches: a job of anybody may run it at any moment. */
function endsAtOnce(item: Item): boolean {
  return item.kind === 'file' && 'lookalike' in item.content && item.content.lookalike.seconds === 1
}

function pathOf(item: Item): string[] {
  return 'path' in item ? [item.path] : []
}

function nameOf(item: Extract<Item, { kind: 'line' | 'account' }>): string {
  return item.kind === 'line' ? `${item.path}: ${item.text}` : `account ${item.name}`
}

function wordOf(entry: Entry | undefined): string {
  if (entry === undefined) return 'nothing'
  const { type, mode, owner, modified, sha256, link, flags, xattrs } = entry
  return [type, mode, owner, modified, sha256 ?? link ?? '', flags, ...xattrs].join(' ')
}

/** Whether a fact is about a near-miss: its path, and where intruders write too its line. */
export function isDecoy(fact: SeenFact): boolean {
  const lines = decoys.files.flatMap(item => (item.kind === 'line' ? [`${item.path}\n${item.text}`] : []))
  const whole = new Set(
    decoyPaths().filter(path => !lines.some(line => line.startsWith(`${path}\n`)) && !sharedPaths.has(path)),
  )
  if (fact.path === undefined) return false
  if (whole.has(decodeBytes(Buffer.from(fact.path)))) return true
  return (
    fact.text !== undefined &&
    (lines.includes(`${fact.path}\n${fact.text}`) || sharedTexts(fact.path).includes(fact.text.trim()))
  )
}

/** Files of the administrator in which an intruder writes too: there the line decides. And commands that one of them takes away. */
const sharedPaths = new Set([
  '/root/.ssh/authorized_keys',
  '/var/spool/cron/crontabs/root',
  '/etc/ld.so.preload',
  '/usr/bin/curl',
  '/usr/bin/wget',
])

function sharedTexts(path: string): string[] {
  if (!sharedPaths.has(path)) return []
  return decoys.files.flatMap(item =>
    item.kind === 'file' && item.path === path && 'text' in item.content ? item.content.text.trim().split('\n') : [],
  )
}
