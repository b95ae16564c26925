import { availableParallelism } from 'node:os'
import { clearLeftovers } from '../../native/own-file.ts'
import type { SharedHashes } from '../intel/index.ts'
import { type Cache, emptyCache, readCache, writeCache } from './cache-file.ts'
import type { CompiledContentRules } from './content-scanner.ts'
import { directoryWork, Pool } from './pool.ts'
import { isLittle, ReadHere } from './read-here.ts'
import { Gathering } from './walk-gathering.ts'
import type { FromThread, NamedFile, ToThread } from './walk-messages.ts'
import { unknownFiles } from './walk-named.ts'
import type { ContentCounts, ContentsRead } from './walk-result.ts'

export interface ContentsRequest {
  /** Descriptor of the root of the tree; it stays open until this is done. */
  readonly root: number
  /** Directories with all that is in them, absolute paths of the tree without a link in them. */
  readonly directories: readonly string[]
  /** Files by their names. */
  readonly files: readonly NamedFile[]
  /** Absolute paths that the walk does not enter: other file systems and what is read by itself. */
  readonly notInto: readonly string[]
  readonly rules: RequestedRules
  readonly which?: 'own' | 'foreign' | 'all'
  /** Hashes that lists hold; programs and scripts that have one are told. */
  readonly hashes?: SharedHashes | undefined
  /** Of larger files only a part is read. */
  readonly largest?: number | undefined
  /** Percent of one core for all threads together. */
  readonly cpuPercent?: number | undefined
  readonly threads?: number | undefined
  readonly cache?: CachePlace | undefined
  /** After which nothing more is read; what was found until then is kept. */
  readonly signal?: AbortSignal | undefined
  /** How many files an earlier scan has read. */
  begun?(known: number): void
  progress?(counts: ContentCounts): void
  /** What was read so far lies on the disk: whoever is ended now goes on there. */
  kept?(counts: ContentCounts): void
}

/** Rules that are compiled when there is something to read. */
export interface RequestedRules {
  /** Changes whenever they may find something else. */
  readonly version: string
  compiled(): CompiledContentRules | Promise<CompiledContentRules>
}

export interface CachePlace {
  readonly path: string
  /** False: every file is read again. */
  readonly read: boolean
  readonly write: boolean
  /** All that the request goes through is all that there is: what it does not meet is forgotten. */
  readonly whole: boolean
  /** How often what was read so far is kept; every ten seconds where nothing is said. */
  readonly everyMs?: number | undefined
}

const defaultLargest = 2 * 1024 * 1024 * 1024
const usualSaveMs = 10_000
const progressEveryMs = 200

/** Reads the contents of files in threads and says what rules find in them. It judges nothing and changes nothing. */
export async function readContents(request: ContentsRequest): Promise<ContentsRead> {
  const begun = performance.now()
  const { cache: place, which = 'own', largest = defaultLargest } = request
  const md5 = (request.hashes?.md5.length ?? 0) > 0
  const key = `${keyVersion} ${request.rules.version} ${which} ${largest}${md5 ? ' md5' : ''}`
  // A cache that is as it was is not written again, and what a killed scan left of one may be large.
  if (place?.write === true) clearLeftovers(place.path)
  const before: Cache = place?.read === true ? readCache(place.path, key) : emptyCache()
  request.begun?.(before.entries)
  const gathering = new Gathering(before, md5 ? 48 : 32)
  const used = new Uint8Array(new SharedArrayBuffer(Math.ceil(before.table.slots / 8)))
  const named = request.files.map(one => (one.isProcess ? one : { path: relative(one.path) }))
  const files = unknownFiles({ root: request.root, files: named }, before, used, gathering)
  if (request.directories.length + files.length === 0) return gathering.result({ seconds: secondsSince(begun) })
  const options = {
    given: {
      root: request.root,
      compiled: await request.rules.compiled(),
      which,
      largest,
      md5,
      hashes: request.hashes,
      digests: sharedBytes(before.digests),
      notInto: request.notInto.map(relative),
      known: before.table.words,
      used,
      cpuPercent: request.cpuPercent,
    },
    heard: (message: FromThread) => gathering.hear(message),
    failed: (why: string) => gathering.missed.add('', `a thread that read failed: ${why}`),
  }
  const here = request.directories.length === 0 && request.cpuPercent === undefined && isLittle(request.root, files)
  const threads = threadsFor(request, files.length)
  const pool = here ? new ReadHere(options) : new Pool({ ...options, threads })
  const counts = (): ContentCounts => gathering.with({ ...pool.counts, seconds: secondsSince(begun) })
  let notKept: string | undefined
  let saved = 0
  const save = (whole: boolean) => {
    if (place?.write !== true) return
    if (whole ? gathering.builder.isUnchanged(used) : gathering.builder.count === saved) return
    const { count } = gathering.builder
    try {
      writeCache(place.path, gathering.builder.build(whole ? used : undefined), key)
      // A disk that was full may have room again.
      notKept = undefined
      saved = count
      request.kept?.(counts())
    } catch (error) {
      notKept = error instanceof Error ? error.message : String(error)
    }
  }
  const end = timers(
    () => save(false),
    () => request.progress?.(counts()),
    place?.everyMs,
  )
  const stop = () => pool.stop()
  request.signal?.addEventListener('abort', stop, { once: true })
  try {
    if (request.signal?.aborted !== true) await pool.work(workOf(request.directories, files, threads))
  } finally {
    end()
    request.signal?.removeEventListener('abort', stop)
    await pool.close()
  }
  const interrupted = request.signal?.aborted === true
  save(place?.whole === true && !interrupted)
  return gathering.result({ ...pool.counts, seconds: secondsSince(begun) }, interrupted, notKept)
}

/** Whenever what is kept or how it is read changes. */
const keyVersion = 'contents-2'

/** Every thread has named files from the beginning: to open rules takes longer than to read some of them. */
function workOf(directories: readonly string[], files: readonly NamedFile[], threads: number): ToThread[] {
  const work = directoryWork(directories.map(path => ({ path: relative(path) })))
  const each = Math.ceil(files.length / threads)
  for (let from = 0; from < files.length; from += each)
    work.push({ kind: 'files', files: files.slice(from, from + each) })
  return work
}

/** So many named files are worth another thread: most scans name a handful of suspicious ones. */
const manyFiles = 64

/** A second thread costs memory, which a ceiling or a handful of files does not need. */
function threadsFor({ threads, cpuPercent, directories }: ContentsRequest, named: number): number {
  if (threads !== undefined) return threads
  if ((directories.length === 0 && named < manyFiles) || (cpuPercent !== undefined && cpuPercent <= 100)) return 1
  return Math.min(2, availableParallelism())
}

/** Saving takes longer the more there is, and must not be what the scan does. */
function timers(save: () => void, progress: () => void, saveEveryMs = usualSaveMs): () => void {
  let next = performance.now() + saveEveryMs
  const timer = setInterval(() => {
    progress()
    if (performance.now() < next) return
    const begun = performance.now()
    save()
    next = performance.now() + Math.max(saveEveryMs, 50 * (performance.now() - begun))
  }, progressEveryMs)
  return () => clearInterval(timer)
}

/** Of the cache's file, which lies in shared memory, or of none. */
function sharedBytes({ buffer, byteOffset, length }: Buffer): Uint8Array {
  return new Uint8Array(buffer, byteOffset, length)
}

function relative(path: string): string {
  return path.replace(/^\/+/, '')
}

function secondsSince(begun: number): number {
  return (performance.now() - begun) / 1_000
}
