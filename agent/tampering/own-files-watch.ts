import { createHash } from 'node:crypto'
import {
  type BigIntStats,
  closeSync,
  constants,
  lstatSync,
  openSync,
  readdirSync,
  readFileSync,
  readlinkSync,
  statSync,
} from 'node:fs'
import { join } from 'node:path'
import { appendFlag, fileFlags, immutableFlag } from '../../native/read/file-flags.ts'
import { isRecord, readJson, replaceJson } from '../own-files.ts'
import { takeAgreed } from './agreed.ts'
import { isServicePath, serviceWords } from './service-files.ts'
import type { Tampering } from './tampering.ts'

export interface Watched {
  /** Folders with the program: any change in them is told. */
  readonly program: readonly string[]
  /** Folders of drop-ins and rules: the same, each entry by its name. */
  readonly contents?: readonly string[]
  /** Single files: configuration, unit, identity. One that is not there is watched too. */
  readonly files: readonly string[]
  /** Folders whose owner, mode and flags must stay; their contents change all the time. */
  readonly folders: readonly string[]
  /** Files that only we write, and never replace: another one in their place is told. */
  readonly kept?: readonly string[]
  /** Files that only grow, until they become `NAME.1`. */
  readonly growing?: readonly string[]
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
export class OwnFilesWatch {
  readonly #own: string
  readonly #path: string
  readonly #watched: Watched
  #clock: number | undefined

  constructor(own: string, watched: Watched) {
    this.#own = own
    this.#path = join(own, 'own-files.json')
    this.#watched = watched
  }

