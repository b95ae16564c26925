import type { ContentCounts } from '../detect/yara/index.ts'
import { bytesInWords } from './bytes-in-words.ts'
import type { Progress } from './print/progress.ts'

/** The rate is that of so many seconds: small files and large ones do not come mixed. */
const windowSeconds = 10

/** Files, bytes, rate and time left of a scan of contents, in one line. */
export class ContentProgress {
  readonly #progress: Progress
  readonly #total: number | undefined
  readonly #seen: ContentCounts[] = []

  /** `total`: about how many files there are, where something is known of it. */
  constructor(progress: Progress, total: number | undefined) {
    this.#progress = progress
    this.#total = total === 0 ? undefined : total
  }

  show(counts: ContentCounts): void {
    this.#progress.show(this.line(counts))
  }

  line(counts: ContentCounts): string {
    const seen = this.#seen
    seen.push(counts)
    while (seen.length > 2 && counts.seconds - (seen[0]?.seconds ?? 0) > windowSeconds) seen.shift()
    const first = seen[0] ?? counts
    const seconds = counts.seconds - first.seconds
    const rate = seconds > 0 ? (counts.files - first.files) / seconds : 0
    const total = this.#total === undefined || this.#total < counts.files ? undefined : this.#total
    const of = total === undefined ? '' : ` of about ${grouped(total)}`
    const left =
      total === undefined || rate === 0 || counts.seconds < 2 ? '' : `, ${about((total - counts.files) / rate)} left`
    const read = `reading contents (${counts.files} of ${total ?? counts.files}) ${grouped(counts.files)}${of} files`
    return `${read}, ${bytesInWords(counts.bytes)}, ${grouped(Math.round(rate))} files/s${left}`
  }
}

function grouped(number: number): string {
  return number.toLocaleString('en-US')
}

function about(seconds: number): string {
  if (seconds < 60) return `about ${Math.max(1, Math.round(seconds))} s`
  if (seconds < 3_600) return `about ${Math.round(seconds / 60)} min`
  return `about ${(seconds / 3_600).toFixed(1)} h`
}
