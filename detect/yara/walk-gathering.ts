import { CacheBuilder } from './cache-builder.ts'
import type { Cache } from './cache-file.ts'
import type { ContentCounts, ContentFound, ContentsRead } from './walk-result.ts'
import type { Found, FromThread } from './walk-messages.ts'
import { MissedList } from './walk-missed.ts'

const mostFound = 100_000

/** What threads told so far. */
export class Gathering {
  readonly builder: CacheBuilder
  readonly missed = new MissedList()
  readonly #before: Cache
  readonly #found: ContentFound[] = []
  /** Files that needed no thread. */
  #spared = 0

  constructor(before: Cache, digestBytes: 32 | 48) {
    this.#before = before
    this.builder = new CacheBuilder(before, digestBytes)
  }

  hear(message: FromThread): void {
    if (message.kind === 'read') this.builder.add(message.entries, Buffer.from(message.digests), message.findings)
    else if (message.kind === 'missed') for (const one of message.missed) this.missed.merge(one)
    else if (message.kind === 'found') {
      for (const one of message.found) this.#keep(one)
      for (const { path, key } of message.known) this.known(path, key)
    }
  }

  /** A file in which an earlier scan found something. */
  known(path: string, key: string): void {
    const finding = this.#before.findings.get(key)
    if (finding !== undefined) this.#keep({ path, ...finding })
    else this.missed.add(path, 'what an earlier scan found in it was not kept')
  }

  spare(): void {
    this.#spared++
  }

  with(counts: ContentCounts): ContentCounts {
    return { ...counts, files: counts.files + this.#spared, cached: counts.cached + this.#spared }
  }

  result(
    { files = 0, bytes = 0, cached = 0, seconds = 0 }: Partial<ContentCounts>,
    interrupted = false,
    notKept?: string,
  ): ContentsRead {
    const counts = this.with({ files, bytes, cached, seconds })
    const missed = this.missed.all().map(one => ({ ...one, paths: one.paths.map(absolutePath) }))
    return { found: this.#found, counts, missed, interrupted, notKept }
  }

  #keep(one: Found): void {
    if (this.#found.length < mostFound) this.#found.push({ ...one, path: absolutePath(one.path) })
    else this.missed.add(one.path, `more than ${mostFound} files in which something was found`)
  }
}

/** Paths of threads are below the root, but for those in `/proc`. */
function absolutePath(path: string): string {
  return path.startsWith('/') ? path : `/${path}`
}