  /** What changed since the last look; the first look only remembers. */
  check(): Tampering[] {
    const before = readJson(this.#path)
    const now = this.#look()
    const clock = this.#clockJump()
    const agreed = takeAgreed(this.#own)
    if (before === undefined || !isRecord(before['seen'])) {
      this.#write(now)
      return clock
    }
    const seen = before['seen']
    const since = typeof before['at'] === 'number' ? before['at'] : 0
    const changed = Object.keys({ ...seen, ...now }).filter(path => seen[path] !== now[path])
    if (changed.length > 0) this.#write(now)
    const news = changed.filter(path => !agreed(path) && this.#rootOf(path) !== undefined && !this.#isFirst(path, seen))
    return [
      ...news.slice(0, mostNamed).flatMap(path => this.#told(path, seen[path], now[path], since)),
      ...more(news),
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
    for (const path of this.#watched.kept ?? []) seen[path] = inodeMark(path)
    for (const path of this.#watched.growing ?? []) seen[path] = `${inodeMark(path)}, ${sizeOf(path)} bytes`
    for (const path of this.#watched.contents ?? []) addContents(path, seen, 3)
    let left = mostFolders
    for (const folder of this.#watched.program) left = addFolders(folder, seen, left)
    return seen
  }

  /** Not looked at before: a newer version watches more, and an upgraded program lies elsewhere. */
  #isFirst(path: string, seen: Readonly<Record<string, unknown>>): boolean {
    const root = this.#rootOf(path)
    return !(path in seen) && (root === undefined || root === path || !(root in seen))
  }

  /** The watched folder that holds it; itself for what is watched by its name, undefined for what nobody watches any more. */
  #rootOf(path: string): string | undefined {
    const { program, files, folders, contents = [], kept = [], growing = [] } = this.#watched
    if ([...files, ...folders, ...kept, ...growing].includes(path)) return path
    return [...program, ...contents].find(one => path === one || path.startsWith(`${one}/`))
  }

  #told(path: string, before: unknown, now: string | undefined, since: number): Tampering[] {
    if (this.#watched.growing?.includes(path)) return shrunk(path, before, now)
    if (this.#watched.kept?.includes(path)) return replaced(path, before, now)
    return [told(path, before, now, since)]
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

/** Each entry by its name; for folders that hold few. Neither systemd nor we take what begins with a dot. */
function addContents(folder: string, seen: Record<string, string>, depth: number): void {
  seen[folder] = ownerMark(folder)
  for (const entry of entriesOf(folder)) {
    if (entry.name.startsWith('.')) continue
    const path = join(folder, entry.name)
    if (entry.isDirectory() && depth > 0) addContents(path, seen, depth - 1)
    else seen[path] = fileMark(path)
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
    else hash.update(`\0${entry.name}\0${statMark(path)}`)
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
  const mark = statMark(path)
  return mark === 'missing' ? mark : `${mark}${flagWords(path)}${leadsNowhere(path) ? masked : ''}`
}

function statMark(path: string): string {
  const found = lstatOf(path)
  if (found === undefined) return 'missing'
  return `${ownerOf(found)} ${found.size} ${found.mtimeNs} ${found.ctimeNs} ${found.ino}`
}

function ownerMark(path: string): string {
  const found = lstatOf(path)
  return found === undefined ? 'missing' : `${ownerOf(found)}${flagWords(path)}`
}

function inodeMark(path: string): string {
  const found = lstatOf(path)
  return found === undefined ? 'missing' : `inode ${found.ino}`
}

function sizeOf(path: string): number {
  return Number(lstatOf(path)?.size ?? 0)
}

function ownerOf({ mode, uid, gid }: BigIntStats): string {
  return `mode ${mode.toString(8)} uid ${uid} gid ${gid}`
}

/** A file that nobody may change cannot be brought up to date by us either (chattr(1)). */
function flagWords(path: string): string {
  const found = lstatOf(path)
  if (found === undefined || !(found.isFile() || found.isDirectory())) return ''
  let descriptor: number | undefined
  try {
    descriptor = openSync(path, constants.O_RDONLY | constants.O_NOFOLLOW | constants.O_NONBLOCK)
    const flags = fileFlags(descriptor)
    return `${flags & immutableFlag ? ', immutable' : ''}${flags & appendFlag ? ', append-only' : ''}`
  } catch {
    return ''
  } finally {
    if (descriptor !== undefined) closeSync(descriptor)
  }
}

/** systemctl(1), mask. */
const masked = ', masked'

function leadsNowhere(path: string): boolean {
  try {
    return lstatOf(path)?.isSymbolicLink() === true && readlinkSync(path) === '/dev/null'
  } catch {
    return false
  }
}

function lstatOf(path: string): BigIntStats | undefined {
  try {
    return lstatSync(path, { bigint: true, throwIfNoEntry: false })
  } catch {
    return undefined
  }
}

function kindOf(path: string): string {
  if (isServicePath(path)) return 'unit-changed'
  if (/\/rules\/packs(?:\/|$)/.test(path) || /\/(?:allow|event-rules)\.json$/.test(path)) return 'rules-changed'
  return path.endsWith('.yml') ? 'configuration-changed' : 'own-files-changed'
}

function told(path: string, before: unknown, now: string | undefined, since: number): Tampering {
  const what = kindOf(path)
  const there = now !== undefined && now !== 'missing'
  const meant = serviceWords(path, { there, masked: now?.endsWith(masked) === true })
  if (meant !== undefined) return { what, detail: meant }
  if (before === undefined || before === 'missing') return { what, detail: `${path} is new.` }
  if (!there) return { what, detail: `${path} is gone.` }
  for (const flag of ['immutable', 'append-only'])
    if (now.includes(`, ${flag}`) && !String(before).includes(`, ${flag}`))
      return { what, detail: `${path} was made ${flag} (chattr), so that the agent cannot change it any more.` }
  const owner = (mark: unknown) => /^mode \S+ uid \d+ gid \d+/.exec(String(mark))?.[0]
  if (owner(before) !== owner(now))
    return { what, detail: `${path} had ${owner(before) ?? 'other owners'} and has ${owner(now) ?? 'others'}.` }
  const named = newest(path, since)
  return { what, detail: `${path} was changed by somebody else than the agent${named === '' ? '' : `: ${named}`}.` }
}

/** A file that comes anew is no news: it is made when it is needed. */
function replaced(path: string, before: unknown, now: string | undefined): Tampering[] {
  if (before === undefined || before === 'missing') return []
  const how = now === undefined || now === 'missing' ? 'is gone' : 'was replaced by another file'
  return [{ what: 'state-changed', detail: `${path} ${how}; only Davylamp writes it.` }]
}

function shrunk(path: string, before: unknown, now: string | undefined): Tampering[] {
  const [, inode, size] = /^inode (\d+), (\d+) bytes$/.exec(String(before)) ?? []
  if (inode === undefined) return []
  const [, newInode, newSize] = /^inode (\d+), (\d+) bytes$/.exec(String(now)) ?? []
  if (newInode === inode && Number(newSize) >= Number(size)) return []
  // Full, it was put aside and a new one begun.
  if (newInode !== inode && inodeMark(`${path}.1`) === `inode ${inode}`) return []
  const how = newInode === undefined ? 'is gone' : newInode === inode ? 'was cut' : 'was replaced by another file'
  return [{ what: 'state-changed', detail: `${path} ${how}; the agent only adds to it.` }]
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
