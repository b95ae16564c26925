import { readSync } from 'node:fs'
import { basename, extname } from 'node:path'
import type { ContentMatch } from '../../model/index.ts'
import { sizeVariable } from './rule-forms.ts'
import type { CompiledContentRules, ContentLook, ContentOrigin, ContentScanner } from './content-scanner.ts'
import { Gathering } from './gathering.ts'
import { wordsOf } from './match-words.ts'
import { type Hit, OpenedRules } from './opened-rules.ts'
import { yaraEngine } from './chosen-engine.ts'
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
}

const megabyte = 1024 * 1024

/** Opens compiled rules for one thread. Throws when they are those of another engine. */
export function openContentScanner(compiled: CompiledContentRules, options: ScannerOptions = {}): ContentScanner {
  const engine = options.engine ?? yaraEngine()
  const limits = { seconds: options.secondsPerScan ?? 10, hitsPerString: 1000 }
  const chunkBytes = options.chunkBytes ?? 8 * megabyte
  const overlapBytes = Math.min(options.overlapBytes ?? 64 * 1024, chunkBytes >> 1)
  const ours = new OpenedRules(compiled[options.for ?? 'files'], engine, limits)
  const theirs = compiled.foreign === undefined ? undefined : new OpenedRules(compiled.foreign, engine, limits)
  let buffer: Uint8Array | undefined
  const sets = (which: Which) =>
    [which === 'foreign' ? undefined : ours, which === 'own' ? undefined : theirs].filter(one => one !== undefined)

  const scan = (bytes: Uint8Array, which: Which = 'own', origin?: ContentOrigin): ContentLook => {
    const cut = new Set<string>()
    const globals = globalsOf(origin, bytes.length)
    const matches = sets(which).flatMap(rules => rules.match(bytes, globals, cut).map(hit => matchOf(hit, bytes)))
    return { matches, cut: [...cut] }
  }

  return {
    scan,
    scanFile(descriptor, size, which = 'own', origin) {
      buffer ??= new Uint8Array(chunkBytes + 1)
      const first = readAt(descriptor, buffer, 0)
      if (first === undefined) return { matches: [], cut: ['unreadable'] }
      if (first <= chunkBytes) {
        const look = scan(buffer.subarray(0, first), which, origin)
        return first === size ? look : { ...look, cut: [...look.cut, 'changed'] }
      }
      const cut = new Set<string>()
      const globals = globalsOf(origin, size)
      const parts = sets(which).map(rules => new Gathering(rules, overlapBytes))
      let seen = 0
      for (const { bytes, at, last } of chunksOf(descriptor, buffer, first, overlapBytes)) {
        for (const part of parts) part.push(bytes, at, last, globals, cut)
        seen = at + bytes.length
      }
      if (seen !== size) cut.add('changed')
      const matches = parts.flatMap(part => {
        const { hits, bytes, offsetOf } = part.finish(seen, globals, cut)
        return hits.map(hit => matchOf(hit, bytes, offsetOf))
      })
      return { matches, cut: [...cut] }
    },
    close() {
      ours.close()
      theirs?.close()
      buffer = undefined
    },
  }
}

type Which = 'own' | 'foreign' | 'all'

function globalsOf({ path = '', owner = '' }: ContentOrigin = {}, size: number): Globals {
  const extension = extname(path)
  return { filename: basename(path), filepath: path, extension, filetype: '', owner, [sizeVariable]: size }
}

function matchOf({ rule, strings }: Hit, bytes: Uint8Array, offsetOf = (place: number) => place): ContentMatch {
  const [first] = strings
  return { rule, words: wordsOf(bytes, strings), ...(first && { offset: offsetOf(first.offset) }) }
}

/** Chunks of a file whose first bytes are in the buffer already; they share one buffer, and overlap. The file may grow or shrink meanwhile. */
function* chunksOf(descriptor: number, buffer: Uint8Array, filled: number, overlap: number) {
  let at = 0
  let length = filled
  for (;;) {
    // One byte more than a chunk is read, to know whether there is another.
    const last = length < buffer.length
    const bytes = buffer.subarray(0, last ? length : length - 1)
    yield { bytes, at, last }
    if (last) return
    buffer.copyWithin(0, bytes.length - overlap, length)
    at += bytes.length - overlap
    const read = readAt(descriptor, buffer.subarray(overlap + 1), at + overlap + 1)
    length = overlap + 1 + (read ?? 0)
  }
}

/** Fills the buffer from a place of the file; fewer bytes only at its end, `undefined` where it cannot be read. */
function readAt(descriptor: number, buffer: Uint8Array, at: number): number | undefined {
  let filled = 0
  try {
    while (filled < buffer.length) {
      const read = readSync(descriptor, buffer, filled, buffer.length - filled, at + filled)
      if (read === 0) break
      filled += read
    }
  } catch {
    return filled === 0 ? undefined : filled
  }
  return filled
}
