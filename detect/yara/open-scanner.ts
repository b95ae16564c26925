import { readSync } from 'node:fs'
import { basename, extname } from 'node:path'
import type { ContentMatch } from '../../model/index.ts'
import { decodeBytes, displayBytes } from '../../target/bytes.ts'
import { type ArchiveKind, archiveKind, kindBytes } from './archive/archive-kind.ts'
import { type ArchiveLimits, usualLimits } from './archive/budget.ts'
import type { PackedBytes } from './archive/decompress.ts'
import { lookIntoArchive } from './archive/members.ts'
import { packedBytes, packedFile } from './archive/packed-file.ts'
import { yaraEngine } from './chosen-engine.ts'
import type { CompiledContentRules, ContentLook, ContentOrigin, ContentScanner } from './content-scanner.ts'
import { OpenedRules } from './opened-rules.ts'
import { matchOf, PiecewiseLook, type Window } from './piecewise.ts'
import { sizeVariable } from './rule-forms.ts'
import { seenWhole } from './rule-sets.ts'
import type { Globals, YaraEngine } from './yara-engine.ts'

export interface ScannerOptions {
  /** Which of the program's own rules. */
  readonly for?: 'files' | 'memory'
  readonly engine?: YaraEngine
  /** Contents up to this are seen as a whole; of larger ones as much at a time. */
  readonly chunkBytes?: number
  /** What two neighbouring chunks share: the longest text that is found across their border. */
  readonly overlapBytes?: number
  readonly secondsPerScan?: number
  readonly secondsPerFile?: number
  /** False: archives are bytes like all others. */
  readonly archives?: ArchiveLimits | false
}

/** Read at a time: what is shown to others then still lies in the processor's cache. */
const stepBytes = 256 * 1024
const mostMatches = 100
const longestMember = 200

/** Opens compiled rules for one thread. Throws when they are those of another engine, or want to see more at once. */
export function openContentScanner(compiled: CompiledContentRules, options: ScannerOptions = {}): ContentScanner {
  const engine = options.engine ?? yaraEngine()
  const limits = { seconds: options.secondsPerScan ?? 10, hitsPerString: 1000 }
  const ours = new OpenedRules(compiled[options.for ?? 'files'], engine, limits)
  const foreign = compiled.foreign.map(bytes => new OpenedRules(bytes, engine, limits))
  const files = new FileLooks(options)
  const all = [ours, ...foreign]
  for (const { whole } of all)
    if (whole > (options.chunkBytes ?? seenWhole)) throw new Error(`these rules must see ${whole} bytes at once`)
  const sets = { own: [ours], foreign, all }
  return {
    scan(bytes, which = 'own', origin) {
      const cut = new Set<string>()
      const matches = matchesIn(bytes, sets[which], globalsOf(origin), cut)
      return { matches, cut: [...cut] }
    },
    scanContent(bytes, which = 'own', origin) {
      const cut = new Set<string>()
      const globals = globalsOf(origin)
      const matches = matchesIn(bytes, sets[which], globals, cut)
      const kind = archiveKind(bytes.subarray(0, kindBytes))
      if (kind !== undefined) files.lookInto(kind, packedBytes(bytes), sets[which], globals, matches, cut)
      return { matches, cut: [...cut] }
    },
    scanFile: (descriptor, size, which = 'own', origin, read) =>
      files.look(descriptor, size, sets[which], globalsOf(origin), read),
    close() {
      for (const rules of all) rules.close()
      files.close()
    },
  }
}

function matchesIn(
  bytes: Uint8Array,
  sets: readonly OpenedRules[],
  globals: Globals,
  cut: Set<string>,
): ContentMatch[] {
  const matches: ContentMatch[] = []
  for (const rules of sets) for (const hit of rules.match(bytes, globals, cut)) matches.push(matchOf(hit, bytes))
  return matches
}

const unknownOrigin: Globals = { filename: '', filepath: '', extension: '', filetype: '', owner: '', [sizeVariable]: 0 }

