import { createHash } from 'node:crypto'
import { type BigIntStats, lstatSync, readdirSync, readFileSync, statSync } from 'node:fs'
import { join } from 'node:path'
import { isRecord, readJson, replaceJson } from '../own-files.ts'

/** What was seen, in the words of the report `tampering`. */
export interface Tampering {
  readonly what: string
  readonly detail: string
}

export interface Watched {
  /** Folders with the program: any change in them is told. */
  readonly program: readonly string[]
  /** Single files: configuration, unit, identity. One that is not there is watched too. */
  readonly files: readonly string[]
  /** Folders whose owner and mode must stay; their contents change all the time. */
  readonly folders: readonly string[]
}

/** Parts of a checkout that change without anybody touching the program. */
const skipped = new Set(['.git', '.cache', 'bench', 'docs', 'test', 'hosts', '.github'])
const mostFolders = 20_000
const mostNamed = 10
/** A clock that is put right by a little is no news. */
const clockToleranceMs = 60_000

/**
 * Whether somebody changed the agent since it last looked: what it saw lies in `STATE/agent/own-files.json`. Content is told by size
 * and change time, which nobody can set (inode(7): ctime), so that a look costs no reading.
 */
export class TamperWatch {
  readonly #path: string
  readonly #watched: Watched
  #clock: number | undefined

  constructor(own: string, watched: Watched) {
    this.#path = join(own, 'own-files.json')
    this.#watched = watched
  }

  /** What changed since the last look; the first look only remembers. */
  check(): Tampering[] {
    const before = readJson(this.#path)
    const now = this.#look()
    const clock = this.#clockJump()
    if (before === undefined || !isRecord(before['seen'])) {
      this.#write(now)
      return clock
    }
    const seen = before['seen']
    const since = typeof before['at'] === 'number' ? before['at'] : 0
    const changed = Object.keys({ ...seen, ...now }).filter(path => seen[path] !== now[path])
    if (changed.length > 0) this.#write(now)
    return [
      ...changed.slice(0, mostNamed).map(path => told(path, seen[path], now[path], since)),
      ...more(changed),
      ...clock,
    ]
  }

  /** After a change of our own. */
  remember(): void {
    this.#write(this.#look())
  }

  #look(): Record<string, string> {
    const seen: Record<string, string> = {}
    for (const path of this.#watched.files) seen[path] = fileMark(path)
    for (const path of this.#watched.folders) seen[path] = ownerMark(path)
    let left = mostFolders
    for (const folder of this.#watched.program) left = addFolders(folder, seen, left)
    return seen
  }

  #write(seen: Record<string, string>): void {
    replaceJson(this.#path, { format: 'davylamp-own-files', version: 1, at: Date.now(), seen })
  }

  /** The time since boot goes on evenly; what the clock did besides, somebody did. */
  #clockJump(): Tampering[] {
    const uptime = Number(readFileSync('/proc/uptime', 'latin1').split(' ')[0])
    const bootedAt = Date.now() - uptime * 1_000
    const moved = this.#clock === undefined ? 0 : bootedAt - this.#clock
    this.#clock = bootedAt
    if (Math.abs(moved) < clockToleranceMs) return []
    const detail = `The clock of this host was set ${moved > 0 ? 'forward' : 'back'} by ${Math.round(Math.abs(moved) / 1_000)} seconds.`
    return [{ what: 'clock-jumped', detail }]
  }
}

/** One mark for each folder over all of its entries, so that thousands of files need little room. */
function addFolders(folder: string, seen: Record<string, string>, left: number): number {
  if (left <= 0) return 0
  const hash = createHash('sha256').update(ownerMark(folder))
  const below: string[] = []
  for (const entry of entriesOf(folder)) {
    if (skipped.has(entry.name)) continue
    const path = join(folder, entry.name)
    if (entry.isDirectory()) below.push(path)
    else hash.update(`\0${entry.name}\0${fileMark(path)}`)
  }
  seen[folder] = `${hash.digest('hex').slice(0, 16)} ${below.length} folders`
  let rest = left - 1
  for (const path of below) rest = addFolders(path, seen, rest)
  return rest
}

function entriesOf(folder: string) {
  try {
    return readdirSync(folder, { withFileTypes: true }).sort((a, b) => (a.name < b.name ? -1 : 1))
  } catch {
    return []
  }
}

function fileMark(path: string): string {
  const found = lstatOf(path)
  if (found === undefined) return 'missing'
  return `${ownerOf(found)} ${found.size} ${found.mtimeNs} ${found.ctimeNs} ${found.ino}`
}

function ownerMark(path: string): string {
  const found = lstatOf(path)
  return found === undefined ? 'missing' : ownerOf(found)
}

function ownerOf({ mode, uid, gid }: BigIntStats): string {
  return `mode ${mode.toString(8)} uid ${uid} gid ${gid}`
}

function lstatOf(path: string): BigIntStats | undefined {
  try {
    return lstatSync(path, { bigint: true, throwIfNoEntry: false })
  } catch {
    return undefined
  }
}

function told(path: string, before: unknown, now: string | undefined, since: number): Tampering {
  const what = path.endsWith('.yml') ? 'configuration-changed' : 'own-files-changed'
  if (before === undefined || before === 'missing') return { what, detail: `${path} is new.` }
  if (now === undefined || now === 'missing') return { what, detail: `${path} is gone.` }
  const owner = (mark: unknown) => /^mode \S+ uid \d+ gid \d+/.exec(String(mark))?.[0]
  if (owner(before) !== owner(now))
    return { what, detail: `${path} had ${owner(before) ?? 'other owners'} and has ${owner(now) ?? 'others'}.` }
  const named = newest(path, since)
  return { what, detail: `${path} was changed by somebody else than the agent${named === '' ? '' : `: ${named}`}.` }
}

/** Names in a folder that changed after a time. */
function newest(path: string, since: number): string {
  if (statSync(path, { throwIfNoEntry: false })?.isDirectory() !== true) return ''
  return entriesOf(path)
    .filter(one => !one.isDirectory() && Number((lstatOf(join(path, one.name))?.ctimeNs ?? 0n) / 1_000_000n) >= since)
    .slice(0, mostNamed)
    .map(one => one.name)
    .join(', ')
}

function more(changed: readonly string[]): Tampering[] {
  if (changed.length <= mostNamed) return []
  return [{ what: 'own-files-changed', detail: `${changed.length - mostNamed} more folders or files were changed.` }]
}
