import { closeSync, constants, openSync } from 'node:fs'
import { FileStatus } from '../../native/read/file-status.ts'
import { openBelow, openEntry } from '../../native/read/open-below.ts'
import { encodeBytes } from '../../target/bytes.ts'
import type { HashLookup } from '../intel/index.ts'
import type { KeptFinding } from './cache-file.ts'
import {
  CacheTable,
  cutFlag,
  digestPlace,
  hitFlag,
  keyOf,
  setDigestPlace,
  setFlags,
  textKey,
  wordsPerEntry,
} from './cache-table.ts'
import { openContentScanner } from './open-scanner.ts'
import { type Directory, visitDirectory } from './walk-directory.ts'
import { FileLooker, type FileLook } from './walk-file.ts'
import {
  countsPerThread,
  type Found,
  type FromThread,
  hungryPlace,
  type NamedFile,
  restPlace,
  stopPlace,
  type ThreadGiven,
  type ToThread,
} from './walk-messages.ts'
import { MissedList } from './walk-missed.ts'
import { paceOf } from './walk-pace.ts'
import { errorWord } from './walk-trouble.ts'

const { O_RDONLY, O_NONBLOCK, O_NOCTTY, O_NOATIME } = constants
const gently = O_RDONLY | O_NONBLOCK | O_NOCTTY
const entriesPerMessage = 4_096
const mostWaiting = 4_000_000
const mostLinked = 500_000
/** A file that changed so shortly before it was read may change once more within the same tick of the clock. */
const settledSeconds = 2
const tellEveryMs = 1_000
const shareEveryMs = 5
/** Files of one directory that are put aside before they are read, so that others can take some of them. */
const mostAside = 1_024

/** What one thread does: reads files, and tells what it found and what it read. */
export class Reader {
  readonly #given: ThreadGiven
  readonly #post: (message: FromThread, transfer?: ArrayBuffer[]) => void
  readonly #notInto: ReadonlySet<string>
  readonly #known: CacheTable
  readonly #looker: FileLooker
  readonly #hashes: HashLookup | undefined
  readonly #pace: () => number
  readonly #status = new FileStatus()
  readonly #entry = new Uint32Array(wordsPerEntry)
  readonly #counts: Float64Array
  #missed = new MissedList()
  /** What other names of a file that was read are told. */
  readonly #linked = new Map<string, Omit<Found, 'path'> | undefined>()
  #entries = new Uint32Array(entriesPerMessage * wordsPerEntry)
  #length = 0
  #digests: Buffer[] = []
  #findings: [string, KeptFinding][] = []
  #found: Found[] = []
  #knownFound: { path: string; key: string }[] = []
  #told = performance.now()
  #shared = 0
  #noAtime: number = O_NOATIME

  constructor(
    given: ThreadGiven,
    hashes: HashLookup | undefined,
    post: (message: FromThread, transfer?: ArrayBuffer[]) => void,
  ) {
    this.#given = given
    this.#post = post
    this.#notInto = new Set(given.notInto)
    this.#known = new CacheTable(given.known)
    this.#counts = given.counts.subarray(given.number * countsPerThread, (given.number + 1) * countsPerThread)
    this.#pace = paceOf(given.cpuPercent)
    const { which, largest, md5 } = given
    this.#hashes = hashes
    this.#looker = new FileLooker(openContentScanner(given.compiled), { which, largest, md5, rest: () => this.#rest() })
  }

