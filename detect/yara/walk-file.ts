import { createHash, type Hash } from 'node:crypto'
import { readSync } from 'node:fs'
import type { ContentMatch } from '../../model/index.ts'
import { dataSegments } from '../../native/read/data-segments.ts'
import { displayBytes } from '../../target/bytes.ts'
import type { ContentOrigin, ContentScanner } from './content-scanner.ts'

/** What reading one file gave. */
export interface FileLook {
  readonly matches: readonly ContentMatch[]
  readonly cut: readonly string[]
  /** Of programs and scripts. */
  readonly digest?: Buffer | undefined
  readonly bytes: number
  /** The scan was ended within it: not what was found until then, but the next scan says what the file holds. */
  readonly stopped?: boolean
}

export interface FileLookOptions {
  readonly which: 'own' | 'foreign' | 'all'
  /** A file that is larger is no program of a miner: of it only the beginning and the end are read. */
  readonly largest: number
  /** MD5 behind SHA-256. */
  readonly md5: boolean
  /** Called after every piece of a large file; true ends. */
  rest(): boolean
}

const bufferBytes = 2 * 1024 * 1024
/** Of a file with holes, pieces this long are looked at one by one; what lies across two is seen in both. */
const overlap = 4_096
/** So much of the beginning and of the end of a file above the limit is read. */
const partBytes = 64 * 1024 * 1024
const holesFrom = 8 * 1024 * 1024

/** Reads files of one thread, with one buffer for all of them. */
export class FileLooker {
  readonly #buffer = Buffer.allocUnsafeSlow(bufferBytes)
  readonly #scanner: ContentScanner
  readonly #options: FileLookOptions
  #origin: ContentOrigin | undefined

  constructor(scanner: ContentScanner, options: FileLookOptions) {
    this.#scanner = scanner
    this.#options = options
  }

  /** Of an open regular file. `size` and `storedBytes` as its descriptor told them. Throws the system's error where it cannot be read. */
  look(descriptor: number, size: number, storedBytes: number, path: () => string): FileLook {
    // Rules of others may ask for the name; a path is made of bytes for them only.
    this.#origin = this.#options.which === 'own' ? undefined : { path: `/${displayBytes(path())}` }
    if (size === 0) return { matches: [], cut: [], bytes: 0 }
    if (size <= bufferBytes) return this.#small(descriptor, size)
    // Only what was written: a hole of a terabyte would take as long as a terabyte.
    if (size > holesFrom && storedBytes < size - bufferBytes)
      return this.#pieces(descriptor, dataSegments(descriptor, size))
    return this.#large(descriptor, size)
  }

  #small(descriptor: number, size: number): FileLook {
    const bytes = this.#read(descriptor, 0, size)
    const cut = bytes.length < size ? ['changed'] : []
    if (bytes.length === 0) return { matches: [], cut, bytes: 0 }
    const { which } = this.#options
    const look = isArchive(bytes)
      ? this.#scanner.scanContent(bytes, which, this.#origin)
      : this.#scanner.scan(bytes, which, this.#origin)
    const digest = isProgram(bytes) ? this.#digest(bytes) : undefined
    return { matches: look.matches, cut: joined(look.cut, cut), bytes: bytes.length, digest }
  }

  #large(descriptor: number, whole: number): FileLook {
    if (whole > this.#options.largest) {
      // A program's code is at its beginning; what is hidden in a file of another kind is put behind its end.
      const tail = Math.max(partBytes, whole - partBytes)
      const look = this.#pieces(descriptor, [
        { start: 0, end: Math.min(partBytes, whole) },
        { start: tail, end: whole },
      ])
      return { ...look, cut: joined(look.cut, ['limit']) }
    }
    const hashes: Hash[] = []
    let bytes = 0
    const { matches, cut } = this.#scanner.scanFile(descriptor, whole, this.#options.which, this.#origin, piece => {
      if (bytes === 0 && isProgram(piece)) hashes.push(...this.#hashes())
      for (const hash of hashes) hash.update(piece)
      bytes += piece.length
      this.#options.rest()
    })
    // What could not be read to its end has no digest.
    return { matches, cut, bytes, digest: hashes.length > 0 && bytes === whole ? digestOf(hashes) : undefined }
  }

  /** Parts of a file, each in pieces. */
  #pieces(descriptor: number, parts: Iterable<{ readonly start: number; readonly end: number }>): FileLook {
    const matches = new Map<string, ContentMatch>()
    const cut = new Set<string>()
    let bytes = 0
    for (const { start, end } of parts) {
      for (let at = start; at < end; at += bufferBytes - overlap) {
        if (this.#options.rest()) return { matches: [...matches.values()], cut: [...cut], bytes, stopped: true }
        const enough = bytes >= this.#options.largest
        const piece = enough ? undefined : this.#read(descriptor, at, Math.min(bufferBytes, end - at))
        if (piece === undefined || piece.length === 0) {
          cut.add(enough ? 'limit' : 'changed')
          return { matches: [...matches.values()], cut: [...cut], bytes }
        }
        bytes += piece.length
        const look = this.#scanner.scan(piece, this.#options.which, this.#origin)
        for (const one of look.cut) cut.add(one)
        for (const match of look.matches) {
          const offset = match.offset === undefined ? {} : { offset: match.offset + at }
          if (!matches.has(match.rule)) matches.set(match.rule, { ...match, ...offset })
        }
        if (end - at <= bufferBytes) break
      }
    }
    return { matches: [...matches.values()], cut: [...cut], bytes }
  }

  #read(descriptor: number, position: number, length: number): Buffer {
    let count = 0
    while (count < length) {
      const more = readSync(descriptor, this.#buffer, count, length - count, position + count)
      if (more === 0) break
      count += more
    }
    return this.#buffer.subarray(0, count)
  }

  #digest(bytes: Uint8Array): Buffer {
    const hashes = this.#hashes()
    for (const hash of hashes) hash.update(bytes)
    return digestOf(hashes)
  }

  #hashes(): Hash[] {
    return [createHash('sha256'), ...(this.#options.md5 ? [createHash('md5')] : [])]
  }
}

function digestOf(hashes: readonly Hash[]): Buffer {
  return Buffer.concat(hashes.map(hash => hash.digest()))
}

/** ELF, or a text that names its interpreter. */
function isProgram(bytes: Uint8Array): boolean {
  const [a, b, c, d] = bytes
  if (a === 0x23 && b === 0x21) return true
  if (a === 0x3c && b === 0x3f && c === 0x70 && d === 0x68) return true
  return a === 0x7f && b === 0x45 && c === 0x4c && d === 0x46
}

/** Gzip, xz, zstd, zip or tar. */
function isArchive(bytes: Buffer): boolean {
  const [a, b, c, d] = bytes
  if (a === 0x1f && b === 0x8b) return true
  if (a === 0xfd && b === 0x37 && c === 0x7a) return true
  if (a === 0x28 && b === 0xb5 && c === 0x2f && d === 0xfd) return true
  if (a === 0x50 && b === 0x4b && (c === 3 || c === 5)) return true
  return bytes.length > 262 && bytes[257] === 0x75 && bytes.toString('latin1', 257, 262) === 'ustar'
}

function joined(one: readonly string[], two: readonly string[]): readonly string[] {
  return two.length === 0 ? one : [...new Set([...one, ...two])]
}
