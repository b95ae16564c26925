import { readSync } from 'node:fs'
import { basename, extname } from 'node:path'
import type { ContentMatch } from '../../model/index.ts'
import { decodeBytes, displayBytes } from '../../target/index.ts'
import { type ArchiveKind, archiveKind, kindBytes } from './archive/archive-kind.ts'
import { type ArchiveLimits, usualLimits } from './archive/budget.ts'
import { lookIntoArchive } from './archive/members.ts'
import { packedFile } from './archive/packed-file.ts'
import { yaraEngine } from './chosen-engine.ts'
import type { CompiledContentRules, ContentLook, ContentOrigin, ContentScanner } from './content-scanner.ts'
import { OpenedRules } from './opened-rules.ts'
import { matchOf, PiecewiseLook, type Window } from './piecewise.ts'
import { sizeVariable } from './rule-forms.ts'
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

const megabyte = 1024 * 1024
const mostMatches = 100
const longestMember = 200

/** Opens compiled rules for one thread. Throws when they are those of another engine. */
export function openContentScanner(compiled: CompiledContentRules, options: ScannerOptions = {}): ContentScanner {
  const engine = options.engine ?? yaraEngine()
  const limits = { seconds: options.secondsPerScan ?? 10, hitsPerString: 1000 }
  const ours = new OpenedRules(compiled[options.for ?? 'files'], engine, limits)
  const theirs = compiled.foreign === undefined ? undefined : new OpenedRules(compiled.foreign, engine, limits)
  const files = new FileLooks(options)
  const sets = (which: Which) =>
    [which === 'foreign' ? undefined : ours, which === 'own' ? undefined : theirs].filter(one => one !== undefined)
  return {
    scan(bytes, which = 'own', origin) {
      const cut = new Set<string>()
      const globals = globalsOf(origin, bytes.length)
      const matches = sets(which).flatMap(rules => rules.match(bytes, globals, cut).map(hit => matchOf(hit, bytes)))
      return { matches, cut: [...cut] }
    },
    scanFile: (descriptor, size, which = 'own', origin) =>
      files.look(descriptor, size, sets(which), globalsOf(origin, size)),
    close() {
      ours.close()
      theirs?.close()
      files.close()
    },
  }
}

type Which = 'own' | 'foreign' | 'all'

function globalsOf({ path = '', owner = '' }: ContentOrigin = {}, size: number): Globals {
  const extension = extname(path)
  return { filename: basename(path), filepath: path, extension, filetype: '', owner, [sizeVariable]: size }
}

/** Files and what is in them, with one buffer for all. */
class FileLooks {
  readonly #options: ScannerOptions
  #window: Window | undefined

  constructor(options: ScannerOptions) {
    this.#options = options
  }

  look(descriptor: number, size: number, rules: readonly OpenedRules[], globals: Globals): ContentLook {
    const cut = new Set<string>()
    const matches: ContentMatch[] = []
    const kind = this.#content(descriptor, size, new PiecewiseLook(this.#opened(), rules, globals, cut), matches, cut)
    const limits = this.#options.archives ?? usualLimits
    if (kind !== undefined && limits !== false) {
      const member = () => new PiecewiseLook(this.#opened(), rules, globals, cut)
      for (const reason of intoMembers(descriptor, size, kind, limits, member, matches)) cut.add(reason)
    }
    return { matches, cut: [...cut] }
  }

  close(): void {
    this.#window = undefined
  }

  #opened(): Window {
    const { chunkBytes = 8 * megabyte, overlapBytes = 64 * 1024 } = this.#options
    this.#window ??= { buffer: new Uint8Array(chunkBytes + 1), overlap: Math.min(overlapBytes, chunkBytes >> 1) }
    return this.#window
  }

  /** All bytes as they lie on the disk. Gives what kind of archive they are. */
  #content(descriptor: number, size: number, look: PiecewiseLook, matches: ContentMatch[], cut: Set<string>) {
    const end = performance.now() + (this.#options.secondsPerFile ?? 300) * 1000
    let kind: ArchiveKind | undefined
    try {
      for (;;) {
        const room = look.room()
        const read = readSync(descriptor, room, 0, room.length, look.size)
        if (read === 0) break
        if (look.size === 0) kind = archiveKind(room.subarray(0, Math.min(read, kindBytes)))
        look.took(read)
        if (performance.now() < end) continue
        cut.add('time')
        break
      }
    } catch {
      cut.add('unreadable')
    }
    if (look.size !== size && cut.size === 0) cut.add('changed')
    matches.push(...look.end())
    return kind
  }
}

function intoMembers(
  descriptor: number,
  size: number,
  kind: ArchiveKind,
  limits: ArchiveLimits,
  newLook: () => PiecewiseLook,
  matches: ContentMatch[],
): ReadonlySet<string> {
  const cut = new Set<string>()
  const reasons = lookIntoArchive(kind, packedFile(descriptor, size), limits, ({ name, content }) => {
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