  /** Depth first, so that little waits; when another thread has nothing to do, it is given half of what waits. */
  walk(directories: readonly Directory[]): void {
    const waiting = [...directories]
    let aside: NamedFile[] = []
    const visitor = {
      root: this.#given.root,
      notInto: this.#notInto,
      stopped: () => this.#stopped(),
      file: (directory: number, name: Buffer, path: () => string) => {
        if (this.#isKnown(directory, name, path)) return
        // A directory may hold more than all others together.
        if (aside.length === 0 && (waiting.length > 1 || !this.#isOtherHungry())) this.#entryFile(directory, name, path)
        else if (aside.push({ path: path() }) === mostAside) this.readNamed(aside.splice(0))
      },
      directory: (one: Directory) => {
        if (waiting.length < mostWaiting) waiting.push(one)
        else this.#missed.add(one.path, 'too many directories wait')
      },
      missed: (path: string, why: string) => this.#missed.add(path, why),
    }
    for (let next = waiting.pop(); next !== undefined && !this.#stopped(); next = waiting.pop()) {
      visitDirectory(next, visitor)
      if (aside.length > 0) this.readNamed(aside)
      aside = []
      if (waiting.length > 1 && this.#isOtherHungry())
        this.#share({ kind: 'directories', directories: waiting.splice(0, waiting.length >> 1) })
      this.#tellNow()
    }
  }

  /** In their order, until another thread takes half of those that wait. */
  readNamed(files: readonly NamedFile[]): void {
    const waiting = [...files].reverse()
    for (let next = waiting.pop(); next !== undefined && !this.#stopped(); next = waiting.pop()) {
      this.#readOne(next)
      if (waiting.length > 0 && this.#isOtherHungry())
        this.#share({ kind: 'files', files: waiting.splice(0, (waiting.length + 1) >> 1).reverse() })
      this.#rest()
      this.#tellNow()
    }
  }

  /** Sends what was found and read since the last time. */
  tell(): void {
    this.#told = performance.now()
    if (this.#found.length + this.#knownFound.length > 0)
      this.#post({ kind: 'found', found: this.#found, known: this.#knownFound })
    this.#found = []
    this.#knownFound = []
    const missed = this.#missed.all()
    if (missed.length > 0) this.#post({ kind: 'missed', missed })
    this.#missed = new MissedList()
    if (this.#length === 0) return
    const entries = this.#entries.slice(0, this.#length)
    const digests = Buffer.concat(this.#digests)
    this.#post({ kind: 'read', entries, digests, findings: this.#findings }, [entries.buffer])
    this.#length = 0
    this.#digests = []
    this.#findings = []
  }

  #tellNow(): void {
    if (performance.now() - this.#told > tellEveryMs) this.tell()
  }

  #isOtherHungry(): boolean {
    // What was shared takes a moment until somebody has it.
    return Atomics.load(this.#given.control, hungryPlace) > 0 && performance.now() - this.#shared > shareEveryMs
  }

  #share(work: ToThread): void {
    this.#post({ kind: 'share', work })
    this.#shared = performance.now()
  }

  #readOne({ path, isProcess }: NamedFile): void {
    try {
      const descriptor = isProcess
        ? openSync(path, gently)
        : this.#gently(flags => openBelow(this.#given.root, encodeBytes(path), flags))
      this.#counts[0] = (this.#counts[0] ?? 0) + 1
      this.#openFile(descriptor, () => path)
    } catch (error) {
      this.#trouble(error, path)
    }
  }

  #entryFile(directory: number, name: Buffer, path: () => string): void {
    this.#counts[0] = (this.#counts[0] ?? 0) + 1
    try {
      this.#openFile(
        this.#gently(flags => openEntry(directory, name, flags)),
        path,
      )
    } catch (error) {
      this.#trouble(error, path())
    }
    this.#rest()
    this.#tellNow()
  }

  /** Whether an entry need not be opened. */
  #isKnown(directory: number, name: Buffer, path: () => string): boolean {
    if (this.#known.slots === 0) return false
    try {
      this.#status.fillAt(directory, name)
      if (this.#status.isFile && !this.#met(path)) return false
    } catch (error) {
      this.#trouble(error, path())
    }
    this.#counts[0] = (this.#counts[0] ?? 0) + 1
    this.#rest()
    return true
  }

  /** Whether the file of `#status` was read by an earlier scan; what was found then is told again. */
  #met(path: () => string): boolean {
    keyOf(this.#status, this.#entry)
    const slot = this.#known.find(this.#entry)
    if (slot < 0) return false
    Atomics.or(this.#given.used, slot >> 3, 1 << (slot & 7))
    this.#counts[2] = (this.#counts[2] ?? 0) + 1
    const flags = this.#known.flagsOf(slot)
    if (flags !== 0) this.#knownFound.push({ path: path(), key: textKey(this.#entry) })
    // What rules found is told with its hash anyway.
    if ((flags & hitFlag) === 0 && this.#hashes !== undefined)
      this.#tellListed(digestPlace(this.#known.entry(slot)), path)
    return true
  }

  /** Lists may be newer than the scan that read the file: its digest is kept. */
  #tellListed(place: number, path: () => string): void {
    const size = this.#given.md5 ? 48 : 32
    const digest = Buffer.from(this.#given.digests.subarray((place - 1) * size, place * size))
    if (place > 0 && this.#isListed(digest))
      this.#found.push({ path: path(), matches: [], cut: [], ...hexOf(digest), listed: true })
  }

  #isListed(digest: Buffer | undefined): boolean {
    if (digest === undefined || this.#hashes === undefined) return false
    return this.#hashes.has(digest.subarray(0, 32)) || (digest.length === 48 && this.#hashes.has(digest.subarray(32)))
  }

  #gently(open: (flags: number) => number): number {
    try {
      return open(gently | this.#noAtime)
    } catch (error) {
      // For the file's owner and root only.
      if (this.#noAtime === 0 || !(error instanceof Error) || Reflect.get(error, 'code') !== 'EPERM') throw error
      if (process.getuid?.() !== 0) this.#noAtime = 0
      return open(gently)
    }
  }

  #openFile(descriptor: number, path: () => string): void {
    try {
      const status = this.#status
      status.fillOf(descriptor)
      if (!status.isFile) return
      const linked = status.links > 1 ? status.identity : undefined
      if (linked !== undefined && this.#linked.has(linked)) {
        const finding = this.#linked.get(linked)
        if (finding !== undefined) this.#found.push({ path: path(), ...finding })
        return
      }
      keyOf(status, this.#entry)
      const changed = status.changedSeconds
      const look = this.#looker.look(descriptor, status.size, status.storedBytes, path)
      this.#counts[1] = (this.#counts[1] ?? 0) + look.bytes
      const finding = findingOf(look)
      // What lists say is asked anew in each scan, and is not remembered.
      const told = this.#isListed(look.digest)
        ? { matches: [...look.matches], cut: [...look.cut], ...hexOf(look.digest), listed: true }
        : finding
      if (told !== undefined) this.#found.push({ path: path(), ...told })
      if (linked !== undefined && this.#linked.size < mostLinked) this.#linked.set(linked, told)
      const passing = look.stopped === true || look.cut.includes('changed') || look.cut.includes('unreadable')
      if (!passing && changed < Date.now() / 1_000 - settledSeconds) this.#remember(look, finding)
    } finally {
      closeSync(descriptor)
    }
  }

  #remember(look: FileLook, finding: KeptFinding | undefined): void {
    const entry = this.#entry
    if (finding !== undefined) this.#findings.push([textKey(entry), finding])
    setFlags(entry, (look.matches.length > 0 ? hitFlag : 0) + (look.cut.length > 0 ? cutFlag : 0))
    if (look.digest !== undefined) setDigestPlace(entry, this.#digests.push(look.digest))
    this.#entries.set(entry, this.#length)
    this.#length += wordsPerEntry
    if (this.#length === this.#entries.length) this.tell()
  }

  #trouble(error: unknown, path: string): void {
    const why = errorWord(error)
    if (why !== undefined) this.#missed.add(path, why)
  }

  #stopped(): boolean {
    return Atomics.load(this.#given.control, stopPlace) !== 0
  }

  /** True: the walk is to end. */
  #rest(): boolean {
    for (let pause = this.#pace(); pause > 0 && !this.#stopped(); pause = this.#pace())
      Atomics.wait(this.#given.control, restPlace, 0, pause)
    return this.#stopped()
  }
}

function findingOf({ matches, cut, digest }: FileLook): KeptFinding | undefined {
  if (matches.length === 0 && cut.length === 0) return undefined
  return {
    matches: [...matches],
    cut: [...cut],
    ...hexOf(digest),
  }
}

function hexOf(digest: Buffer | undefined): { sha256?: string; md5?: string } {
  if (digest === undefined) return {}
  const sha256 = digest.toString('hex', 0, 32)
  return digest.length === 48 ? { sha256, md5: digest.toString('hex', 32) } : { sha256 }
}
