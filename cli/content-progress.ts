import type { ContentCounts } from '../detect/yara/index.ts'
import type { Progress, Step } from './print/progress.ts'
import { stepWords } from './print/step-words.ts'

/** The rate is that of so many seconds: small files and large ones do not come mixed. */
const windowSeconds = 10

/** Files, bytes, rate and time left of a scan of contents. */
export class ContentProgress {
  readonly #progress: Progress
  readonly #total: number
  readonly #seen: ContentCounts[] = []

  /** `total`: about how many files there are, where something is known of it. */
  constructor(progress: Progress, total: number | undefined) {
    this.#progress = progress
    this.#total = total ?? 0
  }

  show(counts: ContentCounts): void {
    const step = this.step(counts)
    this.#progress.show(stepWords(step), step)
  }

  step(counts: ContentCounts): Step {
    const seen = this.#seen
    seen.push(counts)
    while (seen.length > 2 && counts.seconds - (seen[0]?.seconds ?? 0) > windowSeconds) seen.shift()
    const first = seen[0] ?? counts
    const seconds = counts.seconds - first.seconds
    const perSecond = seconds > 0 ? (counts.files - first.files) / seconds : 0
    // There were more than was thought.
    const total = this.#total < counts.files ? 0 : this.#total
    const known = total > 0 && perSecond > 0 && counts.seconds >= 2
    return {
      what: 'reading contents',
      done: counts.files,
      total,
      bytes: counts.bytes,
      perSecond,
      ...(known ? { secondsLeft: (total - counts.files) / perSecond } : {}),
    }
  }
}