/** Only what is seen in parts needs to be told its size (`gathering.ts`). */
function globalsOf(origin: ContentOrigin | undefined): Globals {
  if (origin === undefined) return unknownOrigin
  const { path = '', owner = '' } = origin
  return { ...unknownOrigin, filename: basename(path), filepath: path, extension: extname(path), owner }
}

/** Files and what is in them, with one buffer for all. */
class FileLooks {
  readonly #options: ScannerOptions
  #window: Window | undefined

  constructor(options: ScannerOptions) {
    this.#options = options
  }

  look(
    descriptor: number,
    size: number,
    rules: readonly OpenedRules[],
    globals: Globals,
    read: (piece: Uint8Array) => void = () => {},
  ): ContentLook {
    const cut = new Set<string>()
    const look = new PiecewiseLook(this.#opened(), rules, globals, cut)
    const kind = this.#content(descriptor, size, look, cut, read)
    const matches = look.end()
    if (kind !== undefined) this.lookInto(kind, packedFile(descriptor, size), rules, globals, matches, cut)
    return { matches, cut: [...cut] }
  }

  /** Adds to `matches` what is found in the members of an archive. */
  lookInto(
    kind: ArchiveKind,
    packed: PackedBytes,
    rules: readonly OpenedRules[],
    globals: Globals,
    matches: ContentMatch[],
    cut: Set<string>,
  ): void {
    const limits = this.#options.archives ?? usualLimits
    if (limits === false) return
    const member = () => new PiecewiseLook(this.#opened(), rules, globals, cut)
    for (const reason of intoMembers(packed, kind, limits, member, matches)) cut.add(reason)
  }

  close(): void {
    this.#window = undefined
  }

  #opened(): Window {
    const { chunkBytes = seenWhole, overlapBytes = 64 * 1024 } = this.#options
    this.#window ??= { buffer: new Uint8Array(chunkBytes + 1), overlap: Math.min(overlapBytes, chunkBytes >> 1) }
    return this.#window
  }

  /** As many bytes as the file had when it was opened: one that is written to could go on for ever. Gives what kind of archive they are. */
  #content(
    descriptor: number,
    size: number,
    look: PiecewiseLook,
    cut: Set<string>,
    seen: (piece: Uint8Array) => void,
  ): ArchiveKind | undefined {
    const end = performance.now() + (this.#options.secondsPerFile ?? 300) * 1000
    let kind: ArchiveKind | undefined
    try {
      while (look.size < size) {
        const room = look.room()
        const read = readSync(descriptor, room, 0, Math.min(room.length, stepBytes, size - look.size), look.size)
        if (read === 0) break
        if (look.size === 0) kind = archiveKind(room.subarray(0, Math.min(read, kindBytes)))
        seen(room.subarray(0, read))
        look.took(read)
        if (performance.now() < end) continue
        cut.add('time')
        break
      }
    } catch {
      cut.add('unreadable')
    }
    if (look.size < size && cut.size === 0) cut.add('changed')
    return kind
  }
}

function intoMembers(
  packed: PackedBytes,
  kind: ArchiveKind,
  limits: ArchiveLimits,
  newLook: () => PiecewiseLook,
  matches: ContentMatch[],
): ReadonlySet<string> {
  const cut = new Set<string>()
  const reasons = lookIntoArchive(kind, packed, limits, ({ name, content }) => {
    const look = newLook()
    try {
      for (const piece of content) look.push(piece)
    } finally {
      // What came before a fault or a limit is judged too.
      const found = look.end()
      if (found.length > 0 && matches.length >= mostMatches) cut.add('limit')
      else matches.push(...found.map(match => ({ ...match, member: shownName(name) })))
    }
  })
  for (const reason of reasons) cut.add(reason)
  return cut
}

function shownName(name: Uint8Array): string {
  const text = displayBytes(decodeBytes(name.subarray(0, longestMember)))
  return text.length > longestMember ? `${text.slice(0, longestMember - 1)}…` : text
}
